"""What the ledger tells: jobs, parts, events and videos as values."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from jobs.elements import Problem
from jobs.states import Status
from jobs.submission import Submission
from jobs.wire import canonical, from_json


@dataclass(frozen=True)
class JobRow:
    """A job as the ledger has it. Times are seconds since 1970 by the clock of the database.

    Attributes:
      attempts: How often the current run has been claimed.
      last_event: Number of its newest event.
      quote_usd: What the current run was to cost when it was planned; None before.
      current: The run whose video is shown, if that was noted: videos of before it was are told by
        `has_video`.
      submission: Only when it was asked for.
    """

    id: str
    tenant: str
    status: Status
    generation: int
    title: str | None
    problems: tuple[Problem, ...]
    attempts: int
    cancel_requested: bool
    webhook_url: str | None
    trace: str | None
    created_at: float
    updated_at: float
    last_event: int
    quote_usd: float | None
    current: int | None = None
    submission: Submission | None = None

    @property
    def has_video(self) -> bool:
        """Whether there is a video to show. Of jobs that delivered before `current` was noted only
        those are known whose newest run did."""
        return self.current is not None or self.status is Status.DONE

    @classmethod
    def of(cls, row: Row[Any]) -> "JobRow":
        found = row._mapping
        text = found.get("submission")
        return cls(
            row.id, row.tenant, Status(row.status), row.generation, row.title,
            tuple(from_json(Problem, canonical(data)) for data in row.problems),
            row.attempts, row.cancel_requested, row.webhook_url, row.trace,
            row.created_at, row.updated_at, row.events, row.quote_usd,
            row.current,
            from_json(Submission, text.encode()) if text else None,
        )  # fmt: skip


@dataclass(frozen=True)
class PartRow:
    """A part of a run: `units_done` of `units` (frames for a render, else 1).

    Attributes:
      key: Of what was made; of what was to be made first when nothing was.
    """

    task_id: str
    stage: str
    status: str
    units_done: int
    units: int
    seconds: float
    key: str


@dataclass(frozen=True)
class RunRow:
    """A run of a job: what was handed in, and what of it was made anew (see `Slate.takes`)."""

    job_id: str
    generation: int
    submission: Submission = field(hash=False)
    takes: dict[str, int] = field(hash=False)


@dataclass(frozen=True)
class EventRow:
    """Something that happened to a job; numbers have no gaps and grow in order of commit."""

    number: int
    generation: int
    at: float
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True)
class VideoRow:
    """What a run delivered. `manifest`: a blob name; `files`: public names to blob names;
    `sizes`: public names to bytes, without those that were not noted."""

    job_id: str
    generation: int
    manifest: str
    files: dict[str, str]
    sizes: dict[str, int]
    frames: int
    duration_s: float
    created_at: float
