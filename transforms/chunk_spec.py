"""From takes and times to the specification of each chunk."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Any

from jobs.bookends import leading
from jobs.camera import CameraPath, CameraView, Motion
from jobs.document import Job
from jobs.scene import Clip, Image, Prompt, Scene, Visual, WhenShort
from jobs.scene import Title as TitleVisual
from media.chunk import Captions, ChunkSpec, Seam, ShotSpec
from media.clip_colours import ClipColours
from media.clips import ClipSpec
from media.cues import Cue, moved
from media.fonts import fingerprint
from media.framing import AUTO, Aim
from media.shot_text import LowerThird, Title
from media.timeline import ChunkRange, Timeline
from transforms.brand_look import (
    caption_style,
    logo_spec,
    lower_third_style,
    quote_style,
    title_style,
)
from transforms.takes import Takes

LOWER_THIRD_S, LOWER_THIRD_AFTER_S = 5.0, 0.4  # how long one is seen, after its scene began
CHARACTERS_A_SECOND = 12.0  # slow readers, who look at a face first
MAX_QUOTE = 160  # characters of a narration that are shown when nothing else would be


def chunk_spec(
    job: Job,
    timeline: Timeline,
    takes: Takes,
    cues: Sequence[Sequence[Cue]],
    chunk: ChunkRange,
    encoder: str,
) -> ChunkSpec:
    """What a chunk looks like, in frames counted from its own start.

    Times are relative, so a chunk stays the same when only scenes before it change.

    Args:
      cues: By scene, captions in frames of the video.
      encoder: Version of FFmpeg.
    """
    width, height = job.output.size
    # The scene before is still seen under the first transition.
    first = chunk.first
    if first > 0 and timeline.scenes[first - 1].transition_frames:
        first -= 1
    numbers = range(first, chunk.last + 1)
    captioned = {n for n in numbers if job.captions.burn_in and cues[n]}
    shots = tuple(_shot(job, timeline, takes, n, chunk.start, captioned) for n in numbers)
    seams = tuple(_seam(timeline, number, chunk.start) for number in numbers[:-1])
    shown = tuple(
        _captions(job, takes, cues[number], number, chunk.start)
        for number in range(chunk.first, chunk.last + 1)
        if number in captioned
    )
    has_text = bool(shown) or any(shot.title or shot.lower_third for shot in shots)
    return ChunkSpec(
        width,
        height,
        (timeline.rate.numerator, timeline.rate.denominator),
        chunk.end - chunk.start,
        job.output.quality.value,
        shots,
        seams,
        shown,
        fingerprint() if has_text else "",
        encoder,
        logo_spec(job, takes),
    )


def _shot(
    job: Job, timeline: Timeline, takes: Takes, number: int, origin: int, captioned: Set[int]
) -> ShotSpec:
    scene = (job.scenes or ())[number]
    time = timeline.scenes[number]
    record = takes.records[f"visual/{number:03}"]
    # An intro moves no camera, nor does it change how it moves in the scenes behind it.
    own_number = number - leading(job.brand)
    shot = ShotSpec(
        kind="still",
        source="",
        first=time.start - origin,
        frames=time.frames,
        motion="explicit" if isinstance(scene.motion, CameraPath) else scene.motion.value,
        scene=own_number % len(AUTO) if scene.motion is Motion.AUTO else 0,
        title=_title(job, takes, scene, is_captioned=number in captioned),
        aims=_aims(scene),
        focus=_focus(scene.visual),
        lower_third=_lower_third(job, timeline, takes, number, is_captioned=number in captioned),
    )
    if "color" in record.facts:
        return replace(
            shot, kind="color", source=record.facts["color"], motion="none", scene=0, aims=None
        )
    if "length_s" in record.facts:
        return replace(
            shot,
            kind="clip",
            source=record.facts["blob"],
            motion="none",
            scene=0,
            aims=None,
            focus=None,
            clip=_clip(scene.visual, record.facts, float(time.frames / timeline.rate)),
        )
    source = record.media.get("picture") or record.facts["blob"]
    fit = scene.visual.fit.value if isinstance(scene.visual, Image) else shot.fit
    return replace(shot, source=source, fit=fit)


def _clip(visual: Visual | None, facts: dict[str, Any], scene_s: float) -> ClipSpec:
    """How a clip is shown; one that was made for a prompt is what was asked for."""
    shown = visual if isinstance(visual, Clip) else None
    is_short = facts["length_s"] < scene_s
    return ClipSpec(
        facts["start_s"],
        facts["length_s"],
        shown.fit.value if shown else ClipSpec.fit,
        bool(shown and is_short and shown.when_short is WhenShort.LOOP),
        ClipColours(**facts.get("colours", {})),  # parts of before this was looked at have none
        _focus(visual),
    )


def _aims(scene: Scene) -> tuple[Aim, Aim] | None:
    if not isinstance(scene.motion, CameraPath):
        return None
    return _aim(scene.motion.start), _aim(scene.motion.end)


def _aim(view: CameraView) -> Aim:
    return Aim(view.zoom, _point(view.focus))


def _focus(visual: Visual | None) -> tuple[float, float] | None:
    return _point(visual.focus) if isinstance(visual, Image | Clip | Prompt) else None


def _point(shares: Sequence[float] | None) -> tuple[float, float] | None:
    return (shares[0], shares[1]) if shares else None


def _captions(job: Job, takes: Takes, cues: Sequence[Cue], number: int, origin: int) -> Captions:
    language = (job.scenes or ())[number].language or job.language
    shifted = tuple(moved(cue, -origin) for cue in cues)
    look = caption_style(job, takes)
    return Captions(shifted, job.captions.style.value, language, look)


def _title(job: Job, takes: Takes, scene: Scene, *, is_captioned: bool) -> Title | None:
    language = scene.language or job.language
    if isinstance(scene.visual, TitleVisual):
        style = job.captions.style.value if is_captioned else ""
        look = title_style(job, takes)
        return Title(scene.visual.text, scene.visual.subtitle, language, style, look)
    if scene.visual is None or isinstance(scene.visual, Prompt):
        # A painted background alone would say nothing: without captions it carries the words.
        words = scene.narration or ""
        if not job.captions.burn_in and 0 < len(words) <= MAX_QUOTE:
            return Title(words, None, language, style=quote_style(job, takes))
    return None


def _lower_third(
    job: Job, timeline: Timeline, takes: Takes, number: int, *, is_captioned: bool
) -> LowerThird | None:
    """It comes when the scene is there, and is gone before the next one comes."""
    scene = (job.scenes or ())[number]
    asked = scene.lower_third
    if asked is None:
        return None
    time, rate = timeline.scenes[number], timeline.rate
    before = timeline.scenes[number - 1].transition_frames if number else 0
    free = time.frames - before - time.transition_frames
    first = before + min(round(LOWER_THIRD_AFTER_S * rate), free // 8)
    least_s = max(
        LOWER_THIRD_S, (len(asked.text) + len(asked.subtitle or "")) / CHARACTERS_A_SECOND
    )
    until = time.frames - time.transition_frames
    style = job.captions.style.value if is_captioned else ""
    return LowerThird(
        asked.text,
        asked.subtitle,
        scene.language or job.language,
        first,
        min(round(least_s * rate), until - first),
        style,
        lower_third_style(job, takes),
    )


def _seam(timeline: Timeline, number: int, origin: int) -> Seam:
    scene = timeline.scenes[number]
    start = timeline.scenes[number + 1].start - origin
    return Seam(scene.transition, start, scene.transition_frames)
