"""What a job file would take, without making or paying anything."""

from dataclasses import replace

from api.estimate import JobPlan, estimate
from jobs.slate import Slate
from pipeline.ingest import JobFile, named_files
from providers.roster import Roster
from storage.artefacts import Artefacts

_REVIEW = (
    "the preset asks for a review of the draft: `aiprod submit` waits for it, `aiprod render` "
    "does not"
)


def plan(file: JobFile, artefacts: Artefacts, roster: Roster) -> JobPlan:
    """Plans a job: its parts, which of them are there, its length and cost."""
    planned = estimate(file.job, named_files(file), artefacts, Slate(), roster)
    return replace(planned, notes=(*planned.notes, _REVIEW)) if file.job.review else planned
