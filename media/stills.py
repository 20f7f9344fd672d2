"""Stretches of black, of still picture and of flashes: of a chunk, and of chunks that were joined.

The frames of a chunk are looked at on their way to the encoder. What is seen of a joined video
follows from that: only where one chunk ends with a still picture and the next begins with one, it
is looked at again.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

MIN_BLACK_S, MIN_FREEZE_S = 0.5, 2.0
# At an edge of a chunk shorter ones count, too: they may go on in the next. Every black frame is
# marked; a picture has to stand for a while before that shows.
MIN_EDGE_S = 0.1
# Flashes are told from changes by FFmpeg's photosensitivity filter, whose badness adds up how much
# eight by eight fields of the picture change within 30 frames, so that it has to see as many a
# second of every video. Measured on a whole picture between black and white: 9 to 12 at two to
# three flashes a second, the most that WCAG 2.3.1 allows, 14 at four and 17 at five; 3 at most in
# videos with cuts and crossfades.
MAX_BADNESS = 13.0
_FLASH_FPS = 30
_FLASH_WIDTH = 96
_LOOK_S = 0.3  # to either side of a joint: several frames that others refer to
_MARKS, _FLASHES = "marks.txt", "flashes.txt"
# Marks of the detectors: `lavfi.black_start=3.1`, `lavfi.freezedetect.freeze_end=7.5`.
_BLACK = re.compile(r"^lavfi\.black_(start|end)=(\d+(?:\.\d+)?)$", re.M)
_BADNESS = re.compile(
    r"^frame:\d+ +pts:\d+ +pts_time:(\d+(?:\.\d+)?)$(?:\n^lavfi.*$)*?"
    r"\n^lavfi\.photosensitivity\.badness=(\d+\.\d+)$",
    re.M,
)
_FREEZE = re.compile(r"^lavfi\.freezedetect\.freeze_(start|end)=(\d+(?:\.\d+)?)$", re.M)


@dataclass(frozen=True)
class Span:
    """A stretch of the video, in seconds."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True)
class Stills:
    """Stretches of black (0.5 s and longer) and of still picture (2 s and longer) of a video; of a
    chunk also shorter ones at its edges.

    Attributes:
      length_s: Of the video.
      flashing: Where it may harm people with photosensitive epilepsy.
    """

    length_s: float
    black: tuple[Span, ...]
    frozen: tuple[Span, ...]
    flashing: tuple[Span, ...] = ()

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Stills":
        """Reads what `plain` made of one."""
        black, frozen, flashing = (
            tuple(Span(**span) for span in facts[kind]) for kind in ("black", "frozen", "flashing")
        )
        return cls(facts["length_s"], black, frozen, flashing)


def watched(picture: Any) -> Any:
    """An output of an FFmpeg graph that writes marks of the stretches in a picture into the
    private folder, for `stills_of`: a fifteenth of what encoding a frame takes.
    """
    marked = (
        picture.filter("scale", 320, -2, flags="fast_bilinear")
        .filter("blackdetect", d=MIN_BLACK_S, pix_th=0.02, pic_th=0.995)
        .filter("freezedetect", n=0.0003, d=MIN_EDGE_S)
        # Into files: a log would be cut for long videos.
        .filter("metadata", "print", file=_MARKS)
        .filter("scale", _FLASH_WIDTH, -2, flags="fast_bilinear")
        .filter("fps", _FLASH_FPS)
        .filter("photosensitivity", bypass=1)
        .filter("metadata", "print", file=_FLASHES)
    )
    return ffmpeg.output(marked, "pipe:1", format="null", fps_mode="passthrough")


def stills_of(space: Workspace, length_s: float) -> Stills:
    """What the marks say that the last FFmpeg in this folder wrote about a chunk."""
    length_s = round(length_s, 6)
    black, frozen = _marked(space, length_s)
    return Stills(
        length_s,
        tuple(_counting(black, length_s, MIN_BLACK_S)),
        tuple(_counting(frozen, length_s, MIN_FREEZE_S)),
        tuple(_flashing((space.folder / _FLASHES).read_text(encoding="utf-8"))),
    )


