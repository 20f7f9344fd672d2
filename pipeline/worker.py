"""The worker: claims jobs and runs the graph for each; as one ends, the next begins.

That of the service is woken by its standard input: a byte is a ring, the end of input means to
stop. Whoever started it can therefore not leave it behind, however that process ends.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO

from jobs.elements import Run
from jobs.errors import AiprodError
from jobs.message import Ring
from media.run import ffmpeg_version, find_ffmpeg
from pipeline.execute import Translated
from storage.intake import SERVICE_QUEUE
from storage.ledger import Claim
from storage.leftovers import clear_leftovers
from transforms.perform import OUTAGES
from transforms.studio import RUN_LIMIT_S, Studio, StudioConfig

LOG = logging.getLogger(__name__)
STOP_LIMIT_S = 8.0  # of the 10 s that Cloud Run gives a container to stop
LEDGER_PAUSE_S = 2.0  # a ledger that did not answer within its patience is asked again after that
PUT_BACK_S = 5.0  # before a run that ended by a fault of ours is tried again

Next = Callable[[Studio], Claim | None]


def next_of_service(studio: Studio) -> Claim | None:
    """Takes the oldest job of the service that nobody works on."""
    return studio.ledger.claim_next(SERVICE_QUEUE)


class Worker:
    """Works on several jobs side by side, under the limits of one studio.

    Args:
      jobs: How many.
      take: Takes the next job into work; None when there is none. Several threads call it.
    """

    def __init__(self, config: StudioConfig, jobs: int, take: Next = next_of_service) -> None:
        ffmpeg_version(find_ffmpeg(config.ffmpeg))  # a machine without it fails here, no job does
        self._config = config
        self._take = take
        self._studio = config.open()
        self._bell = threading.Condition()
        self._is_rung = True  # what was left behind is looked for at once
        self._stopping = threading.Event()
        self._held: dict[str, tuple[Claim, float]] = {}
        self._slots = [
            threading.Thread(target=self._work, args=(f"slot-{number}",), name=f"slot-{number}")
            for number in range(jobs)
        ]
        self._pulse = threading.Thread(target=self._renew_leases, name="pulse", daemon=True)

    def start(self) -> None:
        """Begins to claim jobs."""
        clear_leftovers(Path(self._config.scratch))
        for thread in [*self._slots, self._pulse]:
            thread.start()

    def ring(self) -> None:
        """There may be work: one idle slot looks, and wakes the next when there was some."""
        with self._bell:
            self._is_rung = True
            self._bell.notify()

    def stop(self) -> bool:
        """Gives its jobs back and waits for its slots; false when one did not end in time."""
        self._stopping.set()
        with self._bell:
            self._bell.notify_all()
            held = list(self._held.values())
        # There is no time to wait for a database: a job that is not given back has its lease.
        ledger = replace(self._studio.ledger, patience_s=0.0)
        for claim, _since in held:
            # Its tasks see that the claim is lost and stop; FFmpeg is killed within a second.
            try:
                ledger.release(claim.job_id, claim.token)
            except AiprodError as error:
                LOG.warning("job %s is found by its lease: %s", claim.job_id, error.message)
        deadline = time.monotonic() + STOP_LIMIT_S
        for slot in self._slots:
            slot.join(max(0.0, deadline - time.monotonic()))
        if any(slot.is_alive() for slot in self._slots):
            return False
        self._studio.close()
        return True

    def _work(self, slot: str) -> None:
        graph: Translated | None = None
        while not self._stopping.is_set():
            claim = self._claim()
            if claim:
                self.ring()
                # With the first job: a worker that has just started takes it half a second earlier.
                graph = graph or Translated(slot, self._config)
                self._run(graph, slot, claim)
                continue
            with self._bell:
                while not self._is_rung and not self._stopping.is_set():
                    self._bell.wait()
                self._is_rung = False

    def _claim(self) -> Claim | None:
        try:
            return self._take(self._studio)
        except AiprodError as error:
            LOG.error("no job can be claimed: %s", error.message)
            self._stopping.wait(LEDGER_PAUSE_S)
            self.ring()
            return None

    def _run(self, graph: Translated, slot: str, claim: Claim) -> None:
        with self._bell:
            self._held[slot] = claim, time.monotonic()
            is_late = self._stopping.is_set()
        if is_late:  # it was claimed while the others were given back
            self._put_back(claim)
            return
        try:
            graph.run(Ring(claim.job_id, claim.token).to_bytes())
        except Exception as error:
            if outage := _outage(error):
                LOG.error("job %s is put back: %s", claim.job_id, outage.message)
            else:
                LOG.exception("the graph stopped at job %s", claim.job_id)
            self._put_back(claim, is_attempt=outage is None)
        finally:
            with self._bell:
                self._held.pop(slot, None)

    def _put_back(self, claim: Claim, *, is_attempt: bool = False) -> None:
        try:
            self._studio.ledger.release(
                claim.job_id, claim.token, PUT_BACK_S, is_attempt=is_attempt
            )
        except AiprodError as error:
            LOG.error("job %s is found by its lease: %s", claim.job_id, error.message)

    def _renew_leases(self) -> None:
        ledger = self._studio.ledger
        while not self._stopping.wait(ledger.lease_s / 3):
            with self._bell:
                held = list(self._held.values())
            for claim, since in held:
                if time.monotonic() - since > RUN_LIMIT_S:
                    LOG.error("job %s has run for %d hours", claim.job_id, RUN_LIMIT_S // 3600)
                    continue
                try:
                    ledger.renew(Run(claim.job_id, claim.generation, claim.token, ""))
                except AiprodError as error:
                    LOG.warning("the lease of job %s is not renewed: %s", claim.job_id, error)


def _outage(error: BaseException | None) -> AiprodError | None:
    """Which database or store that did not answer stopped the graph; Beam wraps its errors."""
    while error:
        if isinstance(error, AiprodError) and error.code in OUTAGES:
            return error
        error = error.__cause__ or error.__context__
    return None


def attend(worker: Worker, bell: IO[bytes]) -> None:
    """Runs a worker until its bell closes or the process is told to stop, then exits."""
    stopped, stop = os.pipe()
    # A signal may reach any thread, and one that waits for a lock would not be woken by it: the
    # interpreter writes into the pipe, whichever it was.
    os.set_blocking(stop, False)
    signal.set_wakeup_fd(stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    worker.start()
    _start_listening(worker, bell, lambda: os.write(stop, b"."))
    os.read(stopped, 1)
    _leave_in_time()
    worker.stop()
    # Not by returning: threads of a runner that did not stop in time would keep the process.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _leave_in_time() -> None:
    """Whatever hangs, a database above all: the process has gone by then."""
    timer = threading.Timer(STOP_LIMIT_S, os._exit, (1,))
    timer.daemon = True
    timer.start()


def _start_listening(worker: Worker, bell: IO[bytes], ended: Callable[[], object]) -> None:
    def listen() -> None:
        while bell.read(1):
            worker.ring()
        ended()

    threading.Thread(target=listen, name="bell", daemon=True).start()
