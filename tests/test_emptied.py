from collections.abc import Iterator

import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import OperationalError

from tests.emptied import Emptied, engine_of

NOTE = (
    "INSERT INTO audit_log (at, tenant, actor, action, target, data)"
    " VALUES (0, 'acme', 'me', 'look', 'it', '{}') RETURNING id"
)


@pytest.fixture
def emptied(emptied_postgresql: Emptied) -> Iterator[Emptied]:
    shared = emptied_postgresql
    own = Emptied(shared.server, shared.admin, shared.template)
    yield own
    own.drop()


def asked(url: URL, statement: str) -> object:
    """Carries it out; the first value that it gives."""
    with engine_of(url).connect() as connection:
        found = connection.execute(text(statement))
        return found.scalar() if found.returns_rows else None


def test_whoever_takes_it_finds_no_rows_and_numbers_from_one(emptied: Emptied) -> None:
    before = asked(emptied.take(), NOTE)

    url = emptied.take()

    assert asked(url, "SELECT count(*) FROM audit_log") == 0
    assert (before, asked(url, NOTE)) == (1, 1)


def test_whoever_had_it_before_does_not_find_it_again(emptied: Emptied) -> None:
    before = emptied.take()
    with engine_of(before).connect() as left:
        emptied.take()

        with pytest.raises(OperationalError):
            left.execute(text("SELECT 1"))
    with pytest.raises(OperationalError):
        asked(before, "SELECT 1")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("ALTER TABLE audit_log RENAME TO away", id="a table"),
        pytest.param("ALTER TABLE audit_log DROP COLUMN data", id="a column"),
        pytest.param("ALTER TABLE audit_log DISABLE TRIGGER ALL", id="a trigger"),
        pytest.param("UPDATE alembic_version SET version_num = '9999'", id="its version"),
    ],
)
def test_whoever_takes_it_finds_nothing_altered(emptied: Emptied, change: str) -> None:
    emptied.take()
    as_made = emptied.shape
    asked(emptied.take(), change)

    url = emptied.take()

    assert asked(url, NOTE) == 1
    assert emptied.shape == as_made
    with pytest.raises(Exception, match="append-only"):
        asked(url, "DELETE FROM audit_log")
