"""The truth about jobs that are worked on: claims, leases and states."""

import os
import socket
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from jobs.elements import Ending, Outcome, Problem, Run, Video
from jobs.errors import ErrorCode
from jobs.states import TERMINAL, WORKING, Status, predecessors
from jobs.submission import Submission
from jobs.wire import plain, to_json
from storage.announcements import announce
from storage.database import Database
from storage.journal import change, is_of
from storage.patience import patiently
from storage.tables import CALLS, JOBS, VIDEOS

POSTPONED_S = 30.0  # a run that met a database or store that does not answer goes on after that
MAX_ATTEMPTS = 5  # claims of one run; a job whose workers die that often is the reason they die
_ENDED = [status.value for status in TERMINAL]
_WORKING = [status.value for status in WORKING]


@dataclass(frozen=True)
class Claim:
    """A job taken into work.

    Attributes:
      token: Fencing token: writes with an older one than the newest change nothing.
      submission: JSON of the `Submission`.
      approved: Whether its owner has approved the draft.
      takes: Stages that were made anew, with the run that did.
    """

    job_id: str
    generation: int
    token: int
    submission: str = field(repr=False)
    approved: bool
    trace: str | None
    tenant: str
    takes: dict[str, int] = field(hash=False)


@dataclass(frozen=True)
class Standing:
    """Whether a run may go on: `is_stopped` when it was cancelled, has ended, or has lost its
    claim. `lease_s`: what is left of its lease, in seconds; negative when it has run out.
    `told_at`: when a service has last called back about a call, if one was asked about."""

    is_stopped: bool
    lease_s: float
    told_at: float | None = None


