"""The finished files of one variant of a job; a job without variants is its own only one."""

import logging
import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

from jobs.document import Job
from jobs.elements import Ending, Gathered, Outcome, Part, PartStatus, Task
from jobs.errors import QualityMissed
from jobs.stages import Stage
from jobs.wire import plain
from media.chapters import Chapter
from media.clear import clear_stretches
from media.cues import Cue
from media.gate import Master, Promise, measure_video, misses
from media.glimpse import Glimpse
from media.join import Extras, Piece, join
from media.loudness import Loudness
from media.master import LoudnessTarget
from media.poster import make_poster, poster_frame
from media.run import Workspace
from media.sidecar import captions_of, parse_srt, parse_vtt, srt, vtt
from media.stills import Stills
from storage.artefacts import Origin, Record, is_intact
from transforms.credits import credits_text
from transforms.edit import Edit
from transforms.findings import findings
from transforms.formats import chapters_in
from transforms.job_step import RunEnded
from transforms.renders import FINISH_TASK, MIX_TASK, finish_params
from transforms.studio import Studio
from transforms.takes import Takes

LOG = logging.getLogger(__name__)
STEMS = ("voice", "effects", "music")  # as the mix calls them


@dataclass(frozen=True)
class Cut:
    """One variant, whole but for its finish.

    Attributes:
      takes: What was rendered of it, by its own task ids.
      made: Records of what was generated for it, by its own task ids.
    """

    job: Job
    edit: Edit
    takes: Takes
    made: dict[str, Record]

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        return chapters_in(self.job, [scene.start for scene in self.edit.scenes], self.edit.frames)


@dataclass(frozen=True)
class MadeFormat:
    """A format of a variant that is there: the part that this was, and its files."""

    part: Part
    record: Record


@dataclass(frozen=True)
class Finished:
    """A variant that is finished: the part that this was, its files, and what is made of them."""

    cut: Cut
    part: Part
    record: Record
    formats: tuple[MadeFormat, ...] = ()


def finish_task(gathered: Gathered, cut: Cut, encoder: str) -> Task:
    """What is to be done about one variant, with the id that it has without others."""
    params = finish_params(
        cut.job,
        [part.key for part in cut.takes.parts],
        cut.edit.chunks,
        [scene.cues for scene in cut.edit.scenes],
        cut.chapters,
        credits_text(cut.job, cut.made),
        encoder,
    )
    key = gathered.run.slate.key(Stage.FINISH, params)
    return Task(gathered.run, FINISH_TASK, Stage.FINISH, 1, True, key, gathered.plan, "", params)


def finish_cut(cut: Cut, task: Task, studio: Studio) -> Finished:
    """Joins and measures a variant, or finds it finished.

    Raises:
      QualityMissed: The file is not what was promised, or the job is strict and something was
        found wanting.
      RunEnded: What it is made of was damaged, and has to be rendered again.
    """
    started = time.monotonic()
    record = studio.artefacts.find(Stage.FINISH, task.key)
    status = PartStatus.CACHED if record else PartStatus.DONE
    if record is None:
        with studio.space(task.run) as space:
            record = _finished(studio, space, task, cut, started)
    if cut.job.output.strict:
        _refuse(cut, record)
    seconds = round(time.monotonic() - started, 3)
    part = Part(task.run, task.task_id, task.stage, 1, True, task.key, task.plan, status, seconds)
    return Finished(cut, part, record)


def _refuse(cut: Cut, record: Record) -> None:
    if found := findings(cut.job, cut.edit, cut.takes.records, record):
        name = f" {cut.edit.variant}" if cut.edit.variant else ""
        told = "; ".join(one.message for one in found)
        raise QualityMissed(f"the finished video{name} is not faultless (output.strict): {told}")


