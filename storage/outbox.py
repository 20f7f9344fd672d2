"""Rings that wait to be published, and jobs that nobody has been told of."""

from dataclasses import dataclass

from sqlalchemy import and_, delete, or_, select, update

from jobs.message import Ring
from jobs.states import WORKING, Status
from storage.database import Database
from storage.intake import SERVICE_QUEUE
from storage.journal import ring
from storage.ledger import is_free
from storage.tables import JOBS, OUTBOX


@dataclass(frozen=True)
class Posted:
    """A message that this process has taken out of the outbox to publish."""

    id: int
    payload: bytes


@dataclass(frozen=True)
class Outbox:
    """Messages are written with the job they are about, and published afterwards."""

    database: Database

    def take(self, limit: int, lease_s: float) -> tuple[Posted, ...]:
        """Messages to publish, oldest first; nobody else gets them for `lease_s` seconds."""
        now = self.database.now()
        waiting = (
            select(OUTBOX.c.id)
            .where(or_(OUTBOX.c.taken_until.is_(None), OUTBOX.c.taken_until < now))
            .order_by(OUTBOX.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with self.database.begin() as connection:
            rows = connection.execute(
                update(OUTBOX)
                .where(OUTBOX.c.id.in_(waiting))
                .values(taken_until=now + lease_s)
                .returning(OUTBOX.c.id, OUTBOX.c.payload)
            ).all()
        return tuple(Posted(row.id, row.payload.encode()) for row in sorted(rows))

    def done(self, posted: tuple[Posted, ...]) -> None:
        """Forgets messages that have been published."""
        with self.database.begin() as connection:
            connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_([one.id for one in posted])))

    def is_work_waiting(self) -> bool:
        """Whether there is a job that a worker of the service could claim now."""
        waiting = select(JOBS.c.id).where(JOBS.c.queue == SERVICE_QUEUE, is_free(self.database))
        with self.database.reading() as connection:
            return connection.scalar(waiting.limit(1)) is not None

    def ring_unattended(self, reminder_s: float, limit: int = 500) -> int:
        """Rings for unfinished jobs that nobody works on; returns how many.

        A queued job is rung again when its last ring is `reminder_s` seconds old; one whose worker
        has died, as soon as its lease has run out.
        """
        now = self.database.now()
        forgotten = or_(JOBS.c.rung_at.is_(None), JOBS.c.rung_at < now - reminder_s)
        is_due = or_(JOBS.c.not_before.is_(None), JOBS.c.not_before <= now)
        orphaned = and_(
            JOBS.c.status.in_([status.value for status in WORKING]), JOBS.c.lease_until < now
        )
        unattended = or_(
            and_(JOBS.c.status == Status.QUEUED.value, is_due, forgotten),
            and_(orphaned, or_(forgotten, JOBS.c.rung_at < JOBS.c.lease_until)),
        )
        with self.database.begin() as connection:
            found = connection.scalars(
                select(JOBS.c.id)
                .where(JOBS.c.queue == SERVICE_QUEUE, unattended)
                .order_by(JOBS.c.created_at)
                .limit(limit)
                .with_for_update(skip_locked=True)
            ).all()
            if found:
                connection.execute(update(JOBS).where(JOBS.c.id.in_(found)).values(rung_at=now))
            for job_id in found:
                ring(self.database, connection, job_id, Ring(job_id).to_bytes())
        return len(found)
