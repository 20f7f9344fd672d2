"""Taking jobs in, and what users may ask of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from jobs.crash_points import crash_point
from jobs.errors import Conflict
from jobs.message import Ring
from jobs.reprocessing import State
from jobs.slate import LOCAL_TENANT, retaken
from jobs.stages import GENERATION, Stage
from jobs.states import TERMINAL, Status
from jobs.submission import Submission
from jobs.wire import to_json
from storage.announcements import announce, note_end
from storage.audit import OPERATOR, Action, AuditLog
from storage.database import Database
from storage.journal import change, note, ring
from storage.rows import JobRow
from storage.tables import JOBS, LISTED

SERVICE_QUEUE, RENDER_QUEUE = "service", "render"

# Stages whose parts somebody looks at before he approves the render.
_BEFORE_REVIEW = (Stage.SCRIPT, *GENERATION)
_RENDERED = "somebody has rendered it from its file meanwhile"
_ENDED = [status.value for status in TERMINAL]
_WAITING = [Status.QUEUED.value, Status.AWAITING_REVIEW.value]


@dataclass(frozen=True)
class Request:
    """A job as it comes in.

    Attributes:
      request_hash: SHA-256 of what was asked, to tell a repeated request from another one.
      trace: W3C traceparent of the request.
      actor: Id of the key that asks, for the audit log.
    """

    tenant: str
    job_id: str
    submission: Submission = field(hash=False)
    title: str | None
    webhook_url: str | None
    idempotency_key: str | None
    request_hash: str
    trace: str | None
    actor: str = OPERATOR


@dataclass(frozen=True)
class Submitted:
    """`is_new`: false when the same request had made the job before."""

    job_id: str
    is_new: bool


@dataclass(frozen=True)
class _Act:
    """What somebody does with a job; `noted` is for the audit log, `told` for its events."""

    tenant: str
    job_id: str
    actor: str
    action: Action
    noted: dict[str, Any] = field(hash=False)
    told: dict[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Intake:
    """Writes of the people who own jobs. Work on jobs is in `storage.ledger`."""

    database: Database

    def submit(self, request: Request) -> Submitted:
        """Queues a job: the job, its first event and the ring for it, or none of them.

        Raises:
          Conflict: The idempotency key was used for another request.
        """
        with self.database.begin() as connection:
            make = insert_on_sqlite if self.database.is_sqlite else insert_on_postgresql
            made = connection.execute(
                make(JOBS)
                .values(
                    id=request.job_id,
                    tenant=request.tenant,
                    queue=SERVICE_QUEUE,
                    generation=1,
                    token=1,
                    title=request.title,
                    submission=to_json(request.submission).decode(),
                    webhook_url=request.webhook_url,
                    idempotency_key=request.idempotency_key,
                    request_hash=request.request_hash,
                    trace=request.trace,
                    **self._fresh(),
                    created_at=self.database.now(),
                )
                .on_conflict_do_nothing(index_elements=["tenant", "idempotency_key"])
                .returning(JOBS.c.id)
            ).one_or_none()
            if made is None:
                return self._known(connection.execute(
                    select(JOBS.c.id, JOBS.c.request_hash).where(
                        JOBS.c.tenant == request.tenant,
                        JOBS.c.idempotency_key == request.idempotency_key,
                    )
                ).one(), request)  # fmt: skip
            note(self.database, connection, request.job_id, 1, 1, Status.QUEUED.value, {})
            ring(self.database, connection, request.job_id, Ring(request.job_id).to_bytes())
            AuditLog(self.database).note(
                request.tenant, request.actor, "job.submitted", request.job_id, {}, connection
            )
            crash_point("submit.before_commit")
        crash_point("submit.after_commit")
        return Submitted(request.job_id, is_new=True)

    def put(self, job_id: str, submission: Submission, title: str | None) -> int:
        """Queues a job of the command line, or a new run of one that is known.

        Returns the generation. It is for whoever puts it to claim it: nobody is rung, and nobody
        asked for a review.
        """
        text = to_json(submission).decode()
        with self.database.begin() as connection:
            row = change(
                self.database, connection, (JOBS.c.id == job_id, JOBS.c.tenant == LOCAL_TENANT),
                {**self._again(), "queue": RENDER_QUEUE, "submission": text, "approved": True},
                Status.QUEUED.value, {},
            )  # fmt: skip
            if row is not None:
                replaced = row.generation - 1
                note_end(connection, job_id, replaced, State.CANCELLED, _RENDERED)
                return int(row.generation)
            connection.execute(
                insert(JOBS).values(
                    id=job_id,
                    tenant=LOCAL_TENANT,
                    queue=RENDER_QUEUE,
                    generation=1,
                    token=1,
                    title=title,
                    submission=text,
                    approved=True,
                    **self._fresh(),
                    created_at=self.database.now(),
                )
            )
            note(self.database, connection, job_id, 1, 1, Status.QUEUED.value, {})
        return 1

    def cancel(self, tenant: str, job_id: str, actor: str = OPERATOR) -> JobRow | None:
        """Cancels a job that waits, and asks whoever works on one to stop.

        A job that has ended, or has been asked to stop, stays as it is. None: no such job.

        Args:
          actor: Id of the key that asks, for the audit log.
        """
        mine = (JOBS.c.id == job_id, JOBS.c.tenant == tenant)
        with self.database.begin() as connection:
            row = change(
                self.database, connection, (*mine, JOBS.c.status.in_(_WAITING)),
                {"status": Status.CANCELLED.value, "token": JOBS.c.token + 1, "lease_until": None},
                Status.CANCELLED.value, {},
            )  # fmt: skip
            if row is not None:
                announce(self.database, connection, row, Status.CANCELLED)
            else:
                working = (JOBS.c.status.not_in(_ENDED), JOBS.c.cancel_requested.is_(False))
                row = change(
                    self.database, connection, (*mine, *working),
                    {"cancel_requested": True}, "cancel_requested", {},
                )  # fmt: skip
            if row is not None:
                AuditLog(self.database).note(tenant, actor, "job.cancelled", job_id, {}, connection)
            else:
                row = connection.execute(select(*LISTED).where(*mine)).one_or_none()
        return JobRow.of(row) if row is not None else None

    def retry(
        self,
        tenant: str,
        job_id: str,
        from_stage: Stage | None = None,
        actor: str = OPERATOR,
    ) -> JobRow | None:
        """Makes a new run of a job that has ended, for the service. None: no such job.

        Args:
          from_stage: Makes the parts of that stage anew, and what is made from them. What other
            runs and jobs have made stays theirs.
          actor: Id of the key that asks, for the audit log.

        Raises:
          Conflict: The job has not ended.
        """
        values = {**self._again(), "queue": SERVICE_QUEUE}
        if from_stage in _BEFORE_REVIEW:
            values["approved"] = False  # what was approved is made anew

        def with_takes(row: Row[Any]) -> dict[str, Any]:
            if from_stage is None:
                return values
            return {**values, "takes": retaken(row.takes or {}, from_stage, row.generation + 1)}

        stage = {"from": from_stage.value if from_stage else None}
        return self._requeue(
            _Act(tenant, job_id, actor, "job.retried", stage, {"retry": True, **stage}),
            _ENDED, with_takes, "retried: it has not ended",
        )  # fmt: skip

    def approve(self, tenant: str, job_id: str, actor: str = OPERATOR) -> JobRow | None:
        """Lets a job that waits for review go on to its render. None: no such job.

        Args:
          actor: Id of the key that asks, for the audit log.

        Raises:
          Conflict: It does not wait for review.
        """
        values = {
            "status": Status.QUEUED.value,
            "approved": True,
            "attempts": 0,
            "rung_at": self.database.now(),
        }
        return self._requeue(
            _Act(tenant, job_id, actor, "job.approved", {}, {"approved": True}),
            [Status.AWAITING_REVIEW.value], lambda _row: values,
            "approved: it does not wait for review",
        )  # fmt: skip

    def _requeue(
        self,
        act: _Act,
        statuses: list[str],
        values_of: Callable[[Row[Any]], dict[str, Any]],
        refusal: str,
    ) -> JobRow | None:
        job_id = act.job_id
        mine = (JOBS.c.id == job_id, JOBS.c.tenant == act.tenant)
        with self.database.begin() as connection:
            found = connection.execute(select(*LISTED).where(*mine).with_for_update()).one_or_none()
            if found is None:
                return None
            row = change(
                self.database, connection, (*mine, JOBS.c.status.in_(statuses)),
                values_of(found), Status.QUEUED.value, act.told,
            )  # fmt: skip
            if row is not None:
                ring(self.database, connection, job_id, Ring(job_id).to_bytes())
                AuditLog(self.database).note(
                    act.tenant, act.actor, act.action, job_id, act.noted, connection
                )
                return JobRow.of(row)
        raise Conflict(f"job {job_id} is {found.status}; it cannot be {refusal}")

    def _fresh(self) -> dict[str, Any]:
        return {
            "status": Status.QUEUED.value,
            "problems": [],
            "events": 1,
            "rung_at": self.database.now(),
            "updated_at": self.database.now(),
        }

    def _again(self) -> dict[str, Any]:
        """A new run takes a new token: whatever works on an older one can no longer write."""
        return {
            "status": Status.QUEUED.value,
            "generation": JOBS.c.generation + 1,
            "token": JOBS.c.token + 1,
            "problems": [],
            "attempts": 0,
            "quote_usd": None,  # that of the run before; this one is not planned yet
            "cancel_requested": False,
            "lease_until": None,
            "not_before": None,
            "reprocessing": None,
            "rung_at": self.database.now(),
        }

    def _known(self, row: Any, request: Request) -> Submitted:
        if row.request_hash != request.request_hash:
            raise Conflict(
                f"Idempotency-Key {request.idempotency_key} was used for another request: "
                "send that one again, or take a new key"
            )
        return Submitted(row.id, is_new=False)
