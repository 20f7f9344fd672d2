"""How Alembic runs our migrations: inside the transaction that `storage.migrate` has begun."""

from alembic import context

connection = context.config.attributes["connection"]
# SQLite changes tables by copying them; PostgreSQL does not need to.
context.configure(connection=connection, render_as_batch=connection.dialect.name == "sqlite")
context.run_migrations()
