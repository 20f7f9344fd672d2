"""What a job is asked for when it is run again."""

import json
from typing import Any

from jobs.assets import list_assets, script_asset, unavailable_providers
from jobs.casting import Casting
from jobs.document import bookended, job_from
from jobs.errors import InvalidInput
from jobs.reprocessing import Change
from jobs.slate import Slate
from jobs.stages import Stage
from jobs.submission import Submission
from providers.outline import with_script
from storage.artefacts import Artefacts
from storage.reprocessings import Item
from storage.reruns import Base


def known(base: Base | None, job_id: str) -> Base:
    """The job, which must be there. Raises `InvalidInput`."""
    if base is None:
        raise InvalidInput(f"there is no job {job_id}")
    return base


def changed(
    change: Change, item: Item, base: Base, artefacts: Artefacts, casting: Casting
) -> Submission:
    """The submission of the new run of a job.

    Args:
      casting: Who may make parts of it.

    Raises:
      InvalidInput: What comes out is no job that can be made here, or more would have to be made
        than may be.
    """
    submission = change.submission(base.submission, item.job_id, item.patch)
    if mistakes := unavailable_providers(job_from(submission.document), casting):
        raise InvalidInput(f"job {item.job_id}: {mistakes[0]}")
    if change.only:
        slate = Slate(base.tenant, change.takes(base.takes, base.generation + 1))
        needed = _needed(submission, slate, artefacts, casting)
        others = [task_id for task_id, stage in needed if stage not in change.only]
        if others:
            more = f" and {len(others) - 1} more" if others[1:] else ""
            raise InvalidInput(
                f"job {item.job_id}: {others[0]}{more} would have to be made, too, and only "
                f"{', '.join(stage.value for stage in change.only)} may be"
            )
    return submission


def is_unchanged(change: Change, base: Base, submission: Submission) -> bool:
    """Whether a new run would make the same by the same stages."""
    if base.shown is None or base.is_stale:
        return False
    takes = change.takes(base.takes, base.generation + 1)
    return takes == base.takes and submission.document == _complete(base.submission.document)


def _complete(document: dict[str, Any]) -> dict[str, Any] | None:
    """A document with what it does not say, as one of before a field was added; None when it is no
    job any more."""
    try:
        return job_from(document).model_dump(mode="json")
    except InvalidInput:
        return None


def _needed(
    submission: Submission, slate: Slate, artefacts: Artefacts, casting: Casting
) -> list[tuple[str, Stage]]:
    """What would be made before anything is rendered: task ids and stages."""
    document = submission.document
    if document.get("prompt"):
        script = script_asset(job_from(document), casting)
        record = artefacts.find(Stage.SCRIPT, slate.key(Stage.SCRIPT, script.offer))
        if record is None:
            return [(script.task_id, Stage.SCRIPT)]
        written = json.loads(artefacts.blobs.read(record.media["script"]) or b"null")
        document = with_script(document, written)
    assets = list_assets(bookended(job_from(document)), submission, casting)
    return [
        (asset.task_id, asset.stage)
        for asset in assets
        if not artefacts.find(asset.stage, slate.key(asset.stage, asset.offer))
    ]
