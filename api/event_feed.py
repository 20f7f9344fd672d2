"""One look at the database for all open event streams of a process."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jobs.errors import AiprodError
from storage.event_reading import EventReading, Standing

LOG = logging.getLogger(__name__)
EVERY_S = 0.25


class Listener:
    """Somebody who waits for a job to change."""

    def __init__(self) -> None:
        self.latest: Standing | None = None
        self.changed = asyncio.Event()

    async def next(self, limit_s: float) -> Standing | None:
        """How the job stands when it has changed; None when it has not for `limit_s` seconds."""
        try:
            await asyncio.wait_for(self.changed.wait(), limit_s)
        except TimeoutError:
            return None
        self.changed.clear()
        return self.latest


class EventFeed:
    """Watches the jobs that somebody listens to, and nothing when nobody does.

    Everything but `close` belongs to one event loop.
    """

    def __init__(self, reading: EventReading) -> None:
        self._reading = reading
        self._listeners: dict[str, set[Listener]] = {}
        self._watching: asyncio.Task[None] | None = None
        self.is_closing = False

    @asynccontextmanager
    async def listening(self, job_id: str) -> AsyncIterator[Listener]:
        """Listens to a job; its standing now is the first change."""
        listener = Listener()
        self._listeners.setdefault(job_id, set()).add(listener)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        try:
            yield listener
        finally:
            self._listeners[job_id].discard(listener)
            if not self._listeners[job_id]:
                del self._listeners[job_id]

    def close(self) -> None:
        """Ends all streams within a look."""
        self.is_closing = True

    async def _watch(self) -> None:
        while self._listeners:
            try:
                found = await asyncio.to_thread(self._reading.standings, list(self._listeners))
            except AiprodError as error:
                LOG.warning("event streams wait: %s", error.message)
                found = {}
            for job_id, standing in found.items():
                for listener in self._listeners.get(job_id, ()):
                    if listener.latest != standing:
                        listener.latest = standing
                        listener.changed.set()
            if self.is_closing:
                for listeners in self._listeners.values():
                    for listener in listeners:
                        listener.changed.set()
            await asyncio.sleep(EVERY_S)
