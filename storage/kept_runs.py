"""Which runs are kept, and everything that the ledger names for them.

Kept are all runs of jobs that have not ended, or that have failed or been cancelled lately; and
every run that was delivered, until it is let go. Nothing here holds more than a page of a table.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    and_,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)

from jobs.states import TERMINAL, WORKING, Status
from storage.calls import CallStatus
from storage.database import Database
from storage.intake import RENDER_QUEUE
from storage.tables import CALLS, JOBS, PARTS, UPLOADS, VIDEOS

PAGE, PAGE_OF_DOCUMENTS = 5000, 50  # rows; a document may have a megabyte
_ENDED = [status.value for status in TERMINAL]
_WORKING = [status.value for status in WORKING]
_UNLUCKY = [Status.FAILED.value, Status.CANCELLED.value]


@dataclass(frozen=True)
class Delivered:
    """A run that was delivered."""

    job_id: str
    generation: int


@dataclass(frozen=True)
class Key:
    """A content key that a run names. `owner`: set when only its delivery keeps that run."""

    key: str
    owner: Delivered | None


@dataclass(frozen=True)
class KeptRuns:
    """Reads what is kept.

    Attributes:
      older_than_s: What is younger is never let go.
      page: Rows that are read at a time.
    """

    database: Database
    older_than_s: float
    page: int = PAGE

    def is_empty(self) -> bool:
        """Whether there is no job at all."""
        with self.database.reading() as connection:
            return connection.scalar(select(JOBS.c.id).limit(1)) is None

    def now(self) -> float:
        """By the clock of the database, in seconds since 1970."""
        with self.database.reading() as connection:
            return float(connection.scalar(select(self.database.now())) or 0.0)

    def untouched_since(self) -> float:
        """Whoever works at this moment has begun no earlier; now when nobody works. A claim counts
        until its job has another one or has ended, also after its lease has run out."""
        began = func.min(func.coalesce(JOBS.c.claimed_at, JOBS.c.created_at))
        query = select(func.coalesce(began, self.database.now())).where(JOBS.c.status.in_(_WORKING))
        with self.database.reading() as connection:
            return float(connection.scalar(query) or 0.0)

    def surplus(self, keep: int) -> Iterator[Delivered]:
        """Delivered runs beyond the newest `keep` of their job, and not the one that is shown."""
        is_old = VIDEOS.c.created_at < self._limit
        query = select(
            VIDEOS.c.job_id, VIDEOS.c.generation, _shown().label("shown"), is_old.label("is_old")
        ).join_from(VIDEOS, JOBS, JOBS.c.id == VIDEOS.c.job_id)
        rows = self._rows(query, (VIDEOS.c.job_id, VIDEOS.c.generation))
        for job_id, runs in groupby(rows, key=lambda row: row.job_id):
            for row in list(runs)[:-keep]:
                if row.is_old and row.generation != row.shown:
                    yield Delivered(job_id, row.generation)

    def let_go(self, run: Delivered) -> bool:
        """Takes a run out of what is offered; false when it is the one that is shown by now."""
        job = select(_shown().label("shown")).where(JOBS.c.id == run.job_id).with_for_update()
        with self.database.begin() as connection:
            if connection.scalar(job) == run.generation:
                return False
            gone = connection.execute(
                delete(VIDEOS).where(
                    VIDEOS.c.job_id == run.job_id, VIDEOS.c.generation == run.generation
                )
            )
        return bool(gone.rowcount)

    def named_keys(self) -> Iterator[Key]:
        """Keys of parts and of paid calls; a key may come several times."""
        for table, order in (
            (PARTS, (PARTS.c.job_id, PARTS.c.generation, PARTS.c.task_id)),
            (CALLS, (CALLS.c.id,)),
        ):
            job, generation = table.c.job_id, table.c.generation
            is_delivered = and_(VIDEOS.c.job_id == job, VIDEOS.c.generation == generation)
            query = (
                select(table.c.key, job, generation, self._is_going_on.label("is_going_on"), *order)
                .join_from(table, JOBS, JOBS.c.id == job)
                .outerjoin(VIDEOS, is_delivered)
                .where(or_(self._is_going_on, VIDEOS.c.job_id.is_not(None)))
            )
            for row in self._rows(query, order):
                owner = None if row.is_going_on else Delivered(row.job_id, row.generation)
                yield Key(row.key, owner)

    def inputs(self) -> Iterator[str]:
        """Texts with the names of files that were handed in or fetched.

        Jobs of a service may be tried again at any time, and only their owners have the files. The
        command line stores them anew with every run.
        """
        for row in self._rows(select(UPLOADS.c.id, UPLOADS.c.blob), (UPLOADS.c.id,)):
            yield row.blob
        is_delivered = select(VIDEOS.c.job_id).where(VIDEOS.c.job_id == JOBS.c.id).exists()
        query = select(JOBS.c.id, JOBS.c.submission).where(
            or_(JOBS.c.queue != RENDER_QUEUE, self._is_going_on, is_delivered)
        )
        for row in self._rows(query, (JOBS.c.id,), PAGE_OF_DOCUMENTS):
            yield row.submission

    def deliveries(self) -> Iterator[tuple[Delivered, str]]:
        """Delivered runs, each with a text in which its files are named."""
        order = (VIDEOS.c.job_id, VIDEOS.c.generation)
        for row in self._rows(select(VIDEOS), order, PAGE_OF_DOCUMENTS):
            yield Delivered(row.job_id, row.generation), str(tuple(row))

    def note_gone(self, keys: Collection[str]) -> None:
        """Notes that what was paid for under these keys is there no more: it may be bought again,
        and does not count among the charges that are allowed for one thing."""
        with self.database.begin() as connection:
            connection.execute(
                update(CALLS)
                .where(CALLS.c.key.in_(keys), CALLS.c.status == CallStatus.PAID.value)
                .values(status=CallStatus.LET_GO.value)
            )

    @property
    def _limit(self) -> ColumnElement[float]:
        return self.database.now() - self.older_than_s

    @property
    def _is_going_on(self) -> ColumnElement[bool]:
        """Whether a job has not ended, or may soon be tried again."""
        is_recent = JOBS.c.updated_at >= self._limit
        return or_(JOBS.c.status.not_in(_ENDED), and_(JOBS.c.status.in_(_UNLUCKY), is_recent))

    def _rows(
        self, query: Select[Any], order: Sequence[Column[Any]], most: int = PAGE
    ) -> Iterator[Row[Any]]:
        """All rows, page by page, by a unique key: no statement takes long."""
        page = min(self.page, most)
        after: tuple[Any, ...] = ()
        while True:
            rest = query.order_by(*order).limit(page)
            if after:
                rest = rest.where(tuple_(*order) > tuple_(*map(literal, after)))
            with self.database.reading() as connection:
                rows = connection.execute(rest).all()
            yield from rows
            if len(rows) < page:
                return
            after = tuple(rows[-1]._mapping[column] for column in order)


def _shown() -> ColumnElement[Any]:
    """Which run of a job is shown; null when it is the newest that was delivered."""
    return JOBS.c.current if "current" in JOBS.c else null()
