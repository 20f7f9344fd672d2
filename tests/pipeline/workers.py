"""Real workers of the service as processes, and what tests need to know about them."""

import itertools
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE
from typing import IO, Any

import psutil
from sqlalchemy import true, update

from jobs.slate import LOCAL_TENANT
from jobs.states import TERMINAL, Status
from jobs.submission import Submission
from storage.catalogue import Catalogue
from storage.database import Database, open_database, sqlite_url
from storage.intake import Intake, Request
from storage.migrate import prepare
from storage.rows import JobRow
from storage.tables import JOBS, OUTBOX
from tests.kin import encoders
from tests.migrated import put_database
from tests.warm import AIPROD, Process

WAIT_S = 240  # for things that take a second or two on an idle machine


def until(condition: Callable[[], Any], what: str) -> Any:
    """Asks until the answer is true; the answer."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"waited {WAIT_S} s for {what}")


@dataclass
class Shop:
    """A data folder with its database, and workers on it."""

    folder: Path
    url: str
    database: Database
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.database)

    def submit(self, document: dict[str, Any]) -> str:
        job_id = f"job-{next(self.numbers):04}"
        request = Request(
            LOCAL_TENANT, job_id, Submission(document), None, None, None, "0" * 64, None
        )
        return Intake(self.database).submit(request).job_id

    def job(self, job_id: str) -> JobRow:
        row = self.catalogue.job(LOCAL_TENANT, job_id)
        assert row is not None
        return row

    def ended(self, job_id: str) -> JobRow:
        """The job when it has ended."""
        return until(  # type: ignore[no-any-return]  # a JobRow
            lambda: row if (row := self.job(job_id)).status in TERMINAL else None,
            f"the end of {job_id}",
        )

    def reached(self, job_id: str, status: Status) -> None:
        until(lambda: self.job(job_id).status is status, f"{job_id} to be {status.value}")

    def kinds(self, job_id: str) -> list[str]:
        return [event.kind for event in self.catalogue.events(LOCAL_TENANT, job_id)]

    def let_leases_run_out(self, job_id: str | None = None) -> None:
        """As if nobody had said anything for an hour, of one job or of any."""
        whose = JOBS.c.id == job_id if job_id else true()
        with self.database.begin() as connection:
            connection.execute(
                update(JOBS).where(whose).values(lease_until=JOBS.c.lease_until - 3600)
            )

    def let_relays_time_out(self) -> None:
        """As if whoever took rings out of the outbox had said nothing for an hour."""
        with self.database.begin() as connection:
            connection.execute(update(OUTBOX).values(taken_until=OUTBOX.c.taken_until - 3600))

    def can_write(self) -> bool:
        if not self.database.is_sqlite:
            return True
        connection = sqlite3.connect(self.folder / "aiprod.db", timeout=1.0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return True

    @contextmanager
    def worker(self, **environment: str) -> Iterator["WorkerProcess"]:
        with (self.folder / "worker.log").open("ab") as log:
            process = self._start(log, environment)
        worker = WorkerProcess(process)
        try:
            yield worker
        finally:
            worker.kill()

    def _start(self, log: IO[bytes], environment: dict[str, str]) -> Process:
        return Process(
            AIPROD,
            *("worker", "--out", str(self.folder / "out")),
            stdin=PIPE,
            stderr=log,
            env={
                **os.environ,
                "AIPROD_DATA": str(self.folder),
                "DATABASE_URL": self.url,
                "AIPROD_JOBS": "2",
                **environment,
            },
        )


@dataclass(frozen=True)
class WorkerProcess:
    """A worker, and the pipe that rings it."""

    process: Process

    def ring(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def hang_up(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def wait(self) -> int:
        return self.process.wait(WAIT_S)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def freeze(self, shop: Shop) -> None:
        """Stops it where it holds no lock of an SQLite database, which nobody could take back."""
        while True:
            self.send(signal.SIGSTOP)
            if shop.can_write():
                return
            self.send(signal.SIGCONT)

    def ffmpegs(self) -> list[psutil.Process]:
        return encoders(self.process.pid)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()


@contextmanager
def open_shop(folder: Path, url: str | None = None) -> Iterator[Shop]:
    """A shop in this folder, on the embedded database or another."""
    folder.mkdir(parents=True, exist_ok=True)
    if url is None:
        put_database(folder)
    database = open_database(url or sqlite_url(folder))
    if url is not None:
        prepare(database)
    yield Shop(folder, url or sqlite_url(folder), database)
    database.close()
