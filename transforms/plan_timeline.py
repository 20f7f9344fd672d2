"""The edit: durations are known, so everything gets its frame and its sample."""

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.document import Job
from jobs.elements import Ending, Gathered, Outcome, Part, Run, Script, Task
from jobs.errors import InvalidInput
from jobs.stages import Stage
from jobs.states import Status
from jobs.wire import from_json
from media.run import ffmpeg_version, find_ffmpeg
from media.timeline import Timeline
from transforms.edit import Edit, EditScene
from transforms.job_step import RunEnded, Stepped, TakeStep
from transforms.open_takes import notes_of, open_takes
from transforms.plan_assets import read_job
from transforms.renders import MIX_TASK, render_params, renders_of, timeline_of
from transforms.studio import Studio, StudioConfig


@dataclass(eq=False)
class PlanTimeline(beam.PTransform[PCollection[bytes], Stepped]):
    """Places scenes, captions, music and effects in time: `Gathered` -> one `Task` per chunk of
    video, and one for the mix."""

    studio: StudioConfig

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, gathered: PCollection[bytes]) -> Stepped:
        return gathered | "Edit" >> TakeStep(self.studio, "timeline", _run_of, plan_renders)


def _run_of(element: bytes) -> Run:
    return Gathered.from_bytes(element).run


def plan_renders(element: bytes, studio: Studio) -> Iterator[bytes]:
    """The render tasks of one run, noted in the ledger."""
    gathered = Gathered.from_bytes(element)
    run = gathered.run
    takes = open_takes(gathered, studio)
    script = Script.from_bytes(studio.blobs.read(gathered.plan) or b"")
    job = read_job(studio, script.document)
    timeline = timeline_of(job, takes)
    _check_length(job, timeline)
    if job.review and not run.approved:
        raise RunEnded(Outcome(run, Ending.REVIEW))
    encoder = ffmpeg_version(find_ffmpeg(studio.config.ffmpeg))
    with studio.space(run) as space:
        renders = renders_of(job, timeline, takes, encoder, space.check_cancelled)
    edit = Edit(
        document=script.document,
        frame_rate=(timeline.rate.numerator, timeline.rate.denominator),
        frames=timeline.frames,
        samples=timeline.samples,
        scenes=tuple(
            EditScene(time.start, time.end, scene.narration or "", cues)
            for scene, time, cues in zip(
                job.scenes or (), timeline.scenes, renders.cues, strict=True
            )
        ),
        chunks=renders.chunks,
        parts=(*_writing(script, studio), *takes.parts),
        notes=notes_of(takes.parts, renders.unplaced),
    )
    edit_name = studio.artefacts.keep_json(edit)
    # The mix goes first: it takes one core for a while, beside the first chunks.
    planned = [
        (MIX_TASK, Stage.MIX, studio.artefacts.keep_json(renders.mix), 1),
        *(
            (chunk.task_id, Stage.RENDER, studio.artefacts.keep_json(spec), chunk.frames)
            for chunk, spec in zip(renders.chunks, renders.specs, strict=True)
        ),
    ]
    tasks = [
        (_task(run, task_id, stage, spec_name, len(planned), edit_name), units)
        for task_id, stage, spec_name, units in planned
    ]
    studio.ledger.plan_parts(tasks)
    studio.ledger.advance(run, Status.RENDERING)
    for task, _units in tasks:
        yield task.to_bytes()


def _writing(script: Script, studio: Studio) -> tuple[Part, ...]:
    """The part that the writing of the script was, if somebody wrote it."""
    if not script.written:
        return ()
    return (from_json(Part, studio.blobs.read(script.written) or b""),)


def _task(run: Run, task_id: str, stage: Stage, spec: str, total: int, edit: str) -> Task:
    params = render_params(spec)
    key = run.slate.key(stage, params)
    return Task(run, task_id, stage, total, True, key, edit, task_id, params)


def _check_length(job: Job, timeline: Timeline) -> None:
    length_s = float(timeline.frames / timeline.rate)
    limit_s = job.max_duration_s
    if limit_s is not None and length_s > limit_s:
        raise InvalidInput(
            f"the video would last {length_s:.1f} s, the preset allows {limit_s:g} s: "
            "shorten the narration or drop the preset"
        )
