"""One look at the database for all open event streams of a process."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jobs.errors import AiprodError
from storage.api_keys import ApiKeys
from storage.event_reading import EventReading, Standing

LOG = logging.getLogger(__name__)
EVERY_S = 0.25
KEYS_EVERY_S = 2.0  # as long as other requests remember a key that was found


class Listener:
    """Somebody who waits for a job to change.

    Attributes:
      refused: Set when the key was revoked or has expired since.
    """

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        self.refused = asyncio.Event()
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

    The keys of the listeners are looked up every two seconds, all in one query; while they cannot
    be, nothing is told.

    Everything but `close` belongs to one event loop.
    """

    def __init__(self, reading: EventReading, keys: ApiKeys) -> None:
        self._reading = reading
        self._keys = keys
        self._listeners: dict[str, set[Listener]] = {}
        self._watching: asyncio.Task[None] | None = None
        self.is_closing = False

    @asynccontextmanager
    async def listening(self, job_id: str, key_id: str) -> AsyncIterator[Listener]:
        """Listens to a job; its standing now is the first change.

        Args:
          key_id: Of the key that may read it, just found to work.
        """
        listener = Listener(key_id)
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
        checked_at = time.monotonic()
        while self._listeners:
            try:
                if time.monotonic() - checked_at >= KEYS_EVERY_S:
                    now = time.monotonic()
                    await self._refuse_ended_keys()
                    checked_at = now
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
                for listener in self._all():
                    listener.changed.set()
            await asyncio.sleep(EVERY_S)

    async def _refuse_ended_keys(self) -> None:
        asked = {listener.key_id for listener in self._all()}
        ended = asked - await asyncio.to_thread(self._keys.working, asked)
        for listener in self._all():
            if listener.key_id in ended:
                listener.refused.set()
                listener.changed.set()

    def _all(self) -> list[Listener]:
        return [one for listeners in self._listeners.values() for one in listeners]
