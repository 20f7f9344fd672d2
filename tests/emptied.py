"""One migrated PostgreSQL database that tests take in turn: to copy and drop one takes longer."""

import uuid
from dataclasses import dataclass, field

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

# Triggers, which refuse it for the log of who did what, are off: who empties is a replica.
EMPTY = """
SET session_replication_role = replica;
DO $$ DECLARE filled text; BEGIN
  FOR filled IN
    SELECT oid::regclass FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
  LOOP
    EXECUTE 'TRUNCATE ' || filled || ' RESTART IDENTITY CASCADE';
  END LOOP;
END $$
"""
SHAPE = """
SELECT md5(string_agg(said, ' ' ORDER BY said)) FROM (
  SELECT concat_ws(' ', c.oid, c.relname, a.attname, a.atttypid, a.attnotnull) AS said
  FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', oid, conname) FROM pg_constraint
  UNION ALL SELECT concat_ws(' ', oid, tgname, tgenabled) FROM pg_trigger
  UNION ALL SELECT concat_ws(' ', oid, proname, prosrc) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT version_num FROM alembic_version
) AS everything
"""
CUT_OFF = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")


def engine_of(url: URL) -> Engine:
    """Connects anew each time, and commits each statement."""
    return create_engine(
        url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )


def new_name() -> str:
    """Of a database."""
    return f"aiprod_{uuid.uuid4().hex}"


@dataclass
class Emptied:
    """A copy of a migrated database; emptied for each test, or copied anew if one altered it.

    Each test has it under another name: threads that an earlier one has left do not find it.

    Attributes:
      admin: Connected to another database of the server, and committing each statement.
      template: Name of the migrated database.
    """

    server: URL
    admin: Connection
    template: str
    name: str = ""
    shape: str = field(default="", init=False)

    def take(self) -> URL:
        """The database, in which nothing is."""
        if self.name:
            self.admin.execute(CUT_OFF, {"name": self.name})
            before, self.name = self.name, new_name()
            self.admin.execute(text(f"ALTER DATABASE {before} RENAME TO {self.name}"))
            if self._empty() == self.shape:
                return self.server.set(database=self.name)
            self.drop()
        self.name = new_name()
        self.admin.execute(text(f"CREATE DATABASE {self.name} TEMPLATE {self.template}"))
        self.shape = self._empty()
        return self.server.set(database=self.name)

    def drop(self) -> None:
        """Removes it."""
        if self.name:
            self.admin.execute(text(f"DROP DATABASE {self.name} WITH (FORCE)"))

    def _empty(self) -> str:
        """Empties it; its shape."""
        engine = engine_of(self.server.set(database=self.name))
        with engine.connect() as connection:
            connection.exec_driver_sql(EMPTY)
            return str(connection.scalar(text(SHAPE)))
