"""Numbered migrations of the database, run by `index.schema.migrate`."""
