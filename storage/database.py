"""The database: SQLite on one machine, PostgreSQL in production, one way to use both."""

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Float,
    cast,
    create_engine,
    event,
    func,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from jobs.errors import InvalidInput, LedgerUnavailable, ResourceLimit
from storage.private import keep_private, make_private

_SQLITE_NOW = (func.julianday("now") - 2440587.5) * 86400.0
_POSTGRESQL_NOW = cast(func.extract("epoch", func.clock_timestamp()), Float)
FULL_BYTES = 2**17
DATABASE_FILE = "aiprod.db"  # in the data folder
# A writer waits this long for another one, and a statement for its end; transactions here take
# milliseconds.
WAIT_S = 30.0
BUSY_PAUSE_S = 0.01  # between two tries where SQLite does not wait by itself
POOL_TIMEOUT_S = 2  # an API that has no free connection by then answers 503 instead of hanging
CONNECT_TIMEOUT_S = 10
FROZEN_CLIENT_S = 15
_SILENT_SERVER = {  # libpq: a server that is gone without a word is noticed within 25 s
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}


@dataclass(frozen=True)
class Database:
    """Transactions on either database. Safe for several threads."""

    engine: Engine
    wait_s: float = WAIT_S
    # SQLite has one writer at a time. Threads of this process queue here, in order; in SQLite's own
    # way of waiting they would sleep and try again, and some would try for seconds.
    _writing: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write: on SQLite it takes the write lock at its start.

        Raises:
          LedgerUnavailable: The database does not answer, or refuses. ResourceLimit: its disk is
            full.
        """
        with (
            self._in_turn(),
            _translating(self.engine),
            self.engine.connect() as connection,
            connection.begin(),
        ):
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._writing.acquire(timeout=self.wait_s):
            raise LedgerUnavailable("the database is busy: others have written for too long")
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for single statements that read; on SQLite outside any transaction."""
        with _translating(self.engine), self.engine.connect() as connection:
            yield connection

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def now(self) -> ColumnElement[float]:
        """The clock of the database, as an expression: seconds since 1970."""
        return _SQLITE_NOW if self.is_sqlite else _POSTGRESQL_NOW

    def close(self) -> None:
        """Closes the connections."""
        self.engine.dispose()


def open_database(database_url: str | URL, pool_size: int = 5, wait_s: float = WAIT_S) -> Database:
    """Opens a database without looking at its tables; see `storage.migrate`.

    Args:
      database_url: `sqlite:///...` or `postgresql://...`; the socket form of Cloud SQL
        (`?unix_socket_dir=/cloudsql/project:region:instance`) is understood.
      pool_size: Connections kept open per process, and the most there are.
      wait_s: How long a transaction waits for the lock that another one holds.

    Raises:
      InvalidInput: The url names no database of these kinds.
    """
    url = _driver_url(database_url)
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            keep_private(Path(url.database))  # it holds the secrets that sign webhooks
        engine = create_engine(url, pool_size=pool_size, max_overflow=-1)
        event.listen(engine, "connect", partial(_configure_sqlite, wait_s))
    else:
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_S,
            pool_pre_ping=True,  # a restarted server is noticed before a statement is lost
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_S,
                **_SILENT_SERVER,
                # The server takes back the locks of a client that froze in a transaction.
                "options": f"-c idle_in_transaction_session_timeout={FROZEN_CLIENT_S * 1000} "
                f"-c lock_timeout={round(wait_s * 1000)} "
                f"-c statement_timeout={round(WAIT_S * 1000)}",
            },
        )
    return Database(engine, wait_s)


def sqlite_url(folder: Path) -> str:
    """Database url of the embedded database in this folder, which is created for its owner."""
    make_private(folder)
    if not os.access(folder, os.W_OK):
        raise InvalidInput(f"cannot write into the data folder {folder}: permission denied")
    # Not by hand: a question mark in the folder's name would begin options.
    url = URL.create("sqlite", database=str((folder / DATABASE_FILE).absolute()))
    return url.render_as_string()


def _driver_url(database_url: str | URL) -> URL:
    try:
        url = make_url(database_url)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as error:
        raise InvalidInput("DATABASE_URL is not the url of a database") from error
    if backend == "sqlite":
        return url
    if backend not in ("postgresql", "postgres"):
        raise InvalidInput(f"DATABASE_URL names {backend}; give postgresql://... or sqlite:///...")
    query = dict(url.query)
    # The guide's form for Cloud SQL; libpq calls a socket folder `host`, too.
    folder = query.pop("unix_socket_dir", None) or query.pop("unix_sock", None)
    if isinstance(folder, str):
        query["host"] = folder.removesuffix("/.s.PGSQL.5432")
    return url.set(drivername="postgresql+psycopg", query=query)


def _configure_sqlite(wait_s: float, connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN IMMEDIATE, not the driver's late one
    connection.execute(f"PRAGMA busy_timeout={round(wait_s * 1000)}")
    _write_ahead(connection, wait_s)
    connection.execute("PRAGMA synchronous=FULL")  # an accepted job survives a power cut
    connection.execute("PRAGMA foreign_keys=ON")


def _write_ahead(connection: sqlite3.Connection, wait_s: float) -> None:
    """Puts a database into the mode with a write-ahead log, which it keeps.

    Of several that do so to a new file at once, SQLite fails one without letting it wait.
    """
    ends = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() >= ends:
                raise
            time.sleep(BUSY_PAUSE_S)


def _is_full(database: Path) -> bool:
    # SQLite calls a full disk an I/O error when it is the write-ahead log that does not fit.
    return shutil.disk_usage(database.parent).free < FULL_BYTES


@contextmanager
def _translating(engine: Engine) -> Iterator[None]:
    try:
        yield
    except PoolExhausted as error:
        raise LedgerUnavailable("the database is busy: no connection is free") from error
    except DBAPIError as error:
        is_sqlite = engine.dialect.name == "sqlite"
        where = engine.url.database if is_sqlite else engine.url.host or "on a local socket"
        if "disk is full" in str(error.orig) or (is_sqlite and _is_full(Path(str(where)))):
            raise ResourceLimit(f"the disk is full: the ledger {where} takes no more") from error
        raise LedgerUnavailable(f"the ledger {where} cannot be used: {error.orig}") from error
