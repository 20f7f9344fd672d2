"""Buying what a remote service makes: paid for once, found again by everybody after that.

What comes is stored as it came, before anything is done with it. Whatever goes wrong on this
machine afterwards costs nothing: it is taken from the store again.
"""

import logging
import random
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jobs.crash_points import crash_point
from jobs.daemon import daemon
from jobs.elements import Run
from jobs.errors import (
    AiprodError,
    Cancelled,
    Charged,
    InvalidInput,
    LedgerUnavailable,
    NoMatch,
    ProviderAccess,
    ProviderError,
    ProviderUnavailable,
    ProviderUnusable,
    ResourceLimit,
    StoreUnavailable,
)
from jobs.stages import Stage
from providers.remote import LONGEST_WISH_S
from providers.service import Call
from storage.artefacts import Origin, Record
from storage.calls import LONGEST_NAME, CallStatus, Intent, Ticket
from storage.spending import Budget
from transforms.studio import LOOK_EVERY_S, Hints, Studio

LOG = logging.getLogger(__name__)
TRIES = 4
UNUSABLE_TRIES = 2  # what is free and cannot be used is hardly ever another thing the next time
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
BUSY_PAUSE_S = 0.5
OUTLIVES_S = (
    15.0  # a call that goes on without its run is taken for dead when it is silent for that
)
# Three minutes in which a disk can be cleared or a bucket comes back; what came is held in memory.
KEEP_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0)
_STORE_TROUBLE = (StoreUnavailable, ResourceLimit, InvalidInput, OSError)
CALL = "call"  # fact of what was bought: the id of its call
LONGEST_QUEUE_S = 1800.0  # for a place among the calls that a plan allows, or for somebody's result


@dataclass(frozen=True)
class Order:
    """Something to be bought with one call.

    Attributes:
      params: Everything that influences what comes back: orders that agree in them are one.
      quote_usd: What it costs at most.
      most_open: Calls of this provider that may be under way in all workers together.
    """

    stage: Stage
    provider: str
    model: str
    params: Mapping[str, Any] = field(hash=False)
    quote_usd: float
    most_open: int


@dataclass(frozen=True)
class Bought:
    """What came back, as it came.

    Attributes:
      media: By role, bytes and the suffix of their blob name.
      facts: What the service told of it.
      cost_usd: What it cost; None: what was quoted.
    """

    media: Mapping[str, tuple[bytes, str]] = field(hash=False, repr=False)
    facts: Mapping[str, Any] = field(hash=False)
    origin: Origin
    cost_usd: float | None = None


Buy = Callable[[Call], Bought]
"""Makes the call. Raises `ProviderError`."""

Wait = Callable[[float], object]
"""Waits so many seconds."""


def purchase(
    order: Order,
    run: Run,
    studio: Studio,
    buy: Buy,
    pause: Wait | None = None,
    hold: Wait = time.sleep,
) -> Record:
    """What was ordered, as it came: bought now, or found because somebody has bought it before.

    An intent is in the ledger before the call is made, and is closed as paid only when what came
    back has been stored. Whoever dies in between leaves an intent whose outcome is unknown.

    Args:
      pause: Waits so many seconds, or raises `Cancelled`; by default `Studio.pause`.
      hold: Waits so many seconds with what came in hand, while the store does not take it.

    Raises:
      ProviderError: It cannot be had, or not now.
      StoreUnavailable, ResourceLimit: Nothing can be stored. Before a call is made, that costs
        nothing; what came and could not be stored for three minutes is lost.
      BudgetExceeded: It was not asked for, because it would cost more than may be spent.
      Cancelled: The run was stopped while it waited.
    """
    key = run.slate.key(order.stage, {"call": dict(order.params)})
    intent = Intent(key, order.stage, order.provider, order.model, order.quote_usd)
    pause = pause or partial(studio.pause, run)
    tries = 0
    while True:
        found = _found(order.stage, key, studio)
        if found is not None:
            studio.calls.settle(key)
            return found
        studio.blobs.check()  # nothing is bought that has no place
        ticket = _ticket(intent, order.most_open, run, studio, pause)
        if ticket is None:
            continue  # somebody else was paying for it
        call = studio.start_call(partial(_made, order, ticket, run, studio, buy, hold))
        try:
            return _awaited(call, ticket, run, studio)
        except ProviderError as error:
            tries += 1
            pause_s = _pause_s(error, tries)
            if pause_s is None:
                raise
            pause(pause_s)


