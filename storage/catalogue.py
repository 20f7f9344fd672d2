"""Reading jobs, each tenant its own."""

from dataclasses import dataclass

from sqlalchemy import Select, and_, exists, func, or_, select

from jobs.states import Status
from jobs.submission import DIGITS, Submission
from jobs.wire import from_json
from storage.database import Database
from storage.rows import EventRow, JobRow, PartRow, RunRow, VideoRow
from storage.selecting import current
from storage.tables import CALLS, JOB_EVENTS, JOBS, LISTED, PARTS, VIDEOS


@dataclass(frozen=True)
class Catalogue:
    """What a tenant may see. A job of another tenant is as unknown as one that never was."""

    database: Database

    def job(self, tenant: str, job_id: str, *, with_submission: bool = False) -> JobRow | None:
        """The job, or None when this tenant has none of that id."""
        columns = list(JOBS.c) if with_submission else LISTED
        query = select(*columns).where(JOBS.c.id == job_id, JOBS.c.tenant == tenant)
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return JobRow.of(row) if row else None

    def page(
        self,
        tenant: str,
        *,
        limit: int,
        before: tuple[float, str] | None = None,
        status: Status | None = None,
    ) -> tuple[JobRow, ...]:
        """Jobs, newest first.

        Args:
          before: `created_at` and id of the last job already seen.
        """
        query = select(*LISTED).where(JOBS.c.tenant == tenant)
        if status:
            query = query.where(JOBS.c.status == status.value)
        if before:
            at, job_id = before
            earlier = and_(JOBS.c.created_at == at, JOBS.c.id < job_id)
            query = query.where(or_(JOBS.c.created_at < at, earlier))
        query = query.order_by(JOBS.c.created_at.desc(), JOBS.c.id.desc()).limit(limit)
        with self.database.reading() as connection:
            return tuple(JobRow.of(row) for row in connection.execute(query))

    def parts(self, tenant: str, job_id: str, generation: int) -> tuple[PartRow, ...]:
        """The parts of a run, ordered by task id."""
        query = (
            select(PARTS)
            .join(JOBS, JOBS.c.id == PARTS.c.job_id)
            .where(
                PARTS.c.job_id == job_id,
                PARTS.c.generation == generation,
                JOBS.c.tenant == tenant,
            )
            .order_by(PARTS.c.task_id)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            PartRow(r.task_id, r.stage, r.status, r.units_done, r.units, r.seconds, r.key)
            for r in rows
        )

    def spent_usd(self, tenant: str, job_id: str) -> dict[int, float]:
        """What paid calls of each run cost. Those whose outcome is open or unknown count as quoted;
        a run without any is left out."""
        query = (
            select(CALLS.c.generation, func.sum(CALLS.c.cost_usd))
            .join(JOBS, JOBS.c.id == CALLS.c.job_id)
            .where(CALLS.c.job_id == job_id, JOBS.c.tenant == tenant)
            .group_by(CALLS.c.generation)
        )
        with self.database.reading() as connection:
            return {run: float(usd) for run, usd in connection.execute(query)}

    def last_rendered(self, tenant: str, words: str) -> RunRow | None:
        """The newest run, of which any part was planned, of the jobs that have these words in
        their ids (see `jobs.submission.job_id`); None when there is none."""
        planned = exists().where(PARTS.c.job_id == JOBS.c.id)
        query = (
            select(JOBS.c.id, JOBS.c.generation, JOBS.c.submission, JOBS.c.takes)
            # Eight characters behind the words, of which the ids of other files have more.
            .where(JOBS.c.tenant == tenant, JOBS.c.id.like(f"{words}-{'_' * DIGITS}"), planned)
            .order_by(JOBS.c.updated_at.desc(), JOBS.c.id)
            .limit(1)
        )
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        submission = from_json(Submission, row.submission.encode())
        return RunRow(row.id, row.generation, submission, row.takes or {})

    def events(
        self, tenant: str, job_id: str, after: int = 0, limit: int = 500
    ) -> tuple[EventRow, ...]:
        """Events of a job in order, those numbered above `after`."""
        query = (
            select(JOB_EVENTS)
            .join(JOBS, JOBS.c.id == JOB_EVENTS.c.job_id)
            .where(
                JOB_EVENTS.c.job_id == job_id,
                JOB_EVENTS.c.number > after,
                JOBS.c.tenant == tenant,
            )
            .order_by(JOB_EVENTS.c.number)
            .limit(limit)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(EventRow(r.number, r.generation, r.at, r.kind, r.data) for r in rows)

    def video(self, tenant: str, job_id: str, generation: int | None = None) -> VideoRow | None:
        """What a run delivered; without a generation, the run whose video the job shows."""
        query: Select[tuple[object, ...]] = (
            select(VIDEOS)
            .join(JOBS, JOBS.c.id == VIDEOS.c.job_id)
            .where(JOBS.c.id == job_id, VIDEOS.c.user_id == tenant)
            .where(VIDEOS.c.generation == (current() if generation is None else generation))
        )
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return VideoRow(
            row.job_id, row.generation, row.manifest, row.files, row.sizes or {},
            row.frames, row.duration_s, row.created_at,
        )  # fmt: skip
