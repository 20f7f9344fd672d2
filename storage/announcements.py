"""Telling the owner of a job how it stands, by webhook."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from jobs.states import Status
from storage.database import Database
from storage.tables import JOBS
from storage.webhooks import Webhooks


def announce(database: Database, connection: Connection, job: Row[Any], status: Status) -> None:
    """Queues a webhook about a job, in the transaction that brings the job into that state.

    So nobody hears of a state that was not committed, and a committed one is told.
    """
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
