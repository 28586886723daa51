"""Runs the migrations on the connection that `index.storage.founding.migrate` gives; Alembic loads this."""

from alembic import context

from index.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