def _found(stage: Stage, key: str, studio: Studio) -> Record | None:
    """What was bought before, unless it is known to be of no use."""
    record = studio.artefacts.find(stage, key)
    return None if record is None or _is_spoilt(record, studio) else record


def _is_spoilt(record: Record, studio: Studio) -> bool:
    return studio.calls.is_spoilt(record.facts.get(CALL, ""))


def _awaited(call: Future[Record], ticket: Ticket, run: Run, studio: Studio) -> Record:
    """What a call brings. Whoever is stopped does not wait for it: it goes on by itself, what it
    brings is kept, and until then nobody pays for the same."""
    keep_alive = partial(_keep_alive, call, ticket, run, studio)
    try:
        while not wait([call], LOOK_EVERY_S).done:
            if studio.ledger.is_stopped(run):
                raise Cancelled("stopped by the user")
    except Cancelled:
        studio.calls.keep_alive(ticket, run, OUTLIVES_S)  # before the run lets go of its claim
        daemon(keep_alive, "outlived")
        raise
    except AiprodError:  # the ledger does not answer
        daemon(keep_alive, "outlived")
        raise
    return call.result()


def _keep_alive(call: Future[Record], ticket: Ticket, run: Run, studio: Studio) -> None:
    pause_s = 0.0
    while not wait([call], pause_s).done:
        pause_s = OUTLIVES_S / 3
        try:
            studio.calls.keep_alive(ticket, run, OUTLIVES_S)
        except LedgerUnavailable:
            pause_s = LOOK_EVERY_S


def _made(order: Order, ticket: Ticket, run: Run, studio: Studio, buy: Buy, hold: Wait) -> Record:
    """Makes a call, stores what it brings, and notes how it ended."""
    breaker = studio.breaker(order.provider)
    progress = _Progress(studio, ticket)
    if not breaker.admits():
        refusal = ProviderUnavailable(
            f"{order.provider} has not answered lately; it is left in peace for a while",
            charged=Charged.NO,
            provider=order.provider,
        )
        progress.failed(refusal)
        raise refusal
    try:
        crash_point("call.before_send")
        pause = partial(studio.pause, run, hints=Hints(ticket.call_id))
        bought = buy(Call(ticket.call_id, ticket.remote_id, progress.started, pause))
    except ProviderError as error:
        if isinstance(error, ProviderUnavailable):
            breaker.failed()
        else:
            breaker.answered()
        progress.failed(error)
        raise
    except NoMatch as error:
        breaker.answered()
        studio.calls.close(ticket, CallStatus.REFUSED, reason=error.message)
        raise
    except BaseException as error:
        progress.interrupted(type(error).__name__)
        raise
    breaker.answered()
    crash_point("call.before_keep")
    cost_usd = order.quote_usd if bought.cost_usd is None else bought.cost_usd
    try:
        record = _stored(bought, ticket, studio, hold)
    except _STORE_TROUBLE as error:
        trouble = _not_stored(order.provider, cost_usd, error, is_lost=not progress.remote_id)
        progress.interrupted(trouble.message, cost_usd, bought.origin.request_id)
        raise trouble from error
    except BaseException as error:
        progress.interrupted(type(error).__name__)
        raise
    crash_point("call.after_keep")
    studio.calls.close(ticket, CallStatus.PAID, cost_usd, bought.origin.request_id)
    return record


def _stored(bought: Bought, ticket: Ticket, studio: Studio, hold: Wait) -> Record:
    """Stores what came, again and again while the store does not take it."""
    stage, key = ticket.intent.stage, ticket.intent.key
    facts = {**bought.facts, CALL: ticket.call_id}
    pauses_s = iter(KEEP_PAUSES_S)
    while True:
        try:
            record = studio.artefacts.keep(stage, key, bought.origin, bought.media, facts, 0.0)
            if not _is_spoilt(record, studio):
                return record
            # What came before is of no use. Nobody else removes it: this call alone is open.
            studio.artefacts.discard(stage, key)
        except _STORE_TROUBLE as error:
            pause_s = next(pauses_s, None)
            if pause_s is None:
                raise
            LOG.warning("what %s was paid for waits: %s", ticket.intent.provider, error)
            hold(pause_s)


