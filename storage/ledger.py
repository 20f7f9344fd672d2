"""The truth about jobs: their states, runs and parts, in SQL."""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from jobs.elements import Ending, Part, PartStatus, Problem, Run, Task
from jobs.errors import InvalidInput, LedgerUnavailable, ResourceLimit
from jobs.states import TERMINAL, Status, predecessors
from jobs.wire import canonical, from_json, plain
from storage.tables import JOB_EVENTS, JOBS, METADATA, PARTS

FULL_BYTES = 2**17
BUSY_TIMEOUT_S = 30  # a writer waits this long for another one; transactions here take milliseconds


@dataclass(frozen=True)
class JobRow:
    """A job as the ledger has it."""

    id: str
    status: Status
    generation: int
    token: int
    submission: str
    manifest: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class PartRow:
    """A part of the current run: `units_done` of `units` (frames for a render, else 1)."""

    task_id: str
    stage: str
    status: str
    units_done: int
    units: int
    seconds: float


@dataclass(frozen=True)
class Ledger:
    """All reads and writes of job state. Every write of a run carries its fencing token."""

    engine: Engine

    def add(self, job_id: str, submission: str) -> int:
        """Queues a job, or a new run of a job that is known; returns the generation.

        A new run takes a new token, so whatever still works on an older run can no longer write.
        """
        with self._begin() as connection:
            row = connection.execute(
                select(JOBS.c.generation, JOBS.c.token).where(JOBS.c.id == job_id)
            ).one_or_none()
            values: dict[str, Any] = {
                "status": Status.QUEUED.value,
                "generation": row.generation + 1 if row else 1,
                "token": row.token + 1 if row else 1,
                "submission": submission,
                "manifest": None,
                "problems": [],
                "cancel_requested": 0,
                "updated_at": self._now(),
            }
            if row:
                connection.execute(update(JOBS).where(JOBS.c.id == job_id).values(values))
            else:
                connection.execute(insert(JOBS).values(id=job_id, created_at=self._now(), **values))
            generation = int(values["generation"])
            self._note(connection, job_id, generation, Status.QUEUED.value, {})
        return generation

    def admit(self, job_id: str) -> Run | None:
        """Takes a queued job into work: compare-and-set queued -> planning, with a new token.

        Returns None when the job is not queued any more: already taken, ended, or unknown.
        """
        with self._begin() as connection:
            row = connection.execute(
                update(JOBS)
                .where(JOBS.c.id == job_id, JOBS.c.status == Status.QUEUED.value)
                .values(
                    status=Status.PLANNING.value, token=JOBS.c.token + 1, updated_at=self._now()
                )
                .returning(JOBS.c.generation, JOBS.c.token, JOBS.c.submission)
            ).one_or_none()
            if not row:
                return None
            self._note(connection, job_id, row.generation, Status.PLANNING.value, {})
            return Run(job_id, row.generation, row.token, row.submission)

    def advance(self, run: Run, status: Status) -> bool:
        """Moves a run to its next state; false when it is no longer this run's to move."""
        with self._begin() as connection:
            moved = self._move(connection, run, status, {})
            if moved:
                self._note(connection, run.job_id, run.generation, status.value, {})
        return moved

    def settle(
        self, run: Run, ending: Ending, problems: Sequence[Problem], manifest: str | None
    ) -> bool:
        """Ends a run; false when it had ended already or another run has taken over."""
        status = Status.QUEUED if ending is Ending.INCOMPLETE else Status(ending.value)
        found = [plain(problem) for problem in problems]
        with self._begin() as connection:
            settled = self._move(connection, run, status, {"problems": found, "manifest": manifest})
            if settled:
                self._note(
                    connection, run.job_id, run.generation, ending.value, {"problems": found}
                )
        return settled

    def cancel(self, job_id: str) -> None:
        """Asks whoever works on a job to stop; a job that has ended is left as it is."""
        with self._begin() as connection:
            connection.execute(
                update(JOBS)
                .where(JOBS.c.id == job_id, JOBS.c.status.not_in([s.value for s in TERMINAL]))
                .values(cancel_requested=1, updated_at=self._now())
            )

    def is_stopped(self, run: Run) -> bool:
        """Whether work on a run is in vain: cancelled, ended, or taken over by a newer run."""
        with self._reading() as connection:
            row = connection.execute(
                select(JOBS.c.cancel_requested, JOBS.c.token, JOBS.c.status).where(
                    JOBS.c.id == run.job_id
                )
            ).one_or_none()
        return (
            row is None
            or bool(row.cancel_requested)
            or row.token != run.token
            or Status(row.status) in TERMINAL
        )

    def job(self, job_id: str) -> JobRow | None:
        """The job, or None when it is not known."""
        with self._reading() as connection:
            row = connection.execute(select(JOBS).where(JOBS.c.id == job_id)).one_or_none()
        if row is None:
            return None
        problems = tuple(_problem(data) for data in row.problems)
        return JobRow(
            row.id,
            Status(row.status),
            row.generation,
            row.token,
            row.submission,
            row.manifest,
            problems,
        )

    def plan_parts(self, tasks: Iterable[tuple[Task, int]]) -> None:
        """Notes tasks as planned, each with its units; a repeated call changes nothing."""
        rows = [
            {
                "job_id": task.run.job_id,
                "generation": task.run.generation,
                "task_id": task.task_id,
                "stage": task.stage.value,
                "key": task.key,
                "status": "planned",
                "units_done": 0,
                "units": units,
                "seconds": 0.0,
                "problem": None,
            }
            for task, units in tasks
        ]
        if not rows:
            return
        with self._begin() as connection:
            known = set(
                connection.scalars(
                    select(PARTS.c.task_id).where(
                        PARTS.c.job_id == rows[0]["job_id"],
                        PARTS.c.generation == rows[0]["generation"],
                    )
                )
            )
            fresh = [row for row in rows if row["task_id"] not in known]
            if fresh:
                connection.execute(insert(PARTS), fresh)

    def note_part(self, part: Part) -> None:
        """Notes how a task ended."""
        values: dict[str, Any] = {
            "status": part.status.value,
            "seconds": part.seconds,
            "problem": plain(part.problem) if part.problem else None,
        }
        if part.is_made:
            values["units_done"] = PARTS.c.units
        with self._begin() as connection:
            connection.execute(
                update(PARTS).where(*_is_part(part.run, part.task_id)).values(values)
            )
            if part.status in (PartStatus.FAILED, PartStatus.DONE):
                self._note(
                    connection,
                    part.run.job_id,
                    part.run.generation,
                    f"part_{part.status.value}",
                    {"task": part.task_id, "seconds": part.seconds},
                )

    def note_progress(self, task: Task, units_done: int) -> None:
        """Notes how far a running task is; at most a few times a second."""
        with self._begin() as connection:
            connection.execute(
                update(PARTS)
                .where(
                    *_is_part(task.run, task.task_id), PARTS.c.status.in_(("planned", "running"))
                )
                .values(status="running", units_done=units_done)
            )

    def parts(self, job_id: str, generation: int) -> tuple[PartRow, ...]:
        """The parts of a run, ordered by task id."""
        with self._reading() as connection:
            rows = connection.execute(
                select(PARTS)
                .where(PARTS.c.job_id == job_id, PARTS.c.generation == generation)
                .order_by(PARTS.c.task_id)
            ).all()
        return tuple(
            PartRow(r.task_id, r.stage, r.status, r.units_done, r.units, r.seconds) for r in rows
        )

    def events(self, job_id: str, after: int = 0) -> tuple[tuple[int, str, dict[str, Any]], ...]:
        """Events of a job in order, as (id, kind, data), those with an id above `after`."""
        with self._reading() as connection:
            rows = connection.execute(
                select(JOB_EVENTS)
                .where(JOB_EVENTS.c.job_id == job_id, JOB_EVENTS.c.id > after)
                .order_by(JOB_EVENTS.c.id)
            ).all()
        return tuple((row.id, row.kind, row.data) for row in rows)

    def close(self) -> None:
        """Closes the connections."""
        self.engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        """A transaction that may write: on SQLite it takes the write lock at its start."""
        with _translating(self.engine), self.engine.connect() as connection, connection.begin():
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection for one statement; on SQLite outside any transaction."""
        with _translating(self.engine), self.engine.connect() as connection:
            yield connection

    def _move(
        self, connection: Connection, run: Run, status: Status, values: dict[str, Any]
    ) -> bool:
        moved = connection.execute(
            update(JOBS)
            .where(
                JOBS.c.id == run.job_id,
                JOBS.c.token == run.token,
                JOBS.c.status.in_([s.value for s in predecessors(status)]),
            )
            .values(status=status.value, updated_at=self._now(), **values)
        )
        return bool(moved.rowcount == 1)

    def _note(
        self, connection: Connection, job_id: str, generation: int, kind: str, data: dict[str, Any]
    ) -> None:
        connection.execute(
            insert(JOB_EVENTS).values(
                job_id=job_id, generation=generation, at=self._now(), kind=kind, data=data
            )
        )

    def _now(self) -> ColumnElement[float]:
        if self.engine.dialect.name == "sqlite":
            return (func.julianday("now") - 2440587.5) * 86400.0
        return cast(func.extract("epoch", func.clock_timestamp()), Float)


def open_ledger(database_url: str | URL) -> Ledger:
    """Opens the ledger and makes its tables where they are missing.

    Raises:
      InvalidInput: The database cannot be opened or written.
      ResourceLimit: The disk is full.
    """
    url = make_url(database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    engine = create_engine(url, poolclass=NullPool if is_sqlite else None)
    if is_sqlite:
        event.listen(engine, "connect", _configure_sqlite)
    with _translating(engine):
        METADATA.create_all(engine)
    return Ledger(engine)


def sqlite_url(folder: Path) -> str:
    """Database url of the embedded ledger in this folder, which is created."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"cannot create the data folder {folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise InvalidInput(f"cannot write into the data folder {folder}: permission denied")
    # Not by hand: a question mark in the folder's name would begin options.
    url = URL.create("sqlite", database=str((folder / "ledger.db").absolute()))
    return url.render_as_string()


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN IMMEDIATE, not the driver's late one
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _is_full(database: Path) -> bool:
    # SQLite calls a full disk an I/O error when it is the write-ahead log that does not fit.
    return shutil.disk_usage(database.parent).free < FULL_BYTES


@contextmanager
def _translating(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        is_sqlite = engine.dialect.name == "sqlite"
        where = engine.url.database if is_sqlite else engine.url.host
        if "disk is full" in str(error.orig) or (is_sqlite and _is_full(Path(str(where)))):
            raise ResourceLimit(f"the disk is full: the ledger {where} takes no more") from error
        raise LedgerUnavailable(f"the ledger {where} cannot be used: {error.orig}") from error


def _is_part(run: Run, task_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        PARTS.c.job_id == run.job_id,
        PARTS.c.generation == run.generation,
        PARTS.c.task_id == task_id,
    )


def _problem(data: dict[str, Any]) -> Problem:
    return from_json(Problem, canonical(data))
