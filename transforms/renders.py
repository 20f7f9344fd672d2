"""What is to be rendered of a video, once it is known what was made for it: no Beam, no FFmpeg.

The graph makes its tasks of this, and `aiprod plan` looks for what they would make.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

from jobs.bookends import clip_s, scene_place
from jobs.document import Job
from jobs.elements import Problem
from jobs.errors import ErrorCode
from jobs.scene import Scene
from jobs.wire import plain
from jobs.words import Word
from media.chapters import Chapter
from media.chunk import ChunkSpec
from media.cues import GAP_FRAMES, Cue, closed_gap, cut_cues, moved
from media.fonts import OwnFont
from media.lettering import CaptionLook, measure
from media.timeline import SceneLength, Timeline, cut_chunks, lay_out
from transforms.chunk_spec import chunk_spec
from transforms.edit import EditChunk
from transforms.mix_spec import MixSpec, mix_spec
from transforms.takes import Takes

MIX_TASK, FINISH_TASK = "mix/000", "finish/000"


@dataclass(frozen=True)
class Renders:
    """Everything that is rendered of one video.

    Attributes:
      cues: By scene, its captions in frames of the video.
      chunks, specs: The chunks in order, and what each of them looks like.
      unplaced: Effects that are left out of the mix, and why; times that are estimated.
    """

    cues: tuple[tuple[Cue, ...], ...]
    chunks: tuple[EditChunk, ...]
    specs: tuple[ChunkSpec, ...]
    mix: MixSpec
    unplaced: tuple[Problem, ...]


def timeline_of(job: Job, takes: Takes) -> Timeline:
    """The scenes of a job in time, by what was spoken."""
    lengths = [_length(takes, scene, index) for index, scene in enumerate(job.scenes or ())]
    return lay_out(lengths, job.output.frame_rate)


def renders_of(
    job: Job,
    timeline: Timeline,
    takes: Takes,
    encoder: str,
    check_cancelled: Callable[[], None],
    own: OwnFont | None = None,
) -> Renders:
    """Places captions, music and effects in time and cuts the video into chunks.

    Args:
      encoder: Version of FFmpeg.
      check_cancelled: Called for every scene; what it raises ends the work.
      own: The brand's font of captions.

    Raises:
      ToolMissing: There is no font on this machine.
    """
    words = [_words(takes, index) for index in range(len(timeline.scenes))]
    cues = _closed(timeline, takes, [*_cues(job, timeline, takes, words, own, check_cancelled)])
    chunks, specs = [], []
    for number, chunk in enumerate(cut_chunks(timeline)):
        spec = chunk_spec(job, timeline, takes, cues, chunk, encoder)
        chunks.append(EditChunk(f"render/{number:04}", chunk.first, chunk.last, spec.frames))
        specs.append(spec)
    mix, unplaced = mix_spec(job, timeline, takes, words, encoder)
    return Renders(cues, tuple(chunks), tuple(specs), mix, (*_estimated(job, takes), *unplaced))


def render_params(spec: str) -> dict[str, Any]:
    """What decides about a chunk or a mix: the blob name of its specification."""
    return {"spec": spec}


def finish_params(
    job: Job,
    keys: Sequence[str],
    chunks: Sequence[EditChunk],
    cues: Sequence[Sequence[Cue]],
    chapters: Sequence[Chapter],
    credits: str,
    encoder: str,
) -> dict[str, Any]:
    """What decides about the finished files.

    Args:
      keys: Of the mix and the chunks, in the order of their task ids.
      credits: What credits.txt says.
    """
    return {
        "parts": list(keys),
        "frames": [chunk.frames for chunk in chunks],
        "cues": [[plain(cue) for cue in scene] for scene in cues],
        "sidecar": sorted(kind.value for kind in job.captions.sidecar),
        "soft": job.captions.soft,
        "chapters": [plain(chapter) for chapter in chapters],
        "title": job.title,
        "credits": credits,
        "encoder": encoder,
    }


def _words(takes: Takes, index: int) -> tuple[Word, ...]:
    facts = takes.facts(f"voice/{index:03}")
    return tuple(Word(**word) for word in facts["words"]) if facts else ()


def _length(takes: Takes, scene: Scene, index: int) -> SceneLength:
    facts = takes.facts(f"voice/{index:03}")
    return SceneLength(
        speech_samples=facts["samples"] if facts else 0,
        wanted_s=_wanted_s(takes, scene, index),
        transition=scene.transition.type.value if scene.transition else "cut",
        transition_s=scene.transition.duration_s if scene.transition else 0.0,
    )


def _wanted_s(takes: Takes, scene: Scene, index: int) -> float | None:
    if scene.duration_s is None and not scene.is_spoken:  # a clip of the brand kit
        return clip_s(takes.facts(f"visual/{index:03}"))
    return scene.duration_s


def _cues(
    job: Job,
    timeline: Timeline,
    takes: Takes,
    words: Sequence[tuple[Word, ...]],
    own: OwnFont | None,
    check_cancelled: Callable[[], None],
) -> Iterator[tuple[Cue, ...]]:
    width, height = job.output.size
    for index, (scene, time) in enumerate(zip(job.scenes or (), timeline.scenes, strict=True)):
        check_cancelled()
        text = takes.text(index, scene.narration)
        if not text or not words[index]:
            yield ()
            continue
        following = timeline.scenes[index + 1 : index + 2]
        until = following[0].start if following else timeline.frames
        look = CaptionLook(
            job.captions.style.value, width, height, scene.language or job.language, own=own
        )
        facts = takes.facts(f"voice/{index:03}") or {}
        parts = _parted(text, words[index], facts.get("breaks") or (0,))
        cut = _cut_parts(parts, timeline.rate, until - time.speech_start, look)
        yield tuple(moved(cue, time.speech_start) for cue in cut)


def _closed(
    timeline: Timeline, takes: Takes, scenes: list[tuple[Cue, ...]]
) -> tuple[tuple[Cue, ...], ...]:
    """Captions by scene, without gaps between scenes that flicker; those that the user has timed
    begin when they were told to."""
    for index in range(1, len(scenes)):
        before, after = scenes[index - 1], scenes[index]
        is_timed = bool((takes.facts(f"voice/{index:03}") or {}).get("breaks"))
        if before and after and not is_timed:
            boundary = timeline.scenes[index].start
            last, first = closed_gap(before[-1], after[0], boundary, timeline.rate)
            scenes[index - 1], scenes[index] = (*before[:-1], last), (first, *after[1:])
    return tuple(scenes)


def _estimated(job: Job, takes: Takes) -> Iterator[Problem]:
    for index in range(len(job.scenes or ())):
        facts = takes.facts(f"voice/{index:03}") or {}
        if facts.get("is_estimated"):
            place = scene_place(job.brand, len(job.scenes or ()), index)
            yield Problem(
                "voice",
                ErrorCode.QUALITY_MISSED,
                f"{place}.narration_audio: when its words are spoken is estimated; "
                "words or captions would tell",
                False,
            )


_Part = tuple[str, tuple[Word, ...]]


def _parted(text: str, words: tuple[Word, ...], breaks: Sequence[int]) -> list[_Part]:
    """A text cut where the captions of the user's begin, each with its words."""
    if len(breaks) == 1:
        return [(text, words)]
    parts = []
    for first, last in pairwise([*breaks, len(text) + 1]):
        own = tuple(replace(word, at=word.at - first) for word in words if first <= word.at < last)
        parts.append((text[first : last - 1], own))
    return parts


def _cut_parts(
    parts: Sequence[_Part], rate: Fraction, until: int, look: CaptionLook
) -> Iterator[Cue]:
    """Captions of each part, which end when the next part begins."""
    for (text, words), following in zip(parts, [*parts[1:], None], strict=True):
        limit = until
        if following:
            begins, follows = (
                round(Fraction(one.start_s) * rate) for one in (words[-1], following[1][0])
            )
            limit = min(until, max(follows - GAP_FRAMES, begins + 1))
        yield from _cut(text, words, rate, limit, look)


# A plan lays the same job out again and again, with one difference each time; of an hour's video
# all captions fit, in about 10 MB.
@lru_cache(maxsize=1024)
def _cut(
    narration: str, words: tuple[Word, ...], rate: Fraction, until: int, look: CaptionLook
) -> tuple[Cue, ...]:
    """Captions of a narration, in frames from its start."""
    return cut_cues(
        narration,
        words,
        first_frame=0,
        frame_rate=rate,
        until=until,
        language=look.language,
        fits=partial(_fits, look),
    )


def _fits(look: CaptionLook, line: str) -> bool:
    return measure(look, [line])[0] <= look.text_width
