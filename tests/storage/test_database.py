import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from jobs.errors import InvalidInput, LedgerUnavailable
from storage.database import Database, open_database, sqlite_url
from storage.migrate import prepare


def test_the_clock_of_the_database_is_in_seconds_since_1970(database: Database) -> None:
    with database.reading() as connection:
        now = connection.scalar(select(database.now()))

    assert now == pytest.approx(time.time(), abs=60)


def test_what_fails_inside_a_transaction_leaves_nothing(database: Database) -> None:
    insert = text("INSERT INTO rate_buckets (name, tokens, filled_at) VALUES ('a', 1, 1)")

    def fail() -> None:
        with database.begin() as connection:
            connection.execute(insert)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM rate_buckets")) == 0


def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "aiprod.db").mkdir()

    with pytest.raises(LedgerUnavailable, match=r"the ledger .*aiprod\.db cannot be used"):
        prepare(open_database(sqlite_url(tmp_path)))


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "aiprod.db").write_bytes(b"these are not the tables you are looking for" * 100)

    with pytest.raises(LedgerUnavailable, match="not a database"):
        prepare(open_database(sqlite_url(tmp_path)))


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path))
    prepare(database)
    writer = sqlite3.connect(tmp_path / "aiprod.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    started = time.monotonic()

    with database.reading() as connection:
        connection.execute(text("SELECT * FROM jobs")).all()

    writer.close()
    database.close()
    assert time.monotonic() - started < 15  # a writer would have waited half a minute


def test_a_folder_with_a_question_mark_holds_its_database(tmp_path: Path) -> None:
    folder = tmp_path / "what?x=1"

    opened = open_database(sqlite_url(folder))
    prepare(opened)

    opened.close()
    assert (folder / "aiprod.db").exists()


@pytest.mark.parametrize(
    ("given", "host"),
    [
        pytest.param(
            "postgresql://user:secret@/jobs?unix_socket_dir=/cloudsql/p:europe-west1:db",
            "/cloudsql/p:europe-west1:db",
            id="socket of Cloud SQL, as the guide writes it",
        ),
        pytest.param(
            "postgresql+psycopg://user:secret@/jobs?host=/cloudsql/p:europe-west1:db",
            "/cloudsql/p:europe-west1:db",
            id="socket, as libpq writes it",
        ),
        pytest.param(
            "postgres://user:secret@/jobs?unix_sock=/cloudsql/p:r:db/.s.PGSQL.5432",
            "/cloudsql/p:r:db",
            id="socket file",
        ),
    ],
)
def test_socket_urls_lead_to_the_folder_of_the_socket(given: str, host: str) -> None:
    url = open_database(given).engine.url

    assert url.drivername == "postgresql+psycopg"
    assert dict(url.query) == {"host": host}
    assert url.database == "jobs"


def test_a_tcp_url_keeps_host_and_port() -> None:
    url = open_database("postgresql://user:secret@10.1.2.3:5433/jobs").engine.url

    assert (url.host, url.port, url.drivername) == ("10.1.2.3", 5433, "postgresql+psycopg")


@pytest.mark.parametrize("given", ["", "what", "mysql://a/b", "oracle://a/b", "no-such://x"])
def test_other_databases_are_refused_without_showing_the_url(given: str) -> None:
    with pytest.raises(InvalidInput, match="DATABASE_URL") as caught:
        open_database(given)

    assert "secret" not in str(caught.value)


def test_a_busy_pool_is_told_within_seconds(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite opens as many connections as there are threads")
    small = open_database(database.engine.url, pool_size=1)

    with (
        small.reading(),
        pytest.raises(LedgerUnavailable, match="no connection is free"),
        small.reading(),
    ):
        pass

    small.close()
