"""What is done to jobs that have ended: which of them, and what is changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from jobs.document import apply_overrides, job_from
from jobs.errors import InvalidInput
from jobs.merge_patch import merged
from jobs.named_files import files_of
from jobs.slate import LOCAL_TENANT, retaken
from jobs.stages import Stage
from jobs.states import Status
from jobs.submission import Submission
from jobs.uri import Place, place_of


class State(Enum):
    """How far a job of a reprocessing is. Values are public: they stand in the report.

    `waiting`: not begun. `opened`: it has its new run, which has not ended. `done`, `failed`,
    `cancelled`: as that run ended. `refused`: it cannot be changed like that, or there is no such
    job. `unchanged`: the change changes nothing about it.
    """

    WAITING = "waiting"
    OPENED = "opened"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    UNCHANGED = "unchanged"


LEFT = (State.WAITING, State.OPENED)


@dataclass(frozen=True)
class Measure:
    """A condition on something measured on the video that a job has: `lufs < -20`.

    Attributes:
      name: As the manifest has it, under `quality`.
      sign: `<` or `>`.
    """

    name: str
    sign: str
    value: float


@dataclass(frozen=True)
class Selection:
    """Which jobs: all conditions have to hold. Times are seconds since 1970.

    Attributes:
      ids: These alone; empty: any.
      status: Where the job stands; None: any that has ended.
      since_s, until_s: When it was made, the first included, the last not.
      preset: That its document names.
      provider, model: That made a part of the video it has.
      missing: A stage of which that video lacks a part that was asked for.
      is_stale: Whether that video has a part of an older stage version.
    """

    ids: tuple[str, ...] = ()
    status: Status | None = None
    since_s: float | None = None
    until_s: float | None = None
    preset: str | None = None
    provider: str | None = None
    model: str | None = None
    missing: Stage | None = None
    measures: tuple[Measure, ...] = ()
    is_stale: bool = False


@dataclass(frozen=True)
class Change:
    """What is changed: first the patch, then that of the job alone, then the sets.

    Attributes:
      sets: `path=value`, as `--set` has them.
      patch: A JSON Merge Patch (RFC 7396) of the document.
      force: Stages whose parts are made anew, and what is made from them.
      only: Stages whose parts are made anew; a job that would need any other part to be made that
        comes before the render is refused.
    """

    sets: tuple[str, ...] = ()
    patch: Mapping[str, Any] | None = field(default=None, hash=False)
    force: tuple[Stage, ...] = ()
    only: tuple[Stage, ...] = ()

    def submission(
        self, before: Submission, job_id: str, own: Mapping[str, Any] | None = None
    ) -> Submission:
        """The submission of the new run: checked, complete, with the files it has already.

        Args:
          own: A merge patch for this job alone.

        Raises:
          InvalidInput: What comes out is no job; the message lists every mistake.
        """
        document: Any = before.document
        for patch in (self.patch, own):
            if patch is not None:
                document = merged(document, patch)
        document = apply_overrides(document, self.sets)
        if _preset_of(document) != _preset_of(before.document):
            raise InvalidInput(
                f"job {job_id}: preset: it fills in what a document does not say, and that of a "
                "job that has run says everything; set the fields themselves"
            )
        job = job_from(document, name=f"job {job_id}")
        after = Submission(job.model_dump(mode="json"), before.inputs)
        _check_files(after, job_id)
        return after

    def takes(self, before: Mapping[str, int], run: int) -> dict[str, int]:
        """Takes of the new run, by the number of that run."""
        takes = dict(before)
        for stage in self.force:
            takes = retaken(takes, stage, run)
        return {**takes, **{stage.value: run for stage in self.only}}


@dataclass(frozen=True)
class Request:
    """What was asked for. The same request again goes on with what it began.

    Attributes:
      listed: Whether jobs come from a file: then SHA-256 of its content.
      budget_usd: The most that paid services may cost for all jobs together; None: no limit.
    """

    selection: Selection
    change: Change
    tenant: str = LOCAL_TENANT
    listed: str | None = None
    budget_usd: float | None = None


def _preset_of(document: Any) -> Any:
    return document.get("preset") if isinstance(document, dict) else None


def _check_files(submission: Submission, job_id: str) -> None:
    for file in files_of(submission.document):
        if submission.blob_of(file.uri) or place_of(file.uri) in (Place.WEB, Place.BUCKET):
            continue
        raise InvalidInput(
            f"job {job_id}: {file.place}: {file.uri} is not among the files of this job; "
            "a change may name gs:// and https:// addresses"
        )
