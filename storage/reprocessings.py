"""Many jobs that are run again: which, how far each is, and how it ended."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from jobs.reprocessing import LEFT, Request, State
from jobs.states import TERMINAL
from jobs.wire import from_json, plain, sha256, to_json
from storage.audit import OPERATOR, AuditLog
from storage.database import Database
from storage.patience import patiently
from storage.selecting import OLDEST_FIRST, matching
from storage.spending import Spending, of_reprocessing
from storage.tables import JOBS, REPROCESSING_JOBS, REPROCESSINGS

ROWS_AT_ONCE = 1000
EVERY = 10**9  # more jobs than there will be
_LEFT = [state.value for state in LEFT]
_ENDED = [status.value for status in TERMINAL]
_ITEMS = REPROCESSING_JOBS.c


@dataclass(frozen=True)
class Listed:
    """A job that was asked for by its id.

    Attributes:
      place: Where: a line of a file.
      patch: A merge patch for this job alone.
      why: Why it cannot be run, when that is known from the file.
    """

    job_id: str
    place: str | None = None
    patch: Mapping[str, Any] | None = field(default=None, hash=False)
    why: str | None = None


@dataclass(frozen=True)
class Reprocessing:
    """`jobs`: how many there are; `allowed`: how many of them may be begun, from the first on;
    `status`: `running` until it has ended, then `done` or `cancelled`."""

    id: str
    request: Request
    jobs: int
    allowed: int
    created_at: float
    ended_at: float | None
    status: str


@dataclass(frozen=True)
class Item:
    """A job of a reprocessing; see `State`.

    Attributes:
      generation: Its new run.
      before: The run whose video was shown when that was begun.
    """

    number: int
    job_id: str
    place: str | None
    patch: Mapping[str, Any] | None = field(hash=False)
    state: State
    generation: int | None
    before: int | None
    why: str | None


@dataclass(frozen=True)
class Reprocessings:
    """Reads and writes of whoever reprocesses.

    Attributes:
      patience_s: How long a database that restarts is waited for.
    """

    database: Database
    patience_s: float = 60.0

    def begin(
        self, reprocessing_id: str, request: Request, listed: Iterable[Listed] | None, allowed: int
    ) -> Reprocessing:
        """Notes the jobs: those that match now, or those listed, each once. One transaction.

        What somebody else has begun for the same request at the same moment is returned instead.

        Args:
          reprocessing_id: New.
          allowed: How many jobs may be begun.
        """
        with self.database.begin() as connection:
            if self._note_request(connection, reprocessing_id, request):
                if listed is None:
                    count = _note_matching(connection, reprocessing_id, request)
                else:
                    count = _note_listed(connection, reprocessing_id, listed)
                connection.execute(
                    update(REPROCESSINGS)
                    .where(REPROCESSINGS.c.id == reprocessing_id)
                    .values(jobs=count, allowed=min(allowed, count))
                )
                if request.budget_usd is not None:
                    name = of_reprocessing(reprocessing_id)
                    Spending(self.database).limit(connection, name, request.budget_usd)
                AuditLog(self.database).note(
                    request.tenant, OPERATOR, "reprocessing.begun", reprocessing_id,
                    {"jobs": count}, connection,
                )  # fmt: skip
        found = self.find(reprocessing_id) or self.unfinished(request)
        if found is None:  # it was begun elsewhere, and has ended since
            return self.begin(reprocessing_id, request, listed, allowed)
        return found

    def _note_request(self, connection: Connection, reprocessing_id: str, request: Request) -> bool:
        """Notes what was asked for; false when that is being worked off."""
        make = insert_on_sqlite if self.database.is_sqlite else insert_on_postgresql
        made = connection.execute(
            make(REPROCESSINGS)
            .values(
                id=reprocessing_id,
                tenant=request.tenant,
                request_hash=sha256(to_json(request)),
                request=plain(request),
                status="running",
                jobs=0,
                allowed=0,
                created_at=self.database.now(),
            )
            .on_conflict_do_nothing(
                index_elements=["request_hash"], index_where=REPROCESSINGS.c.ended_at.is_(None)
            )
            .returning(REPROCESSINGS.c.id)
        )
        return made.one_or_none() is not None

    def unfinished(self, request: Request) -> Reprocessing | None:
        """What the same request has begun and not ended."""
        return self._find(
            REPROCESSINGS.c.request_hash == sha256(to_json(request)),
            REPROCESSINGS.c.ended_at.is_(None),
        )

    @patiently
    def find(self, reprocessing_id: str) -> Reprocessing | None:
        """The reprocessing of this id; None when there is none."""
        return self._find(REPROCESSINGS.c.id == reprocessing_id)

    def newest(self, tenant: str, limit: int) -> tuple[Reprocessing, ...]:
        """The last ones of a tenant: first those that have not ended; newest first."""
        query = (
            select(REPROCESSINGS)
            .where(REPROCESSINGS.c.tenant == tenant)
            .order_by(REPROCESSINGS.c.ended_at.is_not(None), REPROCESSINGS.c.created_at.desc())
            .limit(limit)
        )
        with self.database.reading() as connection:
            return tuple(map(_reprocessing_of, connection.execute(query)))

    def allow(self, reprocessing_id: str) -> None:
        """Lets all jobs be begun."""
        self._note(reprocessing_id, allowed=REPROCESSINGS.c.jobs)

    @patiently
    def end(self, reprocessing_id: str, status: str = "done") -> None:
        """Notes that no job is left, unless that was noted before."""
        self._note(
            reprocessing_id, REPROCESSINGS.c.ended_at.is_(None),
            status=status, ended_at=self.database.now(),
        )  # fmt: skip

    def cancel_waiting(self, reprocessing_id: str, why: str) -> None:
        """Notes that what was not begun never will be."""
        with self.database.begin() as connection:
            request = connection.execute(
                select(REPROCESSINGS.c.tenant).where(REPROCESSINGS.c.id == reprocessing_id)
            ).one()
            cancelled = connection.execute(
                update(REPROCESSING_JOBS)
                .where(_ITEMS.reprocessing == reprocessing_id, _ITEMS.state == State.WAITING.value)
                .values(state=State.CANCELLED.value, why=why)
            )
            AuditLog(self.database).note(
                request.tenant, OPERATOR, "reprocessing.cancelled", reprocessing_id,
                {"jobs": cancelled.rowcount}, connection,
            )  # fmt: skip

    @patiently
    def left(self, reprocessing_id: str, most: int, after: int = 0) -> tuple[int, ...]:
        """Numbers of the next jobs that may be begun and have not ended, above `after`."""
        query = (
            select(_ITEMS.number)
            .join(REPROCESSINGS, REPROCESSINGS.c.id == _ITEMS.reprocessing)
            .where(
                _ITEMS.reprocessing == reprocessing_id,
                _ITEMS.number > after,
                _ITEMS.number <= REPROCESSINGS.c.allowed,
                _ITEMS.state.in_(_LEFT),
            )
            .order_by(_ITEMS.number)
            .limit(most)
        )
        with self.database.reading() as connection:
            return tuple(connection.scalars(query))

    @patiently
    def item(self, reprocessing_id: str, number: int) -> Item | None:
        """One job of a reprocessing."""
        found = self._rows(_ITEMS.reprocessing == reprocessing_id, _ITEMS.number == number)
        return next(found, None)

    def items(self, reprocessing_id: str) -> Iterator[Item]:
        """All jobs in order, read a thousand at a time."""
        last = 0
        while True:
            rows = list(self._rows(_ITEMS.reprocessing == reprocessing_id, _ITEMS.number > last))
            yield from rows
            if len(rows) < ROWS_AT_ONCE:
                return
            last = rows[-1].number

    @patiently
    def counts(self, reprocessing_id: str) -> dict[State, int]:
        """How many jobs are how far."""
        query = (
            select(_ITEMS.state, func.count())
            .where(_ITEMS.reprocessing == reprocessing_id)
            .group_by(_ITEMS.state)
        )
        with self.database.reading() as connection:
            return {State(row[0]): row[1] for row in connection.execute(query)}

    @patiently
    def note(self, reprocessing_id: str, number: int, state: State, why: str | None) -> None:
        """Notes that a job is not run, and why; nothing when somebody else has begun its run."""
        with self.database.begin() as connection:
            connection.execute(
                update(REPROCESSING_JOBS)
                .where(
                    _ITEMS.reprocessing == reprocessing_id,
                    _ITEMS.number == number,
                    _ITEMS.state == State.WAITING.value,
                )
                .values(state=state.value, why=why)
            )

    def _find(self, *where: Any) -> Reprocessing | None:
        query = select(REPROCESSINGS).where(*where).order_by(REPROCESSINGS.c.created_at.desc())
        with self.database.reading() as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        return _reprocessing_of(row) if row is not None else None

    def _note(self, reprocessing_id: str, *where: Any, **values: Any) -> None:
        with self.database.begin() as connection:
            connection.execute(
                update(REPROCESSINGS)
                .where(REPROCESSINGS.c.id == reprocessing_id, *where)
                .values(**values)
            )

    def _rows(self, *where: Any) -> Iterator[Item]:
        query = select(REPROCESSING_JOBS).where(*where).order_by(_ITEMS.number).limit(ROWS_AT_ONCE)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            yield Item(
                row.number, row.job_id, row.place, row.patch, State(row.state), row.generation,
                row.before, row.why,
            )  # fmt: skip


def _note_matching(connection: Connection, reprocessing_id: str, request: Request) -> int:
    numbers = func.row_number().over(order_by=OLDEST_FIRST)
    wanted = matching(request.tenant, request.selection).with_only_columns(
        literal(reprocessing_id), numbers, JOBS.c.id, literal(State.WAITING.value)
    )
    columns = ["reprocessing", "number", "job_id", "state"]
    connection.execute(insert(REPROCESSING_JOBS).from_select(columns, wanted))
    counted = select(func.count()).where(_ITEMS.reprocessing == reprocessing_id)
    return int(connection.scalar(counted) or 0)


def _note_listed(connection: Connection, reprocessing_id: str, listed: Iterable[Listed]) -> int:
    seen: set[str] = set()
    number = 0
    remaining = iter(listed)
    while some := list(islice(remaining, ROWS_AT_ONCE)):
        rows = []
        for one in some:
            if one.job_id in seen:
                continue
            seen.add(one.job_id)
            number += 1
            rows.append(
                {
                    "reprocessing": reprocessing_id,
                    "number": number,
                    "job_id": one.job_id,
                    "place": one.place,
                    "patch": dict(one.patch) if one.patch is not None else None,
                    "state": (State.REFUSED if one.why else State.WAITING).value,
                    "why": one.why,
                }
            )
        if rows:
            connection.execute(insert(REPROCESSING_JOBS), rows)
    return number


def _reprocessing_of(row: Row[Any]) -> Reprocessing:
    request = from_json(Request, json.dumps(row.request).encode())
    return Reprocessing(
        row.id, request, row.jobs, row.allowed, row.created_at, row.ended_at, row.status
    )