def _finished(studio: Studio, space: Workspace, task: Task, cut: Cut, started: float) -> Record:
    edit, job = cut.edit, cut.job
    mix = cut.takes.records[MIX_TASK]
    seen = [Stills.of(cut.takes.records[chunk.task_id].facts["stills"]) for chunk in edit.chunks]
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor())
        pieces = [
            Piece(
                stack.enter_context(
                    studio.blobs.as_file(cut.takes.records[chunk.task_id].media["video"])
                ),
                chunk.frames,
            )
            for chunk in edit.chunks
        ]
        sound = stack.enter_context(studio.blobs.as_file(mix.media["sound"]))
        files = dict(zip(_rendered(cut), (sound, *(piece.path for piece in pieces)), strict=True))
        _check_intact(files, task, studio)
        drawing = pool.submit(_poster, space, pieces, cut)
        video = join(space, pieces, edit.rate, sound, _extras(cut))
        quality = measure_video(space, video, seen, Master(sound, _loudness(mix)))
        poster = drawing.result()
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
        name = f" {edit.variant}" if edit.variant else ""
        raise QualityMissed(f"the finished video{name} is not as promised: " + "; ".join(missed))
    cues = [cue for scene in edit.scenes for cue in scene.cues]
    media: dict[str, Any] = {"final.mp4": video, "poster.jpg": poster}
    for kind in job.captions.sidecar:
        text = _sidecar(kind.value, cues, edit.rate)
        media[f"captions.{kind.value}"] = (text.encode(), f".{kind.value}")
    media |= {f"stems/{stem}.wav": mix.media[stem] for stem in STEMS if stem in mix.media}
    media["credits.txt"] = (task.params["credits"].encode(), ".txt")
    return studio.artefacts.keep(
        Stage.FINISH,
        task.key,
        Origin("aiprod"),
        media,
        {"quality": plain(quality)},
        time.monotonic() - started,
    )


def _rendered(cut: Cut) -> tuple[str, ...]:
    """Blob names of what a video is joined of: the mix and the chunks in order."""
    records = cut.takes.records
    chunks = (records[chunk.task_id].media["video"] for chunk in cut.edit.chunks)
    return records[MIX_TASK].media["sound"], *chunks


def _check_intact(files: Mapping[str, Path], task: Task, studio: Studio) -> None:
    """Stream copy would deliver whatever a disk has made of a file.

    Raises:
      RunEnded: One is not what was rendered. It is gone now; the run comes again and renders it.
    """
    with ThreadPoolExecutor() as pool:
        intact = list(pool.map(is_intact, files.values(), files))
    damaged = [name for name, is_whole in zip(files, intact, strict=True) if not is_whole]
    if damaged:
        LOG.error("of job %s, artefacts are damaged: %s", task.run.job_id, ", ".join(damaged[:5]))
        for name in damaged:
            studio.artefacts.discard_media(name)
        raise RunEnded(Outcome(task.run, Ending.INCOMPLETE))


def _loudness(mix: Record) -> Loudness:
    return Loudness(mix.facts["lufs"], mix.facts["peak_dbtp"], mix.facts["lra"])


def _extras(cut: Cut) -> Extras:
    """What final.mp4 has beside picture and sound."""
    job, edit = cut.job, cut.edit
    cues = [cue for scene in edit.scenes for cue in scene.cues]
    text = vtt(cues, edit.rate) if job.captions.soft and cues else ""
    return Extras(job.title, cut.chapters, text, job.language)


def _poster(space: Workspace, pieces: Sequence[Piece], cut: Cut) -> Path:
    edit = cut.edit
    clear = clear_stretches([(scene.start, scene.end) for scene in edit.scenes], edit.rate)
    frame = poster_frame(_glimpses(cut), edit.rate, clear, edit.frames)
    firsts = list(accumulate((piece.frames for piece in pieces), initial=0))
    number = bisect_right(firsts, frame) - 1
    # A little early: a time that was rounded up would mean the next frame.
    at_s = float((frame - firsts[number] - Fraction(1, 4)) / edit.rate)
    return make_poster(space, pieces[number].path, max(0.0, at_s))


def _glimpses(cut: Cut) -> list[Glimpse]:
    """What was seen of the video's frames while its chunks were drawn."""
    found, first = list[Glimpse](), 0
    for chunk in cut.edit.chunks:
        seen = map(Glimpse.of, cut.takes.records[chunk.task_id].facts["glimpses"])
        found += [replace(one, frame=first + one.frame) for one in seen]
        first += chunk.frames
    return found


def _sidecar(kind: str, cues: Sequence[Cue], rate: Fraction) -> str:
    write, parse = {"srt": (srt, parse_srt), "vtt": (vtt, parse_vtt)}[kind]
    text = write(cues, rate)
    if parse(text) != captions_of(cues, rate):
        raise QualityMissed(f"captions.{kind} does not read back as what was written into it")
    return text
