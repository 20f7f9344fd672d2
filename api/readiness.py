"""Whether the service can work: asked seldom, however often somebody wants to know."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Literal

from anyio import CapacityLimiter, to_thread

from jobs.errors import AiprodError

LOG = logging.getLogger(__name__)
REMEMBERED_S = 2.0  # no key is needed to ask, and each answer costs a request to bucket and queue
LIMIT_S = 6.0  # stores and queues give up after 5 s

Outcome = Literal["ok", "failed"]


class ReadinessChecks:
    """Asks all at once, on threads of their own, and remembers the answer for two seconds.

    Belongs to one event loop. A check that does not come back counts as failed and is not asked
    again before it does.

    Args:
      checks: By name; each raises an `AiprodError` when what it asks cannot be used.
      clock: Seconds that never go back.
    """

    def __init__(
        self,
        checks: Mapping[str, Callable[[], None]],
        clock: Callable[[], float] = time.monotonic,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._checks = checks
        self._clock = clock
        self._limit_s = limit_s
        self._threads = CapacityLimiter(len(checks))
        self._asked: dict[str, asyncio.Task[Outcome]] = {}
        self._asking: asyncio.Task[dict[str, Outcome]] | None = None
        self._asked_at = 0.0

    async def outcomes(self) -> dict[str, Outcome]:
        """How each check went, at most two seconds ago."""
        is_old = self._clock() - self._asked_at >= REMEMBERED_S
        if self._asking is None or (self._asking.done() and is_old):
            self._asking = asyncio.create_task(self._ask_all())
        return await asyncio.shield(self._asking)  # one who leaves does not end it for the others

    async def _ask_all(self) -> dict[str, Outcome]:
        for name, check in self._checks.items():
            if name not in self._asked or self._asked[name].done():
                self._asked[name] = asyncio.create_task(self._ask(name, check))
        done, _ = await asyncio.wait(self._asked.values(), timeout=self._limit_s)
        self._asked_at = self._clock()
        return {
            name: task.result() if task in done else "failed" for name, task in self._asked.items()
        }

    async def _ask(self, name: str, check: Callable[[], None]) -> Outcome:
        try:
            await to_thread.run_sync(check, limiter=self._threads)
        except AiprodError as error:
            LOG.warning("not ready: %s: %s", name, error.message)
            return "failed"
        return "ok"
