"""The edit: durations are known, so everything gets its frame and its sample."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.document import Job
from jobs.elements import Ending, Gathered, Outcome, Part, Run, Script, Task
from jobs.errors import InvalidInput
from jobs.scene import Scene
from jobs.stages import Stage
from jobs.states import Status
from jobs.wire import from_json
from jobs.words import Word
from media.cues import Cue, cut_cues
from media.lettering import CaptionLook, measure
from media.run import Workspace, ffmpeg_version, find_ffmpeg
from media.timeline import SceneLength, Timeline, cut_chunks, lay_out
from transforms.chunk_spec import chunk_spec
from transforms.edit import Edit, EditChunk, EditScene
from transforms.job_step import RunEnded, Stepped, TakeStep
from transforms.mix_spec import mix_spec
from transforms.plan_assets import read_job
from transforms.studio import Studio, StudioConfig
from transforms.takes import Takes, notes_of, open_takes


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
    scenes = job.scenes or ()
    words = [_words(takes, index) for index in range(len(scenes))]
    timeline = lay_out(
        [_length(takes, scene, i) for i, scene in enumerate(scenes)], job.output.frame_rate
    )
    _check_length(job, timeline)
    if job.review and not run.approved:
        raise RunEnded(Outcome(run, Ending.REVIEW))
    with studio.space(run) as space:
        cues = _cues(space, job, timeline, words)
    encoder = ffmpeg_version(find_ffmpeg(studio.config.ffmpeg))
    mix, unplaced = mix_spec(job, timeline, takes, words)
    mix_name = studio.artefacts.keep_json(replace(mix, encoder=encoder))

    chunks, renders = [], []
    for number, chunk in enumerate(cut_chunks(timeline)):
        spec = chunk_spec(job, timeline, takes, cues, chunk, encoder)
        task_id = f"render/{number:04}"
        chunks.append(EditChunk(task_id, chunk.first, chunk.last, spec.frames))
        renders.append((task_id, Stage.RENDER, studio.artefacts.keep_json(spec), spec.frames))
    edit = Edit(
        document=script.document,
        frame_rate=(timeline.rate.numerator, timeline.rate.denominator),
        frames=timeline.frames,
        samples=timeline.samples,
        scenes=tuple(
            EditScene(time.start, time.end, scene.narration or "", tuple(cues[index]))
            for index, (scene, time) in enumerate(zip(scenes, timeline.scenes, strict=True))
        ),
        chunks=tuple(chunks),
        parts=(*_writing(script, studio), *takes.parts),
        notes=notes_of(takes.parts, unplaced),
    )
    edit_name = studio.artefacts.keep_json(edit)
    # The mix goes first: it takes one core for a while, beside the first chunks.
    planned = [("mix/000", Stage.MIX, mix_name, 1), *renders]
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
    params = {"spec": spec}
    key = run.slate.key(stage, params)
    return Task(run, task_id, stage, total, True, key, edit, task_id, params)


def _words(takes: Takes, index: int) -> tuple[Word, ...]:
    facts = takes.facts(f"voice/{index:03}")
    return tuple(Word(**word) for word in facts["words"]) if facts else ()


def _length(takes: Takes, scene: Scene, index: int) -> SceneLength:
    facts = takes.facts(f"voice/{index:03}")
    return SceneLength(
        speech_samples=facts["samples"] if facts else 0,
        wanted_s=scene.duration_s,
        transition=scene.transition.type.value if scene.transition else "cut",
        transition_s=scene.transition.duration_s if scene.transition else 0.0,
    )


def _check_length(job: Job, timeline: Timeline) -> None:
    length_s = float(timeline.frames / timeline.rate)
    limit_s = job.max_duration_s
    if limit_s is not None and length_s > limit_s:
        raise InvalidInput(
            f"the video would last {length_s:.1f} s, the preset allows {limit_s:g} s: "
            "shorten the narration or drop the preset"
        )


def _cues(
    space: Workspace, job: Job, timeline: Timeline, words: Sequence[Sequence[Word]]
) -> list[tuple[Cue, ...]]:
    width, height = job.output.size
    cues: list[tuple[Cue, ...]] = []
    for index, (scene, time) in enumerate(zip(job.scenes or (), timeline.scenes, strict=True)):
        if not scene.narration or not words[index]:
            cues.append(())
            continue
        language = scene.language or job.language
        look = CaptionLook(job.captions.style.value, width, height, language)
        following = timeline.scenes[index + 1 : index + 2]
        cues.append(
            cut_cues(
                scene.narration,
                tuple(words[index]),
                first_frame=time.speech_start,
                frame_rate=timeline.rate,
                until=following[0].start if following else timeline.frames,
                language=language,
                fits=partial(_fits, space, look),
            )
        )
    return cues


def _fits(space: Workspace, look: CaptionLook, line: str) -> bool:
    return measure(space, look, [line])[0] <= look.text_width
