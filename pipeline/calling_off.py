"""Ending a reprocessing that nobody wants to go on with."""

import socket
from pathlib import Path

from jobs.reprocessing import LEFT, State
from pipeline.alone import alone
from storage.database import Database
from storage.intake import Intake
from storage.ledger import Ledger
from storage.reprocessings import Reprocessing, Reprocessings
from storage.reruns import Reruns

WHY = "the reprocessing was cancelled"


def call_off(database: Database, reprocessing: Reprocessing, data: Path) -> int:
    """Cancels the runs that were begun and have not ended, and begins no other. Jobs keep the
    videos that they show. Doing it twice changes nothing.

    Returns:
      How many runs are still worked on, by another machine, and were asked to stop.

    Raises:
      Conflict: Another process of this machine works on it.
    """
    reprocessings, reruns = Reprocessings(database), Reruns(database)
    with alone(data, reprocessing.id, f"{reprocessing.id} is being worked on"):
        for job_id, token in reruns.held_by(holder_of(reprocessing.id)):  # of one that was killed
            Ledger(database).release(job_id, token)
        reprocessings.cancel_waiting(reprocessing.id, WHY)
        for item in reprocessings.items(reprocessing.id):
            if item.state is State.OPENED:
                Intake(database).cancel(reprocessing.request.tenant, item.job_id)
        left = sum(reprocessings.counts(reprocessing.id).get(state, 0) for state in LEFT)
        if not left:
            reprocessings.end(reprocessing.id, "cancelled")
        return left


def holder_of(reprocessing_id: str) -> str:
    """Who works on a reprocessing on this machine, as `StudioConfig.holder`."""
    return f"{reprocessing_id}@{socket.gethostname()}"
