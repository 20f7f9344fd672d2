"""What a job file would take, without making or paying anything."""

from dataclasses import replace

from api.estimate import JobPlan, estimate
from pipeline.ingest import JobFile, named_files
from storage.artefacts import Artefacts

_REVIEW = (
    "the preset asks for a review of the draft; `aiprod render` does not wait for a review "
    "(there is no service yet)"
)


def plan(file: JobFile, artefacts: Artefacts) -> JobPlan:
    """Plans a job: its parts, which of them are there, its length and cost."""
    planned = estimate(file.job, named_files(file), artefacts)
    return replace(planned, notes=(*planned.notes, _REVIEW)) if file.job.review else planned
