"""What the API answers, as published in its OpenAPI document."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from jobs.elements import Problem
from jobs.stages import Stage
from jobs.states import TERMINAL, Status
from storage.rows import JobRow, PartRow, VideoRow
from storage.uploads import Upload

_MADE = frozenset({"done", "cached"})
_STAGES = frozenset(stage.value for stage in Stage)

Time = Annotated[
    str,
    Field(
        description="RFC 3339, UTC.",
        examples=["2026-03-01T09:30:00.000Z"],
        json_schema_extra={"format": "date-time"},
    ),
]


def rfc3339(seconds: float) -> str:
    """Seconds since 1970 as the API writes times: UTC, milliseconds."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


class Answer(BaseModel):
    """Base of what the API answers."""

    model_config = ConfigDict(frozen=True)


class Mistaken(Answer):
    """One thing that is wrong with a request."""

    path: str = Field(description="Where it is.", examples=["scenes[2].effects[0].gain_db"])
    message: str = Field(description="A sentence for people.")
    accepted: str | None = Field(None, description="What would be right.")


class ProblemDetails(Answer):
    """An error (RFC 9457)."""

    type: str = Field(examples=["urn:aiprod:problem:not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="One sentence for people.")
    code: str = Field(description="For programs; does not change.", examples=["not_found"])
    errors: list[Mistaken] | None = Field(None, description="Every mistake, with its place.")


class JobProblem(Answer):
    """Why a job failed, or what it had to do without."""

    stage: str = Field(description="Which part of the work.", examples=["voice"])
    code: str = Field(description="From a closed list.", examples=["provider_unavailable"])
    message: str = Field(description="A sentence for people.")
    retryable: bool = Field(description="Whether a retry may help.")
    command: str = Field(
        description="Makes it happen again: the command line of the tool that failed, else the "
        "command that makes the stage anew. For a shell.",
        examples=["aiprod jobs retry job-01kh9x3v5n8q2r7t4w6y0z1abc --from voice"],
    )

    @classmethod
    def of(cls, problem: Problem, job_id: str) -> "JobProblem":
        return cls(
            stage=problem.stage,
            code=problem.code.value,
            message=problem.message,
            retryable=problem.retryable,
            command=problem.command or _retry_command(job_id, problem.stage),
        )


def _retry_command(job_id: str, stage: str) -> str:
    # Steps between stages, such as planning, are gone through again by every retry.
    anew = f" --from {stage}" if stage in _STAGES else ""
    return f"aiprod jobs retry {job_id}{anew}"


class StageProgress(Answer):
    """How far a stage is. Units are frames where something is rendered, else parts."""

    parts: int
    parts_done: int
    parts_failed: int
    units: int
    units_done: int
    seconds: float = Field(description="What its parts took together.")


class File(Answer):
    """A file of a finished video."""

    name: str = Field(examples=["final.mp4"])
    content_type: str = Field(examples=["video/mp4"])
    size_bytes: int | None = Field(description="Null when it was not noted and the file is gone.")
    sha256: str
    url: str = Field(description="Opens without a key for at least an hour.")


class Cost(Answer):
    """What a job costs, in US dollars. Of a finished video the manifest tells it by stage."""

    estimated: float | None = Field(
        description="What the current run was to cost when it was planned; null before."
    )
    spent: float = Field(
        description="What its paid calls cost. Those that are under way, and those of which nobody "
        "knows whether they were charged, count with their price."
    )
    all_runs: float = Field(description="What was spent on this job, with its earlier runs.")


class Video(Answer):
    """What a run delivered."""

    run: int = Field(
        description="The run that made it: below `generation` while a newer run is made, has "
        "failed, or was rolled back."
    )
    frames: int
    duration_s: float
    files: list[File] = Field(description="Films first: one, or one of each variant.")


class Links(Answer):
    """Where to go from here."""

    self: str
    events: str
    cancel: str | None = Field(None, description="While the job has not ended.")
    retry: str | None = Field(None, description="When the job has ended.")
    approve: str | None = Field(None, description="When it waits for review.")
    manifest: str | None = Field(None, description="When there is a video.")
    webhooks: str | None = Field(None, description="When the job has a webhook_url.")

    @classmethod
    def of(
        cls, job_id: str, status: Status, *, has_webhook: bool = False, has_video: bool = False
    ) -> "Links":
        here = f"/v1/jobs/{job_id}"
        has_ended = status in TERMINAL
        return cls(
            self=here,
            events=f"{here}/events",
            cancel=None if has_ended else f"{here}/cancel",
            retry=f"{here}/retry" if has_ended else None,
            approve=f"{here}/approve" if status is Status.AWAITING_REVIEW else None,
            manifest=f"{here}/manifest" if has_video else None,
            webhooks=f"{here}/webhooks" if has_webhook else None,
        )


class JobAccepted(Answer):
    """A job that was taken in."""

    id: str = Field(examples=["job-01kh9x3v5n8q2r7t4w6y0z1abc"])
    status: Status
    generation: int = Field(description="Which run of the job: 1 is the first.")
    title: str | None
    links: Links


class JobListed(JobAccepted):
    """A job in a list."""

    created_at: Time
    updated_at: Time
    cancel_requested: bool
    problems: list[JobProblem]

    @classmethod
    def of(cls, row: JobRow) -> "JobListed":
        return cls(**listed(row))


class JobPage(Answer):
    """Jobs, newest first."""

    jobs: list[JobListed]
    next_cursor: str | None = Field(description="For the page that follows; null on the last one.")


class JobView(JobListed):
    """A job with everything there is to say about it."""

    attempts: int = Field(description="How often the current run has been taken into work.")
    metadata: dict[str, str]
    progress: dict[str, StageProgress] = Field(description="By stage, in the order of the work.")
    cost_usd: Cost
    video: Video | None = Field(
        description="The current one, once a run has delivered: also while a newer run is made, or "
        "has failed."
    )
    document: dict[str, Any] | None = Field(
        None, description="The job document with its defaults, when it was asked for."
    )


class UploadView(Answer):
    """A file that was handed in."""

    id: str
    uri: str = Field(description="For `uri` in job documents.", examples=["upload://up-4f1c"])
    kind: str = Field(description="What it can be used as.", examples=["image"])
    size_bytes: int
    sha256: str

    @classmethod
    def of(cls, upload: Upload, uri: str) -> "UploadView":
        return cls(
            id=upload.id,
            uri=uri,
            kind=upload.kind,
            size_bytes=upload.size_bytes,
            sha256=upload.sha256,
        )


def listed(row: JobRow, *, has_video: bool | None = None) -> dict[str, Any]:
    """The members that every view of a job has.

    Args:
      has_video: Whether it shows one; None: as far as the row tells.
    """
    if has_video is None:
        has_video = row.has_video
    return {
        "id": row.id,
        "status": row.status,
        "generation": row.generation,
        "title": row.title,
        "links": Links.of(
            row.id, row.status, has_webhook=row.webhook_url is not None, has_video=has_video
        ),
        "created_at": rfc3339(row.created_at),
        "updated_at": rfc3339(row.updated_at),
        "cancel_requested": row.cancel_requested,
        "problems": [JobProblem.of(problem, row.id) for problem in row.problems],
    }


def progress_of(parts: Sequence[PartRow]) -> dict[str, StageProgress]:
    """Progress by stage, in the order of the work."""
    order = [stage.value for stage in Stage]
    stages = sorted({part.stage for part in parts}, key=order.index)
    return {stage: _progress([part for part in parts if part.stage == stage]) for stage in stages}


def _progress(parts: Sequence[PartRow]) -> StageProgress:
    return StageProgress(
        parts=len(parts),
        parts_done=sum(part.status in _MADE for part in parts),
        parts_failed=sum(part.status == "failed" for part in parts),
        units=sum(part.units for part in parts),
        units_done=sum(part.units_done for part in parts),
        seconds=round(sum(part.seconds for part in parts), 3),
    )


def cost_of(row: JobRow, spent_usd: Mapping[int, float]) -> Cost:
    """What a job costs; `spent_usd` by run."""
    return Cost(
        estimated=None if row.quote_usd is None else round(row.quote_usd, 6),
        spent=round(spent_usd.get(row.generation, 0.0), 6),
        all_runs=round(sum(spent_usd.values()), 6),
    )


def video_of(video: VideoRow, files: list[File]) -> Video:
    """The video of a run."""
    return Video(
        run=video.generation, frames=video.frames, duration_s=video.duration_s, files=files
    )
