"""What the service answers, as far as the command uses it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from jobs.stages import Stage
from jobs.states import TERMINAL, Status
from pipeline.progress import StageState

# These become names of folders and files on this machine: nothing that leads elsewhere.
JobId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]
FileName = Annotated[str, Field(pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$", max_length=200)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Answer(BaseModel):
    """Base of all. What the service says beside is kept, and printed with `--json`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    def as_json(self) -> dict[str, Any]:
        """The answer with everything that came."""
        return self.model_dump(mode="json", exclude_unset=True)


class JobProblem(Answer):
    """Why a job failed, or what it did without."""

    stage: str
    code: str
    message: str
    retryable: bool
    command: str = ""


class StageProgress(Answer):
    """How far a stage is. Events tell less of it than the job itself does."""

    parts: int
    parts_done: int
    parts_failed: int = 0
    units: int
    units_done: int
    seconds: float = 0.0


class File(Answer):
    """A file of a finished video."""

    name: FileName
    size_bytes: int | None
    sha256: Sha256


class Cost(Answer):
    """What a job costs, in US dollars."""

    estimated: float | None
    spent: float
    all_runs: float


class Video(Answer):
    """What a run delivered."""

    run: int | None = None  # services of before do not tell
    frames: int
    duration_s: float
    files: tuple[File, ...]


class Accepted(Answer):
    """A job that was taken in."""

    id: JobId
    status: Status


class ListedJob(Accepted):
    """A job in a list."""

    generation: int
    title: str | None
    created_at: datetime
    updated_at: datetime
    cancel_requested: bool
    problems: tuple[JobProblem, ...]

    @property
    def has_ended(self) -> bool:
        return self.status in TERMINAL


class Job(ListedJob):
    """A job with everything there is to say about it."""

    attempts: int
    progress: dict[str, StageProgress]
    video: Video | None
    cost_usd: Cost | None = None  # services of before do not tell
    document: dict[str, Any] | None = None

    def stage_states(self) -> list[StageState]:
        return stage_states(self.progress)


class JobPage(Answer):
    """Jobs, newest first."""

    jobs: tuple[ListedJob, ...]
    next_cursor: str | None


class Progress(Answer):
    """The `progress` event."""

    stages: dict[str, StageProgress]


class Upload(Answer):
    """A file that was handed in."""

    uri: str
    sha256: Sha256


class Key(Answer):
    """An API key, without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class MadeKey(Key):
    """A key that has just been made: the only time its text can be had."""

    key: str


class KeyPage(Answer):
    """Keys, newest first."""

    keys: tuple[Key, ...]
    next_cursor: str | None


class DeadLetter(Answer):
    """A message that could not be taken for a job."""

    id: str
    stage: str
    reason: str
    message: str
    is_whole: bool = True
    attempts: int
    first_at: datetime
    last_at: datetime
    replayed_at: datetime | None


class DeadLetterPage(Answer):
    """Dead letters, the ones that came last first."""

    dead_letters: tuple[DeadLetter, ...]
    next_cursor: str | None


class Attempt(Answer):
    """One attempt to send a webhook. `at`: seconds since 1970; `ms`: what it took."""

    at: float
    ms: float
    status: int | None = None
    error: str | None = None


class Delivery(Answer):
    """A webhook, and what came of it."""

    id: str
    kind: str
    url: str
    status: str
    attempts: int
    next_attempt_at: datetime | None
    log: tuple[Attempt, ...]


class Deliveries(Answer):
    """The webhooks about a job, oldest first."""

    deliveries: tuple[Delivery, ...]


class Replayed(Answer):
    """A webhook that is sent again."""

    id: str
    status: str


class NewSecret(Answer):
    """A secret that signs webhooks: the only time it can be had."""

    secret: str


class Spending(Answer):
    """Whether services may be paid, and what was spent today by all tenants, in UTC."""

    is_on: bool
    spent_today_usd: float

    @property
    def line(self) -> str:
        state = "on" if self.is_on else "off: nothing that costs anything is begun"
        return f"spending is {state}; {self.spent_today_usd:.4f} USD today"


def stage_states(progress: dict[str, StageProgress]) -> list[StageState]:
    """Stages as they are shown, in the order of the work."""
    order = [stage.value for stage in Stage]
    known = sorted((name for name in progress if name in order), key=order.index)
    return [
        StageState(
            name,
            progress[name].units_done,
            progress[name].units,
            f"{progress[name].parts_failed} failed" if progress[name].parts_failed else "",
        )
        for name in known
    ]
