"""Writing a job's state and the event that tells of it, in one transaction, under its guard."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, update

from jobs.elements import Run
from storage.database import Database
from storage.tables import JOB_EVENTS, JOBS, LISTED, OUTBOX


def change(
    database: Database,
    connection: Connection,
    where: tuple[Any, ...],
    values: dict[str, Any],
    kind: str,
    data: dict[str, Any],
) -> Row[Any] | None:
    """Updates the job that fits the conditions and notes an event; None when none fits.

    The one UPDATE is the guard: of several that compete, one fits. It also takes the lock of the
    row, under which events are numbered.
    """
    row = connection.execute(
        update(JOBS)
        .where(*where)
        .values(events=JOBS.c.events + 1, updated_at=database.now(), **values)
        .returning(*LISTED)
    ).one_or_none()
    if row is not None:
        note(database, connection, row.id, row.events, row.generation, kind, data)
    return row


def note(
    database: Database,
    connection: Connection,
    job_id: str,
    number: int,
    generation: int,
    kind: str,
    data: dict[str, Any],
) -> None:
    """Writes an event whose number has been taken."""
    connection.execute(
        insert(JOB_EVENTS).values(
            job_id=job_id,
            number=number,
            generation=generation,
            at=database.now(),
            kind=kind,
            data=data,
        )
    )


def ring(database: Database, connection: Connection, job_id: str, payload: bytes) -> None:
    """Puts a ring for a job into the outbox, from where a relay publishes it.

    Args:
      job_id: Of the job; for a dead letter that is sent again, its own id.
    """
    connection.execute(
        insert(OUTBOX).values(
            job_id=job_id, payload=payload.decode(), created_at=database.now(), taken_until=None
        )
    )


def is_of(run: Run) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a job is still in the hands of a run: nobody has claimed it since."""
    return JOBS.c.id == run.job_id, JOBS.c.token == run.token