@dataclass(frozen=True)
class Ledger:
    """Reads and writes of whoever works on jobs. Every write of a run carries its fencing token.

    Attributes:
      lease_s: How long a claim lasts unless it is renewed, in seconds.
      patience_s: How long a database that restarts is waited for.
      worker: Who works here, for people who look for it.
    """

    database: Database
    lease_s: float = 60.0
    patience_s: float = 60.0
    worker: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")

    @patiently
    def claim_next(self, queue: str) -> Claim | None:
        """Takes the oldest job that nobody works on; None when there is none."""
        while True:
            with self.database.begin() as connection:
                job_id = connection.scalar(
                    select(JOBS.c.id)
                    .where(JOBS.c.queue == queue, is_free(self.database))
                    .order_by(JOBS.c.created_at, JOBS.c.id)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
                if job_id is None:
                    return None
                claim = self._claim(connection, job_id)
            if claim:
                return claim

    @patiently
    def claim(self, job_id: str) -> Claim | None:
        """Takes this job; None when somebody works on it, it has ended, or nobody knows it."""
        with self.database.begin() as connection:
            return self._claim(connection, job_id)

    @patiently
    def claimed(self, job_id: str, token: int) -> Claim | None:
        """The claim that has this token; None when it was lost since."""
        with self.database.reading() as connection:
            row = connection.execute(
                select(JOBS).where(
                    JOBS.c.id == job_id, JOBS.c.token == token, JOBS.c.status.in_(_WORKING)
                )
            ).one_or_none()
        return _claim_of(row) if row is not None else None

    @patiently
    def knows(self, job_id: str) -> bool:
        """Whether there is a job of this id."""
        with self.database.reading() as connection:
            found = connection.scalar(select(JOBS.c.id).where(JOBS.c.id == job_id))
        return found is not None

    @patiently
    def renew(self, run: Run) -> bool:
        """Prolongs the lease of a run; false when it is no longer this run's."""
        with self.database.begin() as connection:
            renewed = connection.execute(
                update(JOBS)
                .where(*is_of(run), JOBS.c.status.in_(_WORKING))
                .values(lease_until=self.database.now() + self.lease_s)
            )
        return bool(renewed.rowcount == 1)

    @patiently
    def renew_all(self, most_s: float) -> int:
        """Prolongs the leases of everything this worker holds; returns how many there are.

        Args:
          most_s: What was claimed longer ago hangs, and is left to its lease.
        """
        now = self.database.now()
        with self.database.begin() as connection:
            renewed = connection.execute(
                update(JOBS)
                .where(
                    JOBS.c.status.in_(_WORKING),
                    JOBS.c.worker == self.worker,
                    JOBS.c.claimed_at > now - most_s,
                )
                .values(lease_until=now + self.lease_s)
            )
        return int(renewed.rowcount)

    @patiently
    def release(
        self, job_id: str, token: int, after_s: float = 0.0, *, is_attempt: bool = False
    ) -> bool:
        """Gives a job back to be worked on later, in `after_s` seconds or more.

        Args:
          is_attempt: Whether what was done counts as one of the attempts that a run has.
        """
        with self.database.begin() as connection:
            row = change(
                self.database, connection,
                (JOBS.c.id == job_id, JOBS.c.token == token, JOBS.c.status.in_(_WORKING)),
                {"status": Status.QUEUED.value, "token": JOBS.c.token + 1, "lease_until": None,
                 "attempts": JOBS.c.attempts - (0 if is_attempt else 1), "rung_at": None,
                 "not_before": self.database.now() + after_s if after_s else None},
                Status.QUEUED.value, {"released": True},
            )  # fmt: skip
        return row is not None

    @patiently
    def advance(self, run: Run, status: Status) -> bool:
        """Moves a run to its next state; false when it is no longer this run's to move."""
        with self.database.begin() as connection:
            return self._move(connection, run, status, {}, {}) is not None

    @patiently
    def settle(self, outcome: Outcome) -> bool:
        """Ends a run; false when it had ended already or another run has taken over.

        The state, the video, the event and the webhook are one transaction.
        """
        run, video = outcome.run, outcome.video
        status = _ENDINGS[outcome.ending]
        problems = [plain(problem) for problem in outcome.problems]
        values: dict[str, Any] = {"problems": problems, "lease_until": None, "rung_at": None}
        if outcome.ending is Ending.POSTPONED:
            values |= {"problems": [], "attempts": JOBS.c.attempts - 1,
                       "not_before": self.database.now() + POSTPONED_S}  # fmt: skip
        with self.database.begin() as connection:
            row = None
            if status is Status.AWAITING_REVIEW:  # unless it was cancelled meanwhile
                wanted = (JOBS.c.cancel_requested.is_(False),)
                row = self._move(connection, run, status, values, {"problems": problems}, wanted)
                status = status if row is not None else Status.CANCELLED
            if row is None:
                row = self._move(connection, run, status, values, {"problems": problems})
            if row is None:
                return False
            if video is not None:
                self._note_video(connection, run, video)
            if status is not Status.QUEUED:
                announce(self.database, connection, row, status)
        return True

    def _note_video(self, connection: Connection, run: Run, video: Video) -> None:
        """Keeps what a run delivered, and of what it was made; it is what is shown from now on."""
        of_job = JOBS.c.id == run.job_id
        job = connection.execute(
            select(JOBS.c.tenant, JOBS.c.submission, JOBS.c.takes).where(of_job)
        ).one()
        connection.execute(
            insert(VIDEOS).values(
                job_id=run.job_id,
                generation=run.generation,
                user_id=job.tenant,
                manifest=video.manifest,
                files=video.files,
                sizes=video.sizes,
                frames=video.frames,
                duration_s=video.duration_s,
                submission=job.submission,
                takes=job.takes,
                quality=video.quality or None,
                created_at=self.database.now(),
            )
        )
        connection.execute(update(JOBS).where(of_job).values(current=run.generation))

    @patiently
    def standing(self, run: Run, call_id: str | None = None) -> Standing:
        """Whether work on a run is in vain, and how long its lease lasts.

        Args:
          call_id: Of a paid call that it waits for.
        """
        left = (JOBS.c.lease_until - self.database.now()).label("left")
        told_at = select(CALLS.c.told_at).where(CALLS.c.id == call_id).scalar_subquery()
        wanted = select(
            JOBS.c.cancel_requested, JOBS.c.token, JOBS.c.status, left, told_at.label("told_at")
        )
        with self.database.reading() as connection:
            row = connection.execute(wanted.where(JOBS.c.id == run.job_id)).one_or_none()
        if row is None or row.cancel_requested or row.token != run.token or row.left is None:
            return Standing(is_stopped=True, lease_s=0.0)
        return Standing(row.status not in _WORKING, row.left, row.told_at)

    def is_stopped(self, run: Run) -> bool:
        """Whether work on a run is in vain. Asking keeps its lease alive."""
        return self.watch(run).is_stopped

    def watch(self, run: Run, call_id: str | None = None) -> Standing:
        """As `standing`. Asking keeps the lease alive."""
        standing = self.standing(run, call_id)
        if not standing.is_stopped and standing.lease_s < self.lease_s * 2 / 3:
            return replace(standing, is_stopped=not self.renew(run))
        return standing

    @patiently
    def note_submission(self, run: Run, submission: Submission) -> None:
        """Keeps the submission with the files that have been fetched for it."""
        with self.database.begin() as connection:
            connection.execute(
                update(JOBS).where(*is_of(run)).values(submission=to_json(submission).decode())
            )

    @patiently
    def note_quote(self, run: Run, quote_usd: float) -> None:
        """Notes what a run was to cost when it was planned."""
        with self.database.begin() as connection:
            connection.execute(
                update(JOBS)
                .where(JOBS.c.id == run.job_id, JOBS.c.generation == run.generation)
                .values(quote_usd=quote_usd)
            )

    @patiently
    def quote_usd(self, run: Run) -> float:
        """What the run was to cost; 0 when nobody has planned it."""
        query = select(JOBS.c.quote_usd).where(
            JOBS.c.id == run.job_id, JOBS.c.generation == run.generation
        )
        with self.database.reading() as connection:
            return float(connection.scalar(query) or 0.0)

    def close(self) -> None:
        """Closes the connections."""
        self.database.close()

    def _claim(self, connection: Connection, job_id: str) -> Claim | None:
        now = self.database.now()
        free = (JOBS.c.id == job_id, is_free(self.database))
        # One that was asked to stop while nobody worked on it, or that has cost many workers
        # their lives, ends here.
        row = change(
            self.database, connection, (*free, JOBS.c.cancel_requested.is_(True)),
            {"status": Status.CANCELLED.value, "token": JOBS.c.token + 1, "lease_until": None},
            Status.CANCELLED.value, {},
        )  # fmt: skip
        if row is not None:
            announce(self.database, connection, row, Status.CANCELLED)
            return None
        problems = [plain(_WORN_OUT)]
        row = change(
            self.database, connection, (*free, JOBS.c.attempts >= MAX_ATTEMPTS),
            {"status": Status.FAILED.value, "token": JOBS.c.token + 1, "lease_until": None,
             "problems": problems},
            Status.FAILED.value, {"problems": problems},
        )  # fmt: skip
        if row is not None:
            announce(self.database, connection, row, Status.FAILED)
            return None
        row = change(
            self.database, connection, free,
            {"status": Status.PLANNING.value, "token": JOBS.c.token + 1,
             "attempts": JOBS.c.attempts + 1, "lease_until": now + self.lease_s,
             "worker": self.worker, "claimed_at": now, "not_before": None},
            Status.PLANNING.value, {},
        )  # fmt: skip
        if row is None:
            return None
        return _claim_of(connection.execute(select(JOBS).where(JOBS.c.id == job_id)).one())

    def _move(
        self,
        connection: Connection,
        run: Run,
        status: Status,
        values: dict[str, Any],
        data: dict[str, Any],
        more: tuple[ColumnElement[bool], ...] = (),
    ) -> Row[Any] | None:
        where = (*is_of(run), JOBS.c.status.in_([s.value for s in predecessors(status)]), *more)
        values = {"status": status.value, **values}
        return change(self.database, connection, where, values, status.value, data)


def is_free(database: Database) -> ColumnElement[bool]:
    """Whether a job waits to be claimed: it is queued and due, or its worker fell silent."""
    now = database.now()
    is_due = or_(JOBS.c.not_before.is_(None), JOBS.c.not_before <= now)
    return or_(
        and_(JOBS.c.status == Status.QUEUED.value, is_due),
        and_(JOBS.c.status.in_(_WORKING), JOBS.c.lease_until < now),
    )


_WORN_OUT = Problem(
    "admit",
    ErrorCode.INTERNAL,
    f"{MAX_ATTEMPTS} workers have died while they worked on this job; it is not tried again",
    False,
)

_ENDINGS = {
    Ending.DONE: Status.DONE,
    Ending.FAILED: Status.FAILED,
    Ending.CANCELLED: Status.CANCELLED,
    Ending.INCOMPLETE: Status.QUEUED,
    Ending.POSTPONED: Status.QUEUED,
    Ending.REVIEW: Status.AWAITING_REVIEW,
}


def _claim_of(row: Row[Any]) -> Claim:
    return Claim(
        row.id, row.generation, row.token, row.submission, row.approved, row.trace,
        row.tenant, row.takes or {},
    )  # fmt: skip
