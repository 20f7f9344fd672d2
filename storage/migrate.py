"""Bringing a database to the tables this version knows, with Alembic."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from jobs.errors import LedgerUnavailable
from storage.database import Database

HEAD = "0006"  # the newest migration; checked against the folder by a test
LOCK = 0x41495052  # "AIPR": one process migrates, the others wait


def prepare(database: Database) -> None:
    """Migrates a database that is behind; one that is current costs a single query.

    A database that a newer version has migrated is used as it is: migrations only add, so that a
    service can be rolled back without its database.

    Raises:
      LedgerUnavailable: The database does not answer, or its tables are not ours.
    """
    with database.reading() as connection:
        if _revision(connection) == HEAD:
            return
    migrate(database, "head")


def migrate(database: Database, revision: str) -> None:
    """Goes to a revision, up or down. `base` removes everything.

    Raises:
      LedgerUnavailable: The database does not answer, or refuses.
    """
    # Imported when needed: a database is current at almost every start.
    from alembic import command
    from alembic.config import Config

    with database.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        current = _revision(connection)
        if revision == "head" and current is not None and current >= HEAD:
            return  # somebody else has done it, or is newer
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        if revision == "head" or current is None or (revision != "base" and revision > current):
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    versions = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    if len(versions) > 1:
        raise LedgerUnavailable("the database is migrated in two ways at once: " + str(versions))
    return str(versions[0]) if versions else None
