"""New runs of jobs that have ended, and going back to earlier ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, select, update

from jobs.errors import InvalidInput
from jobs.message import Ring
from jobs.reprocessing import State
from jobs.states import TERMINAL, WORKING, Status
from jobs.submission import Submission
from jobs.wire import from_json, to_json
from storage.audit import OPERATOR, AuditLog
from storage.database import Database
from storage.journal import change
from storage.patience import patiently
from storage.reprocessings import Item
from storage.selecting import current, is_stale
from storage.tables import JOBS, PARTS, REPROCESSING_JOBS, VIDEOS

BATCH_QUEUE = "batch"  # nobody claims from it but whoever has begun the run
_ENDED = [status.value for status in TERMINAL]
_WORKING = [status.value for status in WORKING]


@dataclass(frozen=True)
class Base:
    """What a job is now: of what its video was made, or what its last run was asked for.

    Attributes:
      generation: Of its newest run, ended or not.
      shown: The run whose video is shown; None: there is none.
      is_stale: Whether that video has a part of an older stage version.
    """

    tenant: str
    status: Status
    generation: int
    shown: int | None
    submission: Submission
    takes: dict[str, int] = field(hash=False)
    is_stale: bool


@dataclass(frozen=True)
class Reruns:
    """Reads and writes of whoever runs jobs again for others than their owners.

    Attributes:
      patience_s: How long a database that restarts is waited for.
    """

    database: Database
    patience_s: float = 60.0

    @patiently
    def base(self, tenant: str, job_id: str) -> Base | None:
        """What a job is now; None when this tenant has no such job.

        Raises:
          InvalidInput: What was handed in cannot be read any more.
        """
        shown = and_(VIDEOS.c.job_id == JOBS.c.id, VIDEOS.c.generation == current())
        older = (
            select(PARTS.c.task_id)
            .where(PARTS.c.job_id == JOBS.c.id, PARTS.c.generation == VIDEOS.c.generation)
            .where(is_stale())
            .exists()
            .label("is_stale")
        )
        query = (
            select(
                JOBS.c.status, JOBS.c.generation, JOBS.c.submission.label("asked"),
                JOBS.c.takes.label("asked_takes"), VIDEOS.c.generation.label("shown"),
                VIDEOS.c.submission, VIDEOS.c.takes, older,
            )
            .select_from(JOBS.outerjoin(VIDEOS, shown))
            .where(JOBS.c.id == job_id, JOBS.c.tenant == tenant)
        )  # fmt: skip
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        text, takes = (
            (row.asked, row.asked_takes) if row.submission is None else (row.submission, row.takes)
        )
        try:
            submission = from_json(Submission, text.encode())
        except ValueError as error:
            raise InvalidInput(f"job {job_id}: what was handed in cannot be read") from error
        return Base(
            tenant,
            Status(row.status), row.generation, row.shown, submission, takes or {},
            bool(row.shown and row.is_stale),
        )  # fmt: skip

    def let_go(self, holder: str) -> None:
        """Lets the leases of a holder run out that is known to have died: its runs go on at once.

        Args:
          holder: The worker that their claims name.
        """
        with self.database.begin() as connection:
            connection.execute(
                update(JOBS)
                .where(JOBS.c.worker == holder, JOBS.c.status.in_(_WORKING))
                .values(lease_until=self.database.now() - 1.0)
            )

    def held_by(self, holder: str) -> list[tuple[str, int]]:
        """Ids and tokens of the jobs that a holder works on."""
        query = select(JOBS.c.id, JOBS.c.token).where(
            JOBS.c.worker == holder, JOBS.c.status.in_(_WORKING)
        )
        with self.database.reading() as connection:
            return [(row.id, row.token) for row in connection.execute(query)]

    @patiently
    def open_run(
        self, reprocessing_id: str, item: Item, base: Base, submission: Submission,
        takes: Mapping[str, int],
    ) -> Ring | None:  # fmt: skip
        """Makes the new run of a job and returns its ring; None when somebody else has begun one
        since it was looked at, for this reprocessing or otherwise."""
        of_item = (
            REPROCESSING_JOBS.c.reprocessing == reprocessing_id,
            REPROCESSING_JOBS.c.number == item.number,
        )
        with self.database.begin() as connection:
            state = select(REPROCESSING_JOBS.c.state).where(*of_item).with_for_update()
            if connection.scalar(state) != State.WAITING.value:
                return None
            row = change(
                self.database, connection,
                (
                    JOBS.c.id == item.job_id,
                    JOBS.c.generation == base.generation,
                    JOBS.c.status.in_(_ENDED),
                ),
                {
                    "status": Status.QUEUED.value,
                    "generation": JOBS.c.generation + 1,
                    "token": JOBS.c.token + 1,
                    "queue": BATCH_QUEUE,
                    "submission": to_json(submission).decode(),
                    "takes": dict(takes) or None,
                    "approved": True,  # whoever reprocesses has looked at a canary
                    "reprocessing": reprocessing_id,
                    "problems": [],
                    "attempts": 0,
                    "quote_usd": None,  # that of the run before
                    "cancel_requested": False,
                    "lease_until": None,
                    "not_before": None,
                    "rung_at": self.database.now(),
                },
                Status.QUEUED.value, {"reprocessing": reprocessing_id},
            )  # fmt: skip
            if row is None:
                return None
            connection.execute(
                update(REPROCESSING_JOBS)
                .where(*of_item)
                .values(state=State.OPENED.value, generation=row.generation, before=base.shown)
            )
        return Ring(item.job_id)

    def show(self, tenant: str, job_id: str, generation: int) -> bool:
        """Makes an earlier run of a job current again, with what it was made of; false when it has
        delivered nothing, or the job is worked on. One that is current stays as it is."""
        with self.database.begin() as connection:
            video = connection.execute(
                select(VIDEOS).where(
                    VIDEOS.c.job_id == job_id,
                    VIDEOS.c.generation == generation,
                    VIDEOS.c.user_id == tenant,
                )
            ).one_or_none()
            if video is None:
                return False
            mine = (JOBS.c.id == job_id, JOBS.c.tenant == tenant)
            if connection.scalar(select(JOBS.c.current).where(*mine)) == generation:
                return True
            row = change(
                self.database, connection,
                (*mine, JOBS.c.status.in_(_ENDED)),
                {"current": generation, "submission": video.submission, "takes": video.takes},
                "rolled_back", {"run": generation},
            )  # fmt: skip
            if row is not None:
                AuditLog(self.database).note(
                    tenant, OPERATOR, "job.rolled_back", job_id, {"run": generation}, connection
                )
        return row is not None
