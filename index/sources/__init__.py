"""Readers, one for each format: files, feeds, pages and lists become articles."""
