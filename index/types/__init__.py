"""The values that flow through the library, by subject: frozen, comparable, without a database or an index."""
