"""The deliverables of a run."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.crash_points import crash_point
from jobs.document import Job
from jobs.elements import Ending, Gathered, Outcome, Part, PartStatus, Run, Task, Video
from jobs.errors import Cancelled, QualityMissed
from jobs.stages import Stage
from jobs.wire import canonical, from_json, plain
from media.cues import Cue
from media.gate import Promise, measure_video, misses
from media.join import Piece, join
from media.master import LoudnessTarget
from media.poster import make_poster
from media.run import Workspace, ffmpeg_version, find_ffmpeg
from media.sidecar import captions_of, parse_srt, parse_vtt, srt, vtt
from storage.artefacts import Origin, Record
from storage.deliverables import deliver
from transforms.credits import credits_text
from transforms.edit import Edit
from transforms.job_step import Stepped, TakeStep
from transforms.manifest import all_notes, manifest, receipt
from transforms.open_takes import open_takes
from transforms.plan_assets import read_job
from transforms.renders import FINISH_TASK, MIX_TASK, finish_params
from transforms.studio import Studio, StudioConfig
from transforms.takes import Takes


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
    """Finishes one run; raises `QualityMissed` when the file is not what was promised."""
    started = time.monotonic()
    gathered = Gathered.from_bytes(element)
    takes = open_takes(gathered, studio)
    edit = from_json(Edit, studio.blobs.read(gathered.plan) or b"")
    job = read_job(studio, edit.document)
    made = {
        part.task_id: record
        for part in edit.parts
        if part.is_made and (record := studio.artefacts.find(part.stage, part.key))
    }
    task = _task(gathered, edit, takes, job, credits_text(job, made), studio)
    studio.ledger.plan_parts([(task, 1)])
    record = studio.artefacts.find(Stage.FINISH, task.key)
    status = PartStatus.CACHED if record else PartStatus.DONE
    if record is None:
        with studio.space(gathered.run) as space:
            record = _finished(studio, space, task, edit, takes, job, started)
    part = Part(
        task.run,
        task.task_id,
        task.stage,
        1,
        True,
        task.key,
        task.plan,
        status,
        round(time.monotonic() - started, 3),
    )
    encoder = ffmpeg_version(find_ffmpeg(studio.config.ffmpeg))
    paid = receipt(studio.ledger.quote_usd(gathered.run), studio.calls.of_run(gathered.run))
    about = manifest(gathered.run, job, edit, made, takes, part, record, encoder, paid)
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(studio.blobs.as_file(blob))
            for name, blob in record.media.items()
        }
        sizes = {name: path.stat().st_size for name, path in files.items()}
        run = gathered.run
        crash_point("finish.before_deliver")
        if studio.ledger.is_stopped(run):
            raise Cancelled("the run was stopped, or another one has taken over")
        deliver(studio.config.deliver_to, run.job_id, str(run.generation), files, about)
    crash_point("finish.after_deliver")
    studio.ledger.note_part(part)
    video = Video(
        studio.artefacts.keep_media((canonical(about), ".json")),
        dict(record.media),
        edit.frames,
        round(float(edit.frames / edit.rate), 6),
        sizes,
        about["quality"],
    )
    yield Outcome(gathered.run, Ending.DONE, all_notes(edit, takes), video).to_bytes()


def _task(
    gathered: Gathered, edit: Edit, takes: Takes, job: Job, credits: str, studio: Studio
) -> Task:
    params = finish_params(
        job,
        [part.key for part in takes.parts],
        edit.chunks,
        [scene.cues for scene in edit.scenes],
        credits,
        ffmpeg_version(find_ffmpeg(studio.config.ffmpeg)),
    )
    key = gathered.run.slate.key(Stage.FINISH, params)
    return Task(gathered.run, FINISH_TASK, Stage.FINISH, 1, True, key, gathered.plan, "", params)


def _finished(
    studio: Studio,
    space: Workspace,
    task: Task,
    edit: Edit,
    takes: Takes,
    job: Job,
    started: float,
) -> Record:
    mix = takes.records[MIX_TASK]
    with ExitStack() as stack:
        pieces = [
            Piece(
                stack.enter_context(
                    studio.blobs.as_file(takes.records[chunk.task_id].media["video"])
                ),
                chunk.frames,
            )
            for chunk in edit.chunks
        ]
        sound = stack.enter_context(studio.blobs.as_file(mix.media["sound"]))
        video = join(space, pieces, edit.rate, sound, job.title)
    quality = measure_video(space, video)
    width, height = job.output.size
    loudness = job.output.loudness
    promise = Promise(
        edit.frames,
        width,
        height,
        edit.rate,
        LoudnessTarget(loudness.lufs, loudness.peak_dbtp),
        may_be_quiet=bool(mix.facts["note"]),
    )
    if missed := misses(quality, promise):
        raise QualityMissed("the finished video is not as promised: " + "; ".join(missed))
    first = edit.scenes[0]
    poster = make_poster(space, video, float((first.start + first.end) // 2 / edit.rate))
    cues = [cue for scene in edit.scenes for cue in scene.cues]
    media: dict[str, Any] = {"final.mp4": video, "poster.jpg": poster}
    for kind in job.captions.sidecar:
        text = _sidecar(kind.value, cues, edit.rate)
        media[f"captions.{kind.value}"] = (text.encode(), f".{kind.value}")
    media["credits.txt"] = (task.params["credits"].encode(), ".txt")
    return studio.artefacts.keep(
        Stage.FINISH,
        task.key,
        Origin("aiprod"),
        media,
        {"quality": plain(quality)},
        time.monotonic() - started,
    )


def _sidecar(kind: str, cues: Sequence[Cue], rate: Fraction) -> str:
    write, parse = {"srt": (srt, parse_srt), "vtt": (vtt, parse_vtt)}[kind]
    text = write(cues, rate)
    if parse(text) != captions_of(cues, rate):
        raise QualityMissed(f"captions.{kind} does not read back as what was written into it")
    return text
