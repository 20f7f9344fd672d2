"""What an editor would object to in a finished video, with its time."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from jobs.camera import CameraPath, Motion
from jobs.document import Job
from jobs.elements import Problem
from jobs.errors import ErrorCode
from jobs.scene import Color, Scene, Title
from media.glimpse import Glimpse, glimpsed
from media.reading import reading_speed
from media.stills import Span
from storage.artefacts import Record
from transforms.edit import Edit
from transforms.renders import MIX_TASK

_MAX_GLYPHS = 20


def findings(job: Job, edit: Edit, rendered: Mapping[str, Record], finish: Record) -> list[Problem]:
    """Everything that was found wanting, in the order in which it would be mended.

    Args:
      rendered: Records of the chunks and the mix, by task id.
      finish: Record of the finished file.
    """
    found = [
        *_glyphs(rendered),
        *_flashes(edit, rendered, finish.facts["quality"]),
        *_stretches(job, edit, finish.facts["quality"]),
        *_blurred(edit, rendered),
        *_collisions(edit, rendered),
        *_captions(job, edit),
    ]
    told = [Problem("finish", ErrorCode.QUALITY_MISSED, message, False) for message in found]
    heard = _sounds(rendered[MIX_TASK].facts)
    return [*told, *(Problem("mix", ErrorCode.QUALITY_MISSED, message, False) for message in heard)]


def _sounds(mix: Mapping[str, Any]) -> Iterator[str]:
    if note := mix["note"]:
        yield note
    for span in mix.get("clipped", ()):
        told = _told(Span(**span))
        yield f"a voice is clipped {told}: it came so, and only a quieter recording would help"
    for span in mix.get("silent", ()):
        yield f"silence {_told(Span(**span))}, where something was to be heard"


def _glyphs(rendered: Mapping[str, Record]) -> Iterator[str]:
    glyphs = sorted({g for one in rendered.values() for g in one.facts.get("missing_glyphs", ())})
    if glyphs:
        named = " ".join(f"{glyph} (U+{ord(glyph[0]):04X})" for glyph in glyphs[:_MAX_GLYPHS])
        yield f"no installed font has {named}: a box stands in the picture; `aiprod doctor` helps"


def _flashes(edit: Edit, rendered: Mapping[str, Record], quality: dict[str, Any]) -> Iterator[str]:
    for start, facts in _chunks(edit, rendered):
        for span in facts.get("softened", ()):
            moved = float(start / edit.rate)
            told = _told(Span(span["start_s"] + moved, span["end_s"] + moved))
            yield f"more than three flashes a second {told}, which were softened"
    for span in quality.get("flashing", ()):
        yield f"more than three flashes a second {_told(Span(**span))}, a hazard to some viewers"


def _stretches(job: Job, edit: Edit, quality: dict[str, Any]) -> Iterator[str]:
    for kind, words in (("black", "a black picture"), ("frozen", "a picture that stands still")):
        for span in (Span(**span) for span in quality[kind]):
            if not _is_meant(job, edit, span):
                yield f"{words} {_told(span)}"


def _is_meant(job: Job, edit: Edit, span: Span) -> bool:
    """Whether every scene that a stretch lies in was to stand still."""
    return all(
        _stands(scene)
        for scene, time in zip(job.scenes or (), edit.scenes, strict=True)
        if span.start_s < float(time.end / edit.rate) and span.end_s > float(time.start / edit.rate)
    )


def _stands(scene: Scene) -> bool:
    if isinstance(scene.motion, CameraPath):
        stays = scene.motion.start == scene.motion.end
    else:
        stays = scene.motion is Motion.NONE
    return stays or isinstance(scene.effective_visual, Color | Title)


def _blurred(edit: Edit, rendered: Mapping[str, Record]) -> Iterator[str]:
    interval = glimpsed(edit.rate)
    frames = [
        start + one.frame
        for start, facts in _chunks(edit, rendered)
        for one in map(Glimpse.of, facts.get("glimpses", ()))
        if one.is_blurred and not _changes(edit, start + one.frame)
    ]
    for first, last in _runs(frames, interval):
        if last - first >= 2 * interval:  # three looks: a second, in whole frames
            yield f"a blurred picture {_told(_seen(edit, first, last, interval))}"


def _collisions(edit: Edit, rendered: Mapping[str, Record]) -> Iterator[str]:
    interval = glimpsed(edit.rate)
    found: dict[tuple[str, str], list[int]] = {}
    for start, facts in _chunks(edit, rendered):
        for one in facts.get("collisions", ()):
            pair = (one["first"], one["second"])
            found.setdefault(pair, []).append(start + one["frame"])
    for (first, second), frames in found.items():
        for begin, end in _runs(frames, interval):
            told = _told(_seen(edit, begin, end, interval))
            yield f"{first} and {second} stand on each other {told}"


def _chunks(edit: Edit, rendered: Mapping[str, Record]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The first frame of each chunk, and what is known of it."""
    start = 0
    for chunk in edit.chunks:
        yield start, rendered[chunk.task_id].facts
        start += chunk.frames


def _runs(frames: Sequence[int], interval: int) -> Iterator[tuple[int, int]]:
    """First and last of frames that follow each other at this interval. Where a chunk begins, two
    may be nearer."""
    first = last = None
    for frame in frames:
        if last is not None and frame > last + interval:
            yield first or 0, last
            first = None
        first, last = frame if first is None else first, frame
    if last is not None:
        yield first or 0, last


def _seen(edit: Edit, first: int, last: int, interval: int) -> Span:
    """Until the next frame that was looked at."""
    end = min(last + interval, edit.frames)
    return Span(float(first / edit.rate), float(end / edit.rate))


def _changes(edit: Edit, frame: int) -> bool:
    """Whether one scene gives way to another in this frame."""
    return sum(scene.start <= frame < scene.end for scene in edit.scenes) > 1


def _captions(job: Job, edit: Edit) -> Iterator[str]:
    for scene, time in zip(job.scenes or (), edit.scenes, strict=True):
        language = scene.language or job.language
        most = reading_speed(language).fastest
        for cue in time.cues:
            cps = cue.characters_per_second(edit.rate, language)
            if cps > most:
                yield (
                    f"a caption at {float(cue.start / edit.rate):.1f} s is read at {cps:.0f} "
                    f"characters a second, {language} at {most:.0f} at most"
                )
    cues = [cue for scene in edit.scenes for cue in scene.cues]
    for before, after in pairwise(cues):
        if after.start < before.end:
            yield f"two captions stand on each other at {float(after.start / edit.rate):.1f} s"


def _told(span: Span) -> str:
    return f"from {span.start_s:.1f} to {span.end_s:.1f} s"
