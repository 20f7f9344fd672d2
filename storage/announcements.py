"""Telling how a job stands: its owner by webhook, and the reprocessing that began its run."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from jobs.reprocessing import State
from jobs.states import TERMINAL, Status
from storage.database import Database
from storage.tables import JOBS, REPROCESSING_JOBS
from storage.webhooks import Webhooks


def announce(database: Database, connection: Connection, job: Row[Any], status: Status) -> None:
    """Notes and queues what is to be told, in the transaction that brings a job into that state.

    So nobody hears of a state that was not committed, and a committed one is told.
    """
    if job.reprocessing and status in TERMINAL:
        note_end(connection, job.id, job.generation, State(status.value))
    if not job.webhook_url:
        return
    submission, now = connection.execute(
        select(JOBS.c.submission, database.now()).where(JOBS.c.id == job.id)
    ).one()
    payload = {
        "type": f"job.{status.value}",
        "timestamp": datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z"),
        "data": {
            "id": job.id,
            "status": status.value,
            "generation": job.generation,
            "title": job.title,
            "metadata": json.loads(submission)["document"].get("metadata") or {},
            "problems": job.problems,
        },
    }
    Webhooks(database).announce(
        connection,
        tenant=job.tenant,
        job_id=job.id,
        generation=job.generation,
        kind=f"job.{status.value}",
        url=job.webhook_url,
        payload=payload,
        message_id=f"msg_{secrets.token_hex(16)}",
    )


def note_end(
    connection: Connection, job_id: str, generation: int, state: State, why: str | None = None
) -> None:
    """Tells the reprocessing that has begun this run, if one has, how it ended."""
    connection.execute(
        update(REPROCESSING_JOBS)
        .where(
            REPROCESSING_JOBS.c.job_id == job_id,
            REPROCESSING_JOBS.c.generation == generation,
            REPROCESSING_JOBS.c.state == State.OPENED.value,
        )
        .values(state=state.value, why=why)
    )
