"""The values that flow through the library, by subject: frozen, comparable, and free of I/O."""
