"""What a job file would take, without making or paying anything, and why it would be made."""

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.estimate import JobPlan, StagePlan, estimate, survey
from jobs.document import Job
from jobs.errors import InvalidInput
from jobs.presets import preset_choices
from jobs.slate import LOCAL_TENANT, Slate
from jobs.submission import id_words
from media.run import ffmpeg_version, find_ffmpeg
from pipeline.accounts import account_notes
from pipeline.forecast import Desk, Shelf
from pipeline.ingest import JobFile, named_files
from pipeline.options import Settings
from pipeline.reuse import Earlier, Fate, PartPlan, plan_parts
from storage.artefacts import Artefacts
from storage.catalogue import Catalogue
from storage.database import DATABASE_FILE, open_database, sqlite_url
from storage.directory import DirectoryBlobs
from storage.migrate import prepare

_REVIEW = (
    "the preset asks for a review of the draft: `aiprod submit` waits for it, `aiprod render` "
    "does not"
)


@dataclass(frozen=True)
class FilePlan:
    """What a job file would take.

    Attributes:
      parts: Every part of the run, in the order of stages.
      compared_with: Id and number of the run that differences are told from; None when no file of
        this name was rendered here.
    """

    job: JobPlan
    parts: tuple[PartPlan, ...]
    compared_with: tuple[str, int] | None

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        compared = self.compared_with
        return {
            **self.job.as_json(),
            "compared_with": {"id": compared[0], "run": compared[1]} if compared else None,
            "parts": [
                {
                    "task": part.task_id,
                    "stage": part.stage.value,
                    "status": part.fate.value.replace(" ", "_"),
                    "because": list(part.because),
                }
                for part in self.parts
            ],
        }


def plan(file: JobFile, settings: Settings) -> FilePlan:
    """Plans a job file: its parts, which of them are there and why others are not, length, cost.

    Services whose parts are missing are asked about accounts and voices, where that is free.

    Raises:
      InvalidInput: The job cannot be planned here.
      ToolMissing: This machine lacks FFmpeg, or fonts.
    """
    artefacts = Artefacts(DirectoryBlobs(settings.data.absolute()))
    submission, roster = named_files(file), settings.roster
    found = survey(file.job, submission, artefacts, Slate(), roster)
    planned = estimate(found, roster)
    encoder = ffmpeg_version(find_ffmpeg(settings.ffmpeg))
    desk = Desk(Shelf(artefacts), Slate(), roster.casting(), encoder)
    earlier = earlier_run(settings, file.name)
    notes = [*planned.notes, *account_notes(found.missing, settings)]
    notes += [_REVIEW] if _is_reviewed(file.job) else []
    try:
        parts = plan_parts(desk, submission, earlier)
    except InvalidInput as error:
        if earlier is None:
            raise
        # The file itself has been planned: it is the earlier one that is no longer understood.
        notes.append(f"not compared with {earlier.run.job_id}: {error.message.splitlines()[-1]}")
        earlier, parts = None, plan_parts(desk, submission, None)
    return FilePlan(
        replace(planned, stages=_counted(planned, parts), notes=tuple(notes)),
        parts,
        (earlier.run.job_id, earlier.run.generation) if earlier else None,
    )


def _is_reviewed(job: Job) -> bool:
    presets = (job.variants and job.variants.presets) or ()
    return job.review or any(preset_choices(preset).review for preset in presets)


def _counted(planned: JobPlan, parts: Sequence[PartPlan]) -> tuple[StagePlan, ...]:
    """The stages of a plan, with how many parts there are, and are there already: variants share
    what is rendered alike, which only a comparison of all parts tells."""
    reused = Counter(part.stage.value for part in parts if part.fate is Fate.REUSED)
    total = Counter(part.stage.value for part in parts)
    return tuple(
        replace(row, parts=total[row.stage], cached=reused[row.stage]) for row in planned.stages
    )


def earlier_run(settings: Settings, name: str) -> Earlier | None:
    """The newest run of a file of this name on this machine."""
    # Looked for first: opening a database makes it, and a plan makes nothing.
    if not (settings.data / DATABASE_FILE).exists():
        return None
    with contextlib.closing(open_database(sqlite_url(settings.data))) as database:
        prepare(database)
        catalogue = Catalogue(database)
        run = catalogue.last_rendered(LOCAL_TENANT, id_words(name))
        if run is None:
            return None
        parts = catalogue.parts(LOCAL_TENANT, run.job_id, run.generation)
    return Earlier(run, {part.task_id: part for part in parts})
