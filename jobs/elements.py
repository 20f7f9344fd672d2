"""What travels through the graph: small versioned JSON, names of blobs, never media."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

from jobs.errors import AiprodError, ErrorCode
from jobs.slate import LOCAL_TENANT, Slate
from jobs.stages import Stage
from jobs.wire import from_json, sha256, to_json

WIRE_VERSION = 1
MAX_ELEMENT_BYTES = 64 * 1024  # larger elements belong into a blob: shuffles are priced by byte
# Characters of a problem that are kept: the start of its message, and the end of up to 64 kB that a
# tool said, which is where the reason is. The rest is kept nowhere.
_MAX_MESSAGE, _MAX_TAIL = 4000, 4000
MAX_COMMAND_BYTES = 2048
_CUT = " ... (cut)"
LETTER_BYTES = 8192  # of a message that is no job are kept; rings have about 60
_MAX_REASON = 500


class _Wired:
    """Mixin of the elements: bytes and back."""

    def to_bytes(self) -> bytes:
        """Canonical JSON. Raises `ValueError` when it is larger than an element may be."""
        data = to_json(self)
        if len(data) > MAX_ELEMENT_BYTES:
            raise ValueError(
                f"{type(self).__name__} of {len(data):,} bytes: "
                f"an element has at most {MAX_ELEMENT_BYTES:,}"
            )
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        return from_json(cls, data)


@dataclass(frozen=True)
class Run(_Wired):
    """One run of a job: generation 1 is the first, a retry makes the next.

    Attributes:
      job_id: Public id of the job.
      generation: Counts the runs of this job, from 1.
      token: Fencing token: the ledger refuses writes of a run whose token is not the newest.
      submission: Blob name of the `Submission` (document and inputs).
      approved: Whether its owner has approved what would be rendered.
      trace: W3C traceparent of the request that asked for it.
      tenant, takes: Of the slate that its parts are made under.
      budget_usd: The most that paid services may cost for this job; None: no limit.
    """

    job_id: str
    generation: int
    token: int
    submission: str
    approved: bool = False
    trace: str | None = None
    tenant: str = LOCAL_TENANT
    takes: dict[str, int] = field(default_factory=dict, hash=False)
    budget_usd: float | None = None
    v: int = WIRE_VERSION

    @property
    def slate(self) -> Slate:
        return Slate(self.tenant, self.takes)

    @property
    def run_id(self) -> str:
        """Names this claim of this run: parts of a lost claim are not mixed with new ones."""
        return f"{self.job_id}.{self.generation}.{self.token}"


@dataclass(frozen=True)
class Script(_Wired):
    """A run whose scenes are known.

    Attributes:
      document: Blob name of the job document with scenes.
      written: Blob name of the Part that the writing was; empty when the scenes were given.
      shared: Blob name of the `Shared` tasks of its variants; empty before they are planned, and of
        a job without variants.
    """

    run: Run
    document: str
    written: str = ""
    shared: str = ""
    v: int = WIRE_VERSION


@dataclass(frozen=True)
class Shared(_Wired):
    """Which tasks of a run the variants of its job use: task ids by their own, variant by variant.

    It is stored, not sent, and may be larger than an element.
    """

    ids: tuple[dict[str, str], ...]
    v: int = WIRE_VERSION


@dataclass(frozen=True)
class Task(_Wired):
    """One thing to make.

    Attributes:
      task_id: Unique in its run and stable between runs: `voice/003`.
      total: How many tasks this wave of the run has; the gather waits for that many.
      required: Whether the job fails when this task fails.
      key: Content key of the result, from the slate of the run.
      plan: Blob name of what was planned together with this task: the `Script`, or the edit;
        handed on to whoever gathers the parts.
      label: How the user knows this thing, for messages: `scenes[2].visual media/pool.jpg`.
      params: Everything the maker needs; files by blob name.
    """

    run: Run
    task_id: str
    stage: Stage
    total: int
    required: bool
    key: str
    plan: str
    label: str
    params: dict[str, Any] = field(hash=False)
    v: int = WIRE_VERSION


class PartStatus(Enum):
    """How a task ended."""

    DONE = "done"
    CACHED = "cached"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Problem:
    """A failure as data: what the user, the ledger and the manifest are told.

    Attributes:
      stderr_tail: The end of what a tool said that failed.
      command: The command line of that tool, at most 2 kB, for a shell.
    """

    stage: str
    code: ErrorCode
    message: str
    retryable: bool
    stderr_tail: str = ""
    command: str = ""

    @classmethod
    def of(cls, stage: str, error: AiprodError) -> "Problem":
        tail = str(error.facts.get("stderr_tail", ""))
        command = _bounded(str(error.facts.get("command", "")))
        message = error.message[:_MAX_MESSAGE]
        return cls(stage, error.code, message, error.retryable, tail[-_MAX_TAIL:], command)


def _bounded(command: str) -> str:
    """A command line of at most 2 kB; what is cut says so, lest somebody takes it for whole."""
    data = command.encode("utf-8", "replace")
    if len(data) <= MAX_COMMAND_BYTES:
        return data.decode()
    return data[: MAX_COMMAND_BYTES - len(_CUT)].decode("utf-8", "ignore") + _CUT


@dataclass(frozen=True)
class Left:
    """What came first in order and was not taken: a provider, or a sound that it found."""

    provider: str
    code: ErrorCode
    why: str


@dataclass(frozen=True)
class Part(_Wired):
    """How one task ended; exactly one per task. What was made is found by stage and key.

    Attributes:
      key: Of what was made; of the first choice when nothing was.
      left: Who did not make it, in the order they were asked.
      provider, model: Who made it; empty for what no provider makes.
    """

    run: Run
    task_id: str
    stage: Stage
    total: int
    required: bool
    key: str
    plan: str
    status: PartStatus
    seconds: float = 0.0
    problem: Problem | None = None
    left: tuple[Left, ...] = ()
    provider: str = ""
    model: str = ""
    v: int = WIRE_VERSION

    @property
    def is_made(self) -> bool:
        return self.status in (PartStatus.DONE, PartStatus.CACHED)


@dataclass(frozen=True)
class Gathered(_Wired):
    """All parts of one wave of a run.

    Attributes:
      plan: Blob name of what their tasks were planned from.
      parts: Blob name of a `PartList`, ordered by task id.
    """

    run: Run
    plan: str
    parts: str
    v: int = WIRE_VERSION


@dataclass(frozen=True)
class PartList(_Wired):
    """The parts of one wave, ordered by task id."""

    parts: tuple[Part, ...]
    v: int = WIRE_VERSION


class Ending(Enum):
    """How a run ended.

    `incomplete`: parts are missing although no input is left; run again. `postponed`: the database
    or the store did not answer; run again a little later. `review`: its owner looks at what is to
    be rendered, and approves or cancels.
    """

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INCOMPLETE = "incomplete"
    POSTPONED = "postponed"
    REVIEW = "review"


@dataclass(frozen=True)
class Video:
    """What a run delivers.

    Attributes:
      manifest: Blob name.
      files: Blob names by public name: `{"final.mp4": "media/3f/3f..9a.mp4"}`.
      sizes: Bytes by public name; empty in elements of before it was noted.
      quality: What was measured on it, as in the manifest, of several variants on the first; empty
        likewise.
      listed: Blob name of a `Video` that has the files, where they are too many for an element.
    """

    manifest: str
    files: dict[str, str] = field(hash=False)
    frames: int
    duration_s: float
    sizes: dict[str, int] = field(default_factory=dict, hash=False)
    quality: dict[str, Any] = field(default_factory=dict, hash=False)
    listed: str = ""


@dataclass(frozen=True)
class Outcome(_Wired):
    """The end of a run, on its way to the ledger.

    Attributes:
      problems: Why it failed, or which optional parts are missing from a finished video.
      video: Only when done.
    """

    run: Run
    ending: Ending
    problems: tuple[Problem, ...] = ()
    video: Video | None = None
    v: int = WIRE_VERSION


@dataclass(frozen=True)
class DeadLetter(_Wired):
    """A message that is no job.

    Attributes:
      message: Its first 8 kB, as text.
      sha256: Of the whole message, as it came.
      attempt: How often it has come since it was last sent again, with this time; None when the
        ledger, which counts, did not answer.
    """

    reason: str
    stage: str
    message: str
    sha256: str
    attempt: int | None = None
    v: int = WIRE_VERSION

    @classmethod
    def of(cls, reason: str, stage: str, message: bytes) -> "DeadLetter":
        """The letter of a message; bytes that are no text are written out (`\\xff`)."""
        shown = message[:LETTER_BYTES].decode("utf-8", "backslashreplace")
        return cls(reason[:_MAX_REASON], stage, shown, sha256(message))
