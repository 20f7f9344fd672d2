"""Paid calls: an intent is written before each, and closed after it.

The promise: calls for one key that may have been charged are at most one, and one more for each
whose outcome nobody knows, and never more than three.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from jobs.elements import Run
from jobs.errors import Charged, ProviderRejected
from jobs.stages import Stage
from jobs.states import WORKING
from storage.database import Database
from storage.patience import patiently
from storage.places import Places
from storage.spending import Budget, Spending
from storage.tables import CALLS, JOBS

LONGEST_NAME = 200  # characters that services may need to name a request or a job
MOST_CHARGES = 3  # for one key; whoever wants more asks for another take
MOST_UNUSABLE = 2  # answers that came whole and were no use: the service will not do better


class CallStatus(Enum):
    """How a call ended.

    `unknown`: sent, and nobody has what it may have been charged for. The process died, the answer
    did not come whole or could not be stored, or it came when somebody else had asked again.
    `unusable`: charged for something that cannot be used. `let_go`: paid, and what came was removed
    as garbage since; it may be bought again.
    """

    OPEN = "open"
    PAID = "paid"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNUSABLE = "unusable"
    LET_GO = "let_go"


CHARGED = tuple(s.value for s in (CallStatus.PAID, CallStatus.UNKNOWN, CallStatus.UNUSABLE))


@dataclass(frozen=True)
class Intent:
    """A call that is about to be made.

    Attributes:
      key: Content key of what is asked for: whoever asks for the same has the same key.
      quote_usd: What it will cost at most, by the price book.
    """

    key: str
    stage: Stage
    provider: str
    model: str
    quote_usd: float


@dataclass(frozen=True)
class Ticket:
    """A call that may be made now.

    Attributes:
      remote_id: The provider's own name of its job, when an earlier process had started it: then it
        is waited for, and nothing is submitted.
    """

    call_id: str
    intent: Intent
    remote_id: str | None = None


class Busy(Enum):
    """Why a call has to wait."""

    SAME_KEY = "somebody else is paying for the same"
    PROVIDER = "no place is free among the calls of this provider that its plan allows"


@dataclass(frozen=True)
class Calls:
    """Intents of paid calls, with the budgets that they count against. Safe for several threads.

    Attributes:
      patience_s: How long a database that restarts is waited for.
    """

    database: Database
    patience_s: float = 60.0

    @patiently
    def open(
        self,
        call_id: str,
        run: Run,
        intent: Intent,
        budgets: Sequence[Budget],
        most_open: int,
        waited_s: float = 0.0,
    ) -> Ticket | Busy:
        """Writes the intent of a call and reserves its price, or says what it has to wait for.

        Args:
          call_id: New for each call; the same again when the answer to this was lost.
          most_open: Calls of the provider that may be under way in all workers together.
          waited_s: How long this call has been asking for a place among them.

        Raises:
          BudgetExceeded: It would cost more than may be spent; nothing was reserved.
          ProviderRejected: It was charged for as often as may be.
        """
        with self.database.begin() as connection:
            held = self._open_call(connection, intent.key)
            if held is not None and held.id == call_id:
                return Ticket(call_id, intent, held.remote_id)
            if held is not None:
                if self._is_alive(connection, held):
                    return Busy.SAME_KEY
                if held.remote_id:
                    return self._taken_over(connection, held, run, intent, budgets)
                # Committed by itself: it stays known also when no further call is made.
                self._end(connection, held, CallStatus.UNKNOWN, held.cost_usd, None, _DIED)
        with self.database.begin() as connection:
            Spending(self.database).lock(connection, f"provider:{intent.provider}")
            if self._open_call(connection, intent.key) is not None:
                return Busy.SAME_KEY
            self._check_charges(connection, intent)
            taken = self._under_way(connection, intent.provider)
            places = Places(self.database)
            if not places.is_free(connection, run, intent.provider, most_open, taken, waited_s):
                return Busy.PROVIDER
            day = Spending(self.database).reserve(connection, run, intent.quote_usd, budgets)
            connection.execute(
                insert(CALLS).values(
                    id=call_id,
                    key=intent.key,
                    job_id=run.job_id,
                    generation=run.generation,
                    stage=intent.stage.value,
                    provider=intent.provider,
                    model=intent.model,
                    status=CallStatus.OPEN.value,
                    cost_usd=intent.quote_usd,
                    quote_usd=intent.quote_usd,
                    started_at=self.database.now(),
                    tenant=run.tenant,
                    token=run.token,
                    day=day,
                )
            )
        return Ticket(call_id, intent)

    @patiently
    def note_remote_id(self, ticket: Ticket, remote_id: str) -> None:
        """Keeps the provider's name of its job, before it is asked how far that is."""
        with self.database.begin() as connection:
            connection.execute(
                update(CALLS).where(CALLS.c.id == ticket.call_id).values(remote_id=remote_id)
            )

    @patiently
    def hear(self, call_id: str) -> None:
        """Notes that a service has called back about a call. Changes nothing when there is none of
        this id, or when it has ended."""
        is_it = (CALLS.c.id == call_id, CALLS.c.ended_at.is_(None))
        with self.database.reading() as connection:  # whoever guesses ids writes nothing
            if connection.scalar(select(CALLS.c.id).where(*is_it)) is None:
                return
        with self.database.begin() as connection:
            connection.execute(update(CALLS).where(*is_it).values(told_at=self.database.now()))

    @patiently
    def close(
        self,
        ticket: Ticket,
        status: CallStatus,
        cost_usd: float | None = None,
        request_id: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Notes how a call ended. Closing it again the same way changes nothing.

        One that was taken for lost and comes back is known from then on. If it was charged and
        somebody has asked again meanwhile, it stays `unknown`: two charges are not both `paid`.

        Args:
          cost_usd: What it cost; by default what was quoted, or nothing when it was refused.
        """
        with self.database.begin() as connection:
            row = connection.execute(
                select(CALLS).where(CALLS.c.id == ticket.call_id).with_for_update()
            ).one()
            was_given_up = row.status == CallStatus.UNKNOWN.value and row.reason == _DIED
            if row.status != CallStatus.OPEN.value and not was_given_up:
                return
            is_charged = status.value in CHARGED
            if was_given_up and is_charged and self._was_asked_again(connection, row):
                status, reason = CallStatus.UNKNOWN, _TOO_LATE
            if cost_usd is None or not 0 <= cost_usd < math.inf:  # nobody can be owed that
                cost_usd = 0.0 if status is CallStatus.REFUSED else row.quote_usd
            self._end(connection, row, status, cost_usd, request_id, reason)

    @patiently
    def settle(self, key: str) -> None:
        """Closes the call for something that is there, when whoever made it died in between."""
        with self.database.begin() as connection:
            held = self._open_call(connection, key)
            if held is not None and not self._is_alive(connection, held):
                self._end(connection, held, CallStatus.PAID, held.cost_usd, None, None)

    @patiently
    def spoil(self, call_id: str, reason: str) -> bool:
        """Notes that what a call brought cannot be used; false when there is no such call here."""
        with self.database.begin() as connection:
            spoilt = connection.execute(
                update(CALLS)
                .where(CALLS.c.id == call_id)
                .values(
                    status=CallStatus.UNUSABLE.value,
                    reason=_kept(reason, 1000),
                    ended_at=func.coalesce(CALLS.c.ended_at, self.database.now()),
                )
            )
        return bool(spoilt.rowcount)

    @patiently
    def is_spoilt(self, call_id: str) -> bool:
        """Whether it is known that what a call brought cannot be used."""
        status = select(CALLS.c.status).where(CALLS.c.id == call_id)
        with self.database.reading() as connection:
            return connection.scalar(status) == CallStatus.UNUSABLE.value

    def keep_alive(self, ticket: Ticket, run: Run, for_s: float) -> None:
        """Says that a call goes on though its run was stopped: nobody else pays for the same for so
        many seconds. Changes nothing when the call has ended, was left, or is another run's."""
        with self.database.begin() as connection:
            connection.execute(
                update(CALLS)
                .where(
                    CALLS.c.id == ticket.call_id,
                    CALLS.c.ended_at.is_(None),
                    CALLS.c.job_id == run.job_id,
                    CALLS.c.token == run.token,
                )
                .values(lives_until=self.database.now() + for_s)
            )

    @patiently
    def leave(self, ticket: Ticket) -> None:
        """Lets go of a call that the provider still works on: whoever asks next waits for it."""
        with self.database.begin() as connection:
            connection.execute(
                update(CALLS)
                .where(CALLS.c.id == ticket.call_id, CALLS.c.ended_at.is_(None))
                .values(token=None, lives_until=None)
            )

    def of_run(self, run: Run) -> tuple[Row[Any], ...]:
        """The calls of a run, oldest first."""
        wanted = select(CALLS).where(
            CALLS.c.job_id == run.job_id, CALLS.c.generation == run.generation
        )
        with self.database.reading() as connection:
            return tuple(connection.execute(wanted.order_by(CALLS.c.started_at, CALLS.c.id)))

    def _open_call(self, connection: Connection, key: str) -> Row[Any] | None:
        return connection.execute(
            select(CALLS).where(CALLS.c.key == key, CALLS.c.ended_at.is_(None)).with_for_update()
        ).one_or_none()

    def _is_alive(self, connection: Connection, call: Row[Any]) -> bool:
        living = select(CALLS.c.id).where(CALLS.c.id == call.id, self._lives())
        return connection.scalar(living) is not None

    def _lives(self) -> ColumnElement[bool]:
        """Whether somebody makes a call: its run still has its claim, which a process that died
        loses; or the call outlives its run, and says so."""
        now = self.database.now()
        is_at_work = select(JOBS.c.id).where(
            JOBS.c.id == CALLS.c.job_id,
            JOBS.c.token == CALLS.c.token,
            JOBS.c.status.in_([status.value for status in WORKING]),
            JOBS.c.lease_until > now,
        )
        return or_(is_at_work.exists(), CALLS.c.lives_until > now)

    def _taken_over(
        self,
        connection: Connection,
        call: Row[Any],
        run: Run,
        intent: Intent,
        budgets: Sequence[Budget],
    ) -> Ticket:
        Spending(self.database).move(connection, call, run, budgets)
        connection.execute(
            update(CALLS)
            .where(CALLS.c.id == call.id)
            .values(job_id=run.job_id, generation=run.generation, token=run.token, lives_until=None)
        )
        return Ticket(call.id, intent, call.remote_id)

    def _was_asked_again(self, connection: Connection, call: Row[Any]) -> bool:
        later = select(CALLS.c.id).where(
            CALLS.c.key == call.key,
            CALLS.c.id != call.id,
            CALLS.c.started_at >= call.started_at,
            CALLS.c.status.in_((CallStatus.OPEN.value, *CHARGED)),
        )
        return connection.scalar(later.limit(1)) is not None

    def _check_charges(self, connection: Connection, intent: Intent) -> None:
        counted = connection.execute(
            select(CALLS.c.status, func.count())
            .where(CALLS.c.key == intent.key, CALLS.c.status.in_(CHARGED))
            .group_by(CALLS.c.status)
        ).all()
        counts = {row[0]: row[1] for row in counted}
        charges, unusable = sum(counts.values()), counts.get(CallStatus.UNUSABLE.value, 0)
        if charges >= MOST_CHARGES or unusable >= MOST_UNUSABLE:
            last = connection.scalar(
                select(CALLS.c.reason)
                .where(CALLS.c.key == intent.key, CALLS.c.status.in_(CHARGED))
                .order_by(CALLS.c.ended_at.desc())
                .limit(1)
            )
            raise ProviderRejected(
                f"{intent.provider} was asked for this {charges} times, and what it sent was lost "
                "or could not be used; it is not asked again (a retry from this stage is a new "
                f"take). The last time: {last or 'nobody knows'}",
                charged=Charged.NO,
                provider=intent.provider,
            )

    def _under_way(self, connection: Connection, provider: str) -> int:
        counted = (
            select(func.count())
            .select_from(CALLS)
            .where(CALLS.c.provider == provider, CALLS.c.ended_at.is_(None), self._lives())
        )
        return int(connection.scalar(counted) or 0)

    def _end(
        self,
        connection: Connection,
        call: Row[Any],
        status: CallStatus,
        cost_usd: float,
        request_id: str | None,
        reason: str | None,
    ) -> None:
        connection.execute(
            update(CALLS)
            .where(CALLS.c.id == call.id)
            .values(
                status=status.value,
                cost_usd=cost_usd,
                ended_at=self.database.now(),
                request_id=_kept(request_id, LONGEST_NAME) or call.request_id,
                reason=_kept(reason, 1000),
            )
        )
        difference = cost_usd - call.cost_usd
        Spending(self.database).add(connection, call, difference)


def _kept(text: str | None, most: int) -> str | None:
    """Somebody else's words as every database takes them; None for nothing."""
    return (text or "").encode(errors="replace").decode().replace("\0", "")[:most] or None


_DIED = "whoever made it died before it ended"
_TOO_LATE = "it was taken for lost, and came when somebody else had asked again"
