"""Numbered migrations of the database, run by `index.storage.schema.migrate`."""
