"""What the service does beside answering: publish the outbox, ring for jobs left behind."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from api.publisher import Publisher
from jobs.crash_points import crash_point
from jobs.errors import AiprodError
from storage.outbox import Outbox

LOG = logging.getLogger(__name__)
BATCH = 200
TAKEN_S = 30.0  # a relay that dies leaves its messages to others after that
IDLE_S = 10.0  # how often messages are looked for that a process, dead since, did not publish
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
STEADY_S = 60.0  # what has run that long does not fail at once again


class Relay:
    """Publishes the outbox: at least once, in order when nothing fails."""

    def __init__(self, outbox: Outbox, publisher: Publisher) -> None:
        self._outbox = outbox
        self._publisher = publisher
        self._wake = threading.Event()

    def wake(self) -> None:
        """Says that there is something to publish."""
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        """Publishes until told to stop; call `wake` after setting `stop`."""
        pause_s = FIRST_PAUSE_S
        while not stop.is_set():
            self._wake.clear()
            try:
                while self._publish_some() and not stop.is_set():
                    pass
            except AiprodError as error:
                LOG.warning("the outbox waits: %s", error.message)
                stop.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            pause_s = FIRST_PAUSE_S
            self._wake.wait(IDLE_S)

    def _publish_some(self) -> bool:
        posted = self._outbox.take(BATCH, TAKEN_S)
        if not posted:
            return False
        crash_point("relay.before_publish")
        self._publisher.publish([one.payload for one in posted])
        crash_point("relay.after_publish")
        self._outbox.done(posted)
        return True


class Sweeper:
    """Rings again for unfinished jobs that nobody works on.

    The ring of a job goes to one worker, which may be busy or hang. So as long as a job waits, the
    worker beside us is rung as well.

    Args:
      wake: Says that there is something to publish.
      ring: Wakes the worker beside us.
      every_s: How often it looks.
    """

    def __init__(
        self,
        outbox: Outbox,
        wake: Callable[[], None],
        ring: Callable[[], None],
        every_s: float,
    ) -> None:
        self._outbox = outbox
        self._wake = wake
        self._ring = ring
        self._every_s = every_s

    def run(self, stop: threading.Event) -> None:
        """Sweeps until told to stop."""
        while not stop.wait(self._every_s):
            try:
                if count := self._outbox.ring_unattended(reminder_s=12 * self._every_s):
                    LOG.info("rang again for %d jobs", count)
                    self._wake()
                if self._outbox.is_work_waiting():
                    self._ring()
            except AiprodError as error:
                LOG.warning("nothing was swept: %s", error.message)


@dataclass(frozen=True)
class Background:
    """Threads beside the API, each with how it is woken to notice that it is to stop.

    One that meets what nobody foresaw goes on after a pause: without it rings would not be
    published, or webhooks not be sent, while the service answers as if all were well.

    Attributes:
      pause_s: The first pause, in seconds; it doubles, up to a quarter of a minute.
    """

    tasks: tuple[tuple[str, Callable[[threading.Event], None], Callable[[], None]], ...]
    pause_s: float = FIRST_PAUSE_S

    def start(self) -> "Running":
        stop = threading.Event()
        threads = []
        for name, run, _wake in self.tasks:
            thread = threading.Thread(
                target=_keep_running, args=(name, run, stop, self.pause_s), name=name, daemon=True
            )
            thread.start()
            threads.append(thread)
        return Running(stop, tuple(threads), tuple(wake for _name, _run, wake in self.tasks))


@dataclass(frozen=True)
class Running:
    """Background threads that run."""

    stop_event: threading.Event
    threads: tuple[threading.Thread, ...]
    wakes: tuple[Callable[[], None], ...]

    def stop(self, limit_s: float) -> None:
        """Tells all to stop and waits for them, at most `limit_s` seconds in all."""
        deadline = time.monotonic() + limit_s
        self.stop_event.set()
        for wake in self.wakes:
            wake()
        for thread in self.threads:
            thread.join(max(0.0, deadline - time.monotonic()))


def _keep_running(
    name: str, run: Callable[[threading.Event], None], stop: threading.Event, first_pause_s: float
) -> None:
    pause_s = first_pause_s
    while not stop.is_set():
        started = time.monotonic()
        try:
            run(stop)
        except Exception:
            if time.monotonic() - started > STEADY_S:
                pause_s = first_pause_s
            LOG.exception("%s met what nobody foresaw; it goes on in %g s", name, pause_s)
            stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
