"""Migrations only add: the release before works on the tables of this one, and is gone back to
without touching the database."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from storage import migrations
from storage.database import Database, open_database, sqlite_url
from storage.migrate import migrate

SCRIPTS = ScriptDirectory(str(migrations.__path__[0]))
STEPS = [
    (script.down_revision, script.revision)
    for script in reversed(list(SCRIPTS.walk_revisions()))
    if script.down_revision
]
# Of before the first release, which nobody has gone back behind.
BEFORE_RELEASES = {"calls: what was taken is refused by uq_call_open"}


class Column(NamedTuple):
    kind: str
    may_be_left_out: bool


class Table(NamedTuple):
    """Its columns by name, and its rules: names with the columns that they are about."""

    columns: dict[str, Column]
    rules: dict[str, frozenset[str]]


def tables(connection: Connection) -> dict[str, Table]:
    found = inspect(connection)
    return {
        name: Table(
            {
                column["name"]: Column(
                    str(column["type"]), column["nullable"] or column["default"] is not None
                )
                for column in found.get_columns(name)
            },
            {
                str(rule["name"]): frozenset(map(str, rule["column_names"]))
                for rule in [*found.get_indexes(name), *found.get_unique_constraints(name)]
                if rule.get("unique", True)
            },
        )
        for name in found.get_table_names()
    }


def obstacles(before: dict[str, Table], after: dict[str, Table]) -> Iterator[str]:
    """What keeps a program that knows the tables of before from working on those of after."""
    for name, old in before.items():
        if name not in after:
            yield f"{name} has gone"
            continue
        new = after[name]
        for column, was in old.columns.items():
            if column not in new.columns:
                yield f"{name}.{column} has gone"
            elif new.columns[column].kind != was.kind:
                yield f"{name}.{column} is another type"
        for column, now in new.columns.items():
            was_free = column not in old.columns or old.columns[column].may_be_left_out
            if was_free and not now.may_be_left_out:
                yield f"{name}.{column} must be given"
        for rule, columns in new.rules.items():
            if rule not in old.rules and columns <= old.columns.keys():
                yield f"{name}: what was taken is refused by {rule}"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(sqlite_url(tmp_path))) as opened:
        yield opened


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_a_migration_leaves_all_that_was_there(database: Database, before: str, after: str) -> None:
    migrate(database, before)
    with database.reading() as connection:
        old = tables(connection)

    migrate(database, after)
    with database.reading() as connection:
        found = set(obstacles(old, tables(connection)))

    assert old
    assert found <= BEFORE_RELEASES


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param("ALTER TABLE a ADD COLUMN d TEXT", [], id="column that may be empty"),
        pytest.param(
            "ALTER TABLE a ADD COLUMN d TEXT NOT NULL DEFAULT ''", [], id="column with a default"
        ),
        pytest.param("CREATE TABLE c (d TEXT NOT NULL UNIQUE)", [], id="table"),
        pytest.param("CREATE INDEX i ON a (b)", [], id="index"),
        pytest.param("DROP TABLE a", ["a has gone"], id="table gone"),
        pytest.param("ALTER TABLE a DROP COLUMN b", ["a.b has gone"], id="column gone"),
        pytest.param("ALTER TABLE a RENAME COLUMN b TO d", ["a.b has gone"], id="column renamed"),
        pytest.param(
            "DROP TABLE a; CREATE TABLE a (b TEXT NOT NULL, c INTEGER)",
            ["a.b must be given"],
            id="column that must be given",
        ),
        pytest.param(
            "DROP TABLE a; CREATE TABLE a (b TEXT, c TEXT)",
            ["a.c is another type"],
            id="another type",
        ),
        pytest.param(
            "CREATE UNIQUE INDEX i ON a (b)",
            ["a: what was taken is refused by i"],
            id="rule over what was there",
        ),
    ],
)
def test_what_would_break_the_release_before_is_seen(
    database: Database, change: str, found: list[str]
) -> None:
    def change_to(statements: str) -> dict[str, Table]:
        with database.begin() as connection:
            for statement in statements.split(";"):
                connection.execute(text(statement))
            return tables(connection)

    before: Any = change_to("CREATE TABLE a (b TEXT, c INTEGER)")

    assert list(obstacles(before, change_to(change))) == found
