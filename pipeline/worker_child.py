"""The worker beside the API: a process of its own, so that neither slows or breaks the other."""

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from jobs.errors import ToolFailed

LOG = logging.getLogger(__name__)
STOP_LIMIT_S = 9.0  # the worker itself takes at most 8 s; Cloud Run kills everything after 10 s
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
STEADY_S = 30.0  # a worker that has lived that long did not die of how it starts
NOT_STARTED = 127  # as a shell says it
MANY_FALLS = 3  # deaths in a row, each right after the start: it is not the job, and not bad luck


class WorkerChild:
    """Starts a worker and starts it again when it dies; rings it. Thread-safe.

    It is also the publisher of a service without Pub/Sub: a ring is all that the resident worker
    needs, since it takes its jobs from the ledger.
    """

    def __init__(self, out: Path) -> None:
        self._command = [sys.executable, "-m", "pipeline.cli", "worker", "--out", str(out)]
        self._lock = threading.RLock()  # a signal handler hangs up, whatever it interrupts
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._started: float | None = None  # while it lives: when, by the clock of `monotonic`
        self._falls, self._last_code = 0, 0
        self._minder = threading.Thread(target=self._mind, name="worker", daemon=True)

    def start(self) -> None:
        """Starts the worker and minds it from now on."""
        self._minder.start()

    def ring(self) -> None:
        """Says that there may be work. A worker that is just starting looks by itself."""
        with self._lock:
            if self._child is None or self._child.stdin is None:
                return
            # A worker that has died meanwhile is followed by one that looks by itself, too; in the
            # full pipe of one that hangs there are rings enough.
            with contextlib.suppress(BrokenPipeError, ValueError, BlockingIOError):
                self._child.stdin.write(b"\n")

    def publish(self, payloads: Sequence[bytes]) -> None:
        """Rings once for all of them."""
        if payloads:
            self.ring()

    def check(self) -> None:
        """A bell beside us needs no check: whatever it misses, the sweeper finds."""

    def check_up(self) -> None:
        """Raises `ToolFailed` when the worker ends again and again right after its start."""
        with self._lock:
            lived_s = 0.0 if self._started is None else time.monotonic() - self._started
            if self._falls >= MANY_FALLS and lived_s <= STEADY_S:
                raise ToolFailed(
                    f"the worker has ended {self._falls} times right after its start, "
                    f"at last with exit code {self._last_code}"
                )

    def hang_up(self) -> None:
        """Tells the worker to give its jobs back and end."""
        self._stopping.set()
        with self._lock:
            if self._child is not None and self._child.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    self._child.stdin.close()

    def close(self) -> None:
        """Lets the worker give its jobs back, for at most nine seconds."""
        self.hang_up()
        child = self._child
        if child is not None:
            try:
                child.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                child.kill()
        if self._minder.is_alive():
            self._minder.join()

    def _mind(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            started = time.monotonic()
            code = self._live(started)
            if self._stopping.is_set():
                return
            LOG.error("the worker ended (%d); it is started again", code)
            was_steady = time.monotonic() - started > STEADY_S
            with self._lock:
                self._started, self._last_code = None, code
                self._falls = 0 if was_steady else self._falls + 1
            pause_s = FIRST_PAUSE_S if was_steady else min(2 * pause_s, LONGEST_PAUSE_S)
            self._stopping.wait(pause_s)

    def _live(self, started: float) -> int:
        """Starts a worker and waits for its end; its exit code."""
        try:
            # A session of its own: Ctrl-C is for the service, which then tells the worker.
            child = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, start_new_session=True, bufsize=0
            )
        except OSError as error:  # out of memory, processes or files
            LOG.error("no worker can be started: %s", error)
            return NOT_STARTED
        if child.stdin is not None:
            os.set_blocking(child.stdin.fileno(), False)  # one that hangs shall not hold us up
        with self._lock:
            self._child, self._started = child, started
        if self._stopping.is_set() and child.stdin is not None:
            child.stdin.close()
        return child.wait()