def _not_stored(
    provider: str, cost_usd: float, error: AiprodError | OSError, *, is_lost: bool
) -> AiprodError:
    """What to tell when the store did not take what came."""
    kind = StoreUnavailable if isinstance(error, StoreUnavailable) else ResourceLimit
    why = error.message if isinstance(error, AiprodError) else error.strerror
    fate = "is lost" if is_lost else "is fetched again by the next run"
    return kind(
        f"what {provider} was paid {cost_usd:.4f} USD for could not be stored and {fate}: {why}"
    )


@dataclass
class _Progress:
    """How far a call has come: a job that the provider works on is not given up."""

    studio: Studio
    ticket: Ticket

    def __post_init__(self) -> None:
        self.remote_id = self.ticket.remote_id

    def started(self, remote_id: str) -> None:
        if len(remote_id) > LONGEST_NAME or not (remote_id.isascii() and remote_id.isprintable()):
            provider = self.ticket.intent.provider
            raise ProviderUnusable(
                f"{provider} gave its job a name that cannot be kept",
                charged=Charged.YES,
                is_over=True,
                provider=provider,
            )
        self.studio.calls.note_remote_id(self.ticket, remote_id)
        self.remote_id = remote_id
        crash_point("call.after_submit")

    def failed(self, error: ProviderError) -> None:
        # A key that has been withdrawn since says nothing about the work: with another one it can
        # be fetched.
        may_come = error.retryable or isinstance(error, ProviderAccess)
        is_wanted = may_come and error.charged is not Charged.YES and not error.is_over
        if self.remote_id and is_wanted:
            # It is still being made; the intent stays open, and whoever comes next asks for it.
            self.studio.calls.leave(self.ticket)
            return
        self.studio.calls.close(self.ticket, _STATUS[error.charged], reason=error.message)

    def interrupted(
        self, why: str, cost_usd: float | None = None, request_id: str | None = None
    ) -> None:
        if self.remote_id:
            self.studio.calls.leave(self.ticket)
        else:
            unknown = CallStatus.UNKNOWN
            self.studio.calls.close(self.ticket, unknown, cost_usd, request_id, why)


_STATUS = {
    Charged.NO: CallStatus.REFUSED,
    Charged.YES: CallStatus.UNUSABLE,
    Charged.UNKNOWN: CallStatus.UNKNOWN,
}


def _ticket(intent: Intent, most_open: int, run: Run, studio: Studio, pause: Wait) -> Ticket | None:
    """A ticket for the call; None when somebody else has just ended the same one."""
    call_id = f"call-{uuid.uuid4().hex}"  # 122 random bits: a service may call back with it
    budgets = []
    if run.budget_usd is not None:
        budgets.append(Budget("job", run.budget_usd))
    if studio.config.tenant_day_usd is not None:
        budgets.append(Budget("day", studio.config.tenant_day_usd))
    waited_s = 0.0
    while True:
        answer = studio.calls.open(call_id, run, intent, budgets, most_open, waited_s)
        if isinstance(answer, Ticket):
            if answer.remote_id is None and _found(intent.stage, intent.key, studio):
                # Somebody bought it after we had looked and before we had the ticket.
                studio.calls.close(answer, CallStatus.REFUSED, reason="found")
                return None
            return answer
        if waited_s > LONGEST_QUEUE_S:
            raise ProviderUnavailable(
                f"{intent.provider}: {answer.value}, for half an hour", charged=Charged.NO
            )
        pause(BUSY_PAUSE_S)
        waited_s += BUSY_PAUSE_S


def _pause_s(error: ProviderError, tries: int) -> float | None:
    """How long to wait before another try; None when there is none."""
    is_useless = isinstance(error, ProviderUnusable) and error.charged is Charged.NO
    most = UNUSABLE_TRIES if is_useless else TRIES
    if not error.retryable or tries >= most:
        return None
    wished_s = error.retry_after_s or 0.0
    if wished_s > LONGEST_WISH_S:
        return None
    # Full jitter: clients that failed together do not come again together.
    longest_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (tries - 1))
    return wished_s + random.uniform(0.0, longest_s)
