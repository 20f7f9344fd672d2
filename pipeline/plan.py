"""What a job file would take, without making or paying anything, and why it would be made."""

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.estimate import JobPlan, StagePlan, estimate, survey
from api.forecast import Desk
from api.reuse import Earlier, Fate, PartPlan, explained
from api.shelf import Shelf
from jobs.document import Job
from jobs.presets import preset_choices
from jobs.slate import LOCAL_TENANT, Slate
from jobs.submission import id_words
from media.run import ffmpeg_version, find_ffmpeg
from pipeline.accounts import ask_accounts
from pipeline.ingest import JobFile, named_files
from pipeline.options import Settings
from pipeline.renderings import Renderings
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
    """What a job file would take, and every part of the run, in the order of stages."""

    job: JobPlan
    parts: tuple[PartPlan, ...]


def plan(file: JobFile, settings: Settings) -> FilePlan:
    """Plans a job file: its parts, which of them are there and why others are not, length, cost.

    Services whose parts are missing are asked about accounts and voices, where that is free.

    Raises:
      InvalidInput: The job cannot be planned here.
      ToolMissing: This machine lacks FFmpeg, or fonts.
    """
    shelf = Shelf(Artefacts(DirectoryBlobs(settings.data.absolute())))
    submission, roster = named_files(file), settings.roster
    found = survey(file.job, submission, shelf, Slate(), roster)
    asked = ask_accounts(found.missing, settings)
    planned = estimate(found, asked.roster)
    notes = [*planned.notes, *asked.notes]
    notes += [file.note] if file.note else []
    notes += [_REVIEW] if _is_reviewed(file.job) else []
    renderings = Renderings(ffmpeg_version(find_ffmpeg(settings.ffmpeg)), shelf.artefacts.blobs)
    desk = Desk(shelf, Slate(), roster.casting(), renderings)
    earlier = earlier_run(settings, file.name)
    planned, parts = explained(replace(planned, notes=tuple(notes)), desk, submission, earlier)
    return FilePlan(replace(planned, stages=_counted(planned, parts)), parts)


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
