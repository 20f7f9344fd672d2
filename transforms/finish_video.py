"""The deliverables of a run."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.crash_points import crash_point
from jobs.document import Job, variants_of
from jobs.elements import Ending, Gathered, Outcome, Run, Video
from jobs.errors import Cancelled
from jobs.sharing import shared_ids
from jobs.wire import canonical, from_json
from media.run import ffmpeg_version, find_ffmpeg
from storage.deliverables import deliver
from transforms.edit import Edit
from transforms.file_list import lightened
from transforms.finish_variant import Cut, finish_cut, finish_task
from transforms.job_step import Stepped, TakeStep
from transforms.make_formats import format_tasks, make_formats
from transforms.manifest import manifest, notes_of_all, public_files, receipt
from transforms.open_takes import open_takes
from transforms.plan_assets import read_job
from transforms.side_by_side import side_by_side
from transforms.studio import Studio, StudioConfig


@dataclass(eq=False)
class FinishVideo(beam.PTransform[PCollection[bytes], Stepped]):
    """Joins, measures and delivers: `Gathered` -> `Outcome`. The manifest is written last."""

    studio: StudioConfig

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, gathered: PCollection[bytes]) -> Stepped:
        return gathered | "Finish" >> TakeStep(self.studio, "finish", _run_of, finish)


def _run_of(element: bytes) -> Run:
    return Gathered.from_bytes(element).run


def finish(element: bytes, studio: Studio) -> Iterator[bytes]:
    """Finishes one run, with all variants of its job.

    Raises:
      QualityMissed: A file is not what was promised.
    """
    gathered = Gathered.from_bytes(element)
    run = gathered.run
    encoder = ffmpeg_version(find_ffmpeg(studio.config.ffmpeg))
    job, cuts = _cuts(gathered, studio)
    found = [
        (finish_task(gathered, cut, encoder), *format_tasks(gathered, cut, encoder)) for cut in cuts
    ]
    ids = shared_ids(
        (cut.edit.variant, [(task.task_id, task.key) for task in own])
        for cut, own in zip(cuts, found, strict=True)
    )
    tasks = [
        [replace(task, task_id=named[task.task_id]) for task in own]
        for own, named in zip(found, ids, strict=True)
    ]
    each = {task.task_id: task for own in tasks for task in own}
    studio.parts.plan((task, 1) for task in each.values())
    calls = [partial(finish_cut, cut, own[0], studio) for cut, own in zip(cuts, tasks, strict=True)]
    with studio.space(run) as space:
        joined = side_by_side(calls, studio.config.workers, space.check_cancelled)
        made = make_formats(
            [(one, own[1:]) for one, own in zip(joined, tasks, strict=True)],
            studio,
            space.check_cancelled,
        )
    finished = [replace(one, formats=own) for one, own in zip(joined, made, strict=True)]
    paid = receipt(studio.ledger.quote_usd(run), studio.calls.of_run(run))
    about = manifest(run, job, finished, encoder, paid)
    media = public_files(finished)
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(studio.blobs.as_file(blob)) for name, blob in media.items()
        }
        sizes = {name: path.stat().st_size for name, path in files.items()}
        crash_point("finish.before_deliver")
        is_stopped = partial(studio.ledger.is_stopped, run)
        if is_stopped():
            raise Cancelled("the run was stopped, or another one has taken over")
        target = studio.config.deliver_to
        deliver(target, run.job_id, str(run.generation), files, about, is_late=is_stopped)
    crash_point("finish.after_deliver")
    for one in finished:
        for part in (one.part, *(format.part for format in one.formats)):
            studio.parts.note(part)
    video = Video(
        studio.artefacts.keep_media((canonical(about), ".json")),
        media,
        sum(cut.edit.frames for cut in cuts),
        round(float(sum(cut.edit.frames / cut.edit.rate for cut in cuts)), 6),
        sizes,
        (about.get("variants") or [about])[0]["quality"],
    )
    outcome = Outcome(run, Ending.DONE, notes_of_all(finished), video)
    yield lightened(outcome, studio.artefacts).to_bytes()


def _cuts(gathered: Gathered, studio: Studio) -> tuple[Job, list[Cut]]:
    """The job of a run, and its variants as they were rendered."""
    takes = open_takes(gathered, studio)
    first = _read_edit(gathered.plan, studio)
    edits = [first, *(_read_edit(name, studio) for name in first.others)]
    job = read_job(studio, first.document)
    variants = variants_of(job)
    cuts = []
    for variant, edit in zip(variants, edits, strict=True):
        records = {
            part.task_id: record
            for part in edit.parts
            if part.is_made and (record := studio.artefacts.find(part.stage, part.key))
        }
        made = {own: records[there] for own, there in edit.tasks.items() if there in records}
        if not edit.tasks:
            made = records
        cuts.append(Cut(variant.job, edit, takes.of_variant(edit.tasks), made))
    return job, cuts


def _read_edit(name: str, studio: Studio) -> Edit:
    return from_json(Edit, studio.blobs.read(name) or b"")
