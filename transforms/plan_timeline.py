"""The edit: durations are known, so everything gets its frame and its sample."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.document import Job, Variant, variants_of
from jobs.elements import Ending, Gathered, Outcome, Part, Run, Script, Shared, Task
from jobs.errors import InvalidInput
from jobs.sharing import TaskIds, shared_ids
from jobs.stages import Stage
from jobs.states import Status
from jobs.wire import from_json
from media.run import ffmpeg_version, find_ffmpeg
from media.timeline import Timeline
from transforms.brand_look import caption_font
from transforms.edit import Edit, EditScene
from transforms.job_step import RunEnded, Stepped, TakeStep
from transforms.open_takes import notes_of, open_takes
from transforms.plan_assets import read_job
from transforms.renders import MIX_TASK, Renders, render_params, renders_of, timeline_of
from transforms.studio import Studio, StudioConfig
from transforms.takes import Takes


@dataclass(eq=False)
class PlanTimeline(beam.PTransform[PCollection[bytes], Stepped]):
    """Places scenes, captions, music and effects in time: `Gathered` -> one `Task` per chunk of
    video, and one for the mix. What looks or sounds the same in several variants is one task."""

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
    variants = variants_of(read_job(studio, script.document))
    made_ids = _ids_of_variants(script, len(variants), studio)
    seen = [takes.of_variant(ids) for ids in made_ids]
    timelines = [timeline_of(variant.job, own) for variant, own in zip(variants, seen, strict=True)]
    for variant, timeline in zip(variants, timelines, strict=True):
        _check_length(variant, timeline)
    if any(variant.job.review for variant in variants) and not run.approved:
        raise RunEnded(Outcome(run, Ending.REVIEW))
    encoder = ffmpeg_version(find_ffmpeg(studio.config.ffmpeg))
    with studio.space(run) as space:
        renders = [
            _renders(variant.job, timeline, own, encoder, space.check_cancelled, studio)
            for variant, timeline, own in zip(variants, timelines, seen, strict=True)
        ]
    written = _writing(script, studio)
    edits = [
        _edit(script.document, variant, timeline, own, rendered, written)
        for variant, timeline, own, rendered in zip(variants, timelines, seen, renders, strict=True)
    ]
    planned, ids = _shared(run, variants, [_planned(one, studio) for one in renders])
    if len(edits) > 1:
        edits = [
            replace(edit, tasks={**made, **rendered})
            for edit, made, rendered in zip(edits, made_ids, ids, strict=True)
        ]
    others = tuple(studio.artefacts.keep_json(edit) for edit in edits[1:])
    edit_name = studio.artefacts.keep_json(replace(edits[0], others=others))
    tasks = [
        (_task(run, one.task_id, one.stage, one.spec, len(planned), edit_name), one.units)
        for one in planned
    ]
    studio.parts.plan(tasks)
    studio.ledger.advance(run, Status.RENDERING)
    for task, _units in sorted(tasks, key=_begins):
        yield task.to_bytes()


def _begins(task: tuple[Task, int]) -> tuple[bool, int]:
    """Mixes first, since they take one core beside the chunks; then the longest chunk, so that no
    worker is left with a long one when the others have nothing more to do."""
    return task[0].stage is not Stage.MIX, -task[1]


def _renders(
    job: Job,
    timeline: Timeline,
    takes: Takes,
    encoder: str,
    check_cancelled: Callable[[], None],
    studio: Studio,
) -> Renders:
    with caption_font(job, takes, studio.blobs) as own:
        return renders_of(job, timeline, takes, encoder, check_cancelled, own)


def _ids_of_variants(script: Script, count: int, studio: Studio) -> tuple[dict[str, str], ...]:
    """By variant, the ids in the run of the tasks that it uses; empty where they are its own."""
    if not script.shared:
        return ({},) * count
    return from_json(Shared, studio.blobs.read(script.shared) or b"").ids


@dataclass(frozen=True)
class _Planned:
    """A chunk or a mix that is to be rendered. `spec`: blob name of its specification."""

    task_id: str
    stage: Stage
    spec: str
    units: int


def _planned(renders: Renders, studio: Studio) -> list[_Planned]:
    mix = _Planned(MIX_TASK, Stage.MIX, studio.artefacts.keep_json(renders.mix), 1)
    return [
        mix,
        *(
            _Planned(chunk.task_id, Stage.RENDER, studio.artefacts.keep_json(spec), chunk.frames)
            for chunk, spec in zip(renders.chunks, renders.specs, strict=True)
        ),
    ]


def _shared(
    run: Run, variants: Sequence[Variant], planned: Sequence[Sequence[_Planned]]
) -> tuple[list[_Planned], tuple[TaskIds, ...]]:
    """What is rendered, each once, and the ids by which each variant knows it."""
    ids = shared_ids(
        (variant.name, [(p.task_id, run.slate.key(p.stage, render_params(p.spec))) for p in own])
        for variant, own in zip(variants, planned, strict=True)
    )
    found: dict[str, _Planned] = {}
    for own, named in zip(planned, ids, strict=True):
        for one in own:
            there = named[one.task_id]
            found.setdefault(there, replace(one, task_id=there))
    # All mixes first, and the rest as it comes.
    return sorted(found.values(), key=lambda one: one.stage is not Stage.MIX), ids


def _edit(
    document: str,
    variant: Variant,
    timeline: Timeline,
    takes: Takes,
    renders: Renders,
    written: tuple[Part, ...],
) -> Edit:
    return Edit(
        document=document,
        frame_rate=(timeline.rate.numerator, timeline.rate.denominator),
        frames=timeline.frames,
        samples=timeline.samples,
        scenes=tuple(
            EditScene(time.start, time.end, scene.narration or "", cues)
            for scene, time, cues in zip(
                variant.job.scenes or (), timeline.scenes, renders.cues, strict=True
            )
        ),
        chunks=renders.chunks,
        parts=(*written, *takes.parts),
        notes=notes_of(takes.parts, renders.unplaced),
        variant=variant.name,
    )


def _writing(script: Script, studio: Studio) -> tuple[Part, ...]:
    """The part that the writing of the script was, if somebody wrote it."""
    if not script.written:
        return ()
    return (from_json(Part, studio.blobs.read(script.written) or b""),)


def _task(run: Run, task_id: str, stage: Stage, spec: str, total: int, edit: str) -> Task:
    params = render_params(spec)
    key = run.slate.key(stage, params)
    return Task(run, task_id, stage, total, True, key, edit, task_id, params)


def _check_length(variant: Variant, timeline: Timeline) -> None:
    length_s = float(timeline.frames / timeline.rate)
    limit_s = variant.job.max_duration_s
    if limit_s is not None and length_s > limit_s:
        name = f" {variant.name}" if variant.name else ""
        raise InvalidInput(
            f"the video{name} would last {length_s:.1f} s, the preset allows {limit_s:g} s: "
            "shorten the narration or drop the preset"
        )
