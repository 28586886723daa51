"""Numbered migrations of the database, run by `index.storage.founding.migrate`."""
