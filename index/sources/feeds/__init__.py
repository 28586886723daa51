"""Feeds and sitemaps: their entries, and the stories that these link to."""