def calmed(picture: Any) -> Any:
    """A picture whose flashes are softened until they are no hazard, and otherwise as it is."""
    return picture.filter("photosensitivity")


def joined_stills(chunks: Sequence[Stills], is_held: Callable[[float], bool]) -> Stills:
    """What is seen of chunks that follow each other.

    Args:
      is_held: Whether the picture at the joint at this time, in seconds, is that of before. Asked
        where it decides about a stretch.
    """
    black, frozen, flashing, at_s = list[Span](), list[Span](), list[Span](), 0.0
    for chunk in chunks:
        black = _joined(black, chunk.black, at_s, MIN_BLACK_S, lambda _at: True)
        frozen = _joined(frozen, chunk.frozen, at_s, MIN_FREEZE_S, is_held)
        flashing = _joined(flashing, chunk.flashing, at_s, 0.0, lambda _at: True)
        at_s = round(at_s + chunk.length_s, 6)
    return Stills(
        at_s,
        tuple(span for span in black if span.length_s >= MIN_BLACK_S),
        tuple(span for span in frozen if span.length_s >= MIN_FREEZE_S),
        tuple(flashing),
    )


def holds(space: Workspace, video: Path, at_s: float) -> bool:
    """Whether the picture stands still over this time in a video.

    Raises:
      ToolFailed: A picture cannot be decoded.
    """
    part = {"ss": f"{at_s - _LOOK_S:.6f}", "t": f"{2 * _LOOK_S}"}
    # Pictures that others refer to: a third of the work finds the same.
    picture = fenced_input(video, CLIP_FORMATS, skip_frame="noref", skip_loop_filter="all", **part)
    # -xerror: a damaged picture is a failure, not a stretch of something else.
    space.run(["-xerror", *compiled(watched(picture.video), "error")], capture=True)
    _, frozen = _marked(space, 2 * _LOOK_S)
    return any(span.start_s < _LOOK_S - 0.01 and span.end_s > _LOOK_S + 0.01 for span in frozen)


def _joined(
    before: list[Span],
    chunk: Sequence[Span],
    at_s: float,
    least_s: float,
    is_held: Callable[[float], bool],
) -> list[Span]:
    moved = [Span(round(at_s + one.start_s, 6), round(at_s + one.end_s, 6)) for one in chunk]
    if before and moved and before[-1].end_s == at_s == moved[0].start_s:
        whole = Span(before[-1].start_s, moved[0].end_s)
        if whole.length_s >= least_s and is_held(at_s):
            return [*before[:-1], whole, *moved[1:]]
    return [*before, *moved]


def _counting(spans: Sequence[Span], length_s: float, least_s: float) -> Iterator[Span]:
    for span in spans:
        if span.length_s >= least_s or span.start_s == 0.0 or span.end_s == length_s:
            yield span


def _flashing(marks: str) -> Iterator[Span]:
    """Seconds before frames whose badness is too high, joined where they meet."""
    start = end = None
    for at, badness in _BADNESS.findall(marks):
        if float(badness) <= MAX_BADNESS:
            continue
        since = max(0.0, round(float(at) - 1.0, 6))
        if end is not None and since > end:
            yield Span(start or 0.0, end)
            start = None
        start, end = since if start is None else start, float(at)
    if end is not None:
        yield Span(start or 0.0, end)


def _marked(space: Workspace, length_s: float) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    marks = (space.folder / _MARKS).read_text(encoding="utf-8")
    return tuple(_spans(_BLACK.findall(marks), length_s)), tuple(
        _spans(_FREEZE.findall(marks), length_s)
    )


def _spans(marks: Sequence[tuple[str, str]], length_s: float) -> Iterator[Span]:
    start = None
    for kind, at in marks:
        if kind == "start":
            start = float(at)
        elif start is not None:
            yield Span(start, float(at))
            start = None
    if start is not None:
        yield Span(start, length_s)
