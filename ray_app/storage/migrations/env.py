"""Alembic's entry: runs migrations on the connection, and in the transaction, that the caller holds."""

from alembic import context

from ray_app.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=True,  # SQLite changes a column by making the table anew
)
with context.begin_transaction():
    context.run_migrations()
