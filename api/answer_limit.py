"""How long a client waits for an answer to begin, whatever the database or the store does."""

import asyncio
import logging
from dataclasses import dataclass, field

from anyio import CancelScope
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import RETRY_AFTER_S, ProblemError

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class AnswerLimit:
    """Answers 503 when the application has not begun to within a limit.

    A thread that waits for a database cannot be interrupted: it ends what it does, and what it
    answers then is thrown away. What still waits for a thread is given up, so that nothing piles
    up. An answer that has begun may take as long as it likes.

    Args:
      limit_s: How long the application may think, in seconds.
      unlimited: Paths where bodies are read meanwhile.
    """

    app: ASGIApp
    limit_s: float
    unlimited: frozenset[str]
    _abandoned: set[asyncio.Task[None]] = field(default_factory=set, init=False, repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.unlimited:
            await self.app(scope, receive, send)
            return
        answer = _Answer(send)
        # Not by `Task.cancel`: it would take a thread for free that is still busy.
        cancelling = CancelScope()
        work = asyncio.create_task(self._work(cancelling, scope, receive, answer.send))
        work.add_done_callback(lambda _: answer.has_begun.set())
        try:
            async with asyncio.timeout(self.limit_s):
                await answer.has_begun.wait()
        except TimeoutError:
            if not answer.has_begun.is_set():
                answer.is_abandoned = True
                cancelling.cancel()
                self._abandon(work)
                await _too_late(self.limit_s).response()(scope, receive, send)
                return
        except asyncio.CancelledError:
            work.cancel()
            raise
        await work

    async def _work(
        self, cancelling: CancelScope, scope: Scope, receive: Receive, send: Send
    ) -> None:
        with cancelling:
            await self.app(scope, receive, send)

    def _abandon(self, work: "asyncio.Task[None]") -> None:
        self._abandoned.add(work)  # the loop itself would forget it
        work.add_done_callback(self._end)

    def _end(self, work: "asyncio.Task[None]") -> None:
        self._abandoned.discard(work)
        if not work.cancelled() and (error := work.exception()) and not isinstance(error, _TooLate):
            LOG.error("what a client no longer waited for failed", exc_info=error)


class _TooLate(Exception):
    """Nobody waits for this answer any more."""


class _Answer:
    """The way to the client, until it was told something else."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = asyncio.Event()
        self.is_abandoned = False

    async def send(self, message: Message) -> None:
        if self.is_abandoned:
            raise _TooLate
        self.has_begun.set()
        await self._send(message)


def _too_late(limit_s: float) -> ProblemError:
    detail = f"No answer within {limit_s:g} seconds; what was asked may still be done. Try again."
    return ProblemError(503, "timeout", detail, {"Retry-After": str(RETRY_AFTER_S)})
