"""The picture that stands for the video: a sharp one near its beginning."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from media.run import CLIP_FORMATS, Workspace, compiled, fenced_input

SEARCHED_S = 60  # further on, pictures tell more of the end than a poster should
LOOK_WIDTH = 480  # pixels of what is looked at: fine enough to tell blur, small enough for a minute
ABOVE_CAPTIONS = 0.6  # of the height: letters are sharp whatever is behind them
SHARP_ENOUGH = 0.5  # of the sharpest: then the earlier one is taken. Blur leaves less
DARK, FLAT = 32.0, 6.0  # mean and deviation of luma (16 to 235) below which nothing is to be seen
_AT = re.compile(r"pts_time:([0-9.]+)")


@dataclass(frozen=True)
class Candidate:
    """A frame that was looked at.

    Attributes:
      sharpness: Variance of the Laplacian of its luma.
      is_visible: Whether it is neither dark nor of one colour.
    """

    frame: int
    sharpness: float
    is_visible: bool


def poster_frame(
    space: Workspace,
    video: Path,
    size: tuple[int, int],
    rate: Fraction,
    clear: Sequence[tuple[int, int]],
    frames: int,
) -> int:
    """Which frame to show: looks at the frames of the first minute that stand for themselves.

    Those are decoded alone, a fiftieth of the work, and none is made of others: they are the
    sharpest around.

    Args:
      clear: As `media.clear` finds them.
      frames: Length of the video.
    """
    candidates = [
        one
        for one in _candidates(space, video, size, rate)
        if any(start <= one.frame < end for start, end in clear)
    ]
    middles = [(start + end) // 2 for start, end in clear] or [frames // 2]
    return chosen(candidates, middles[0])


def chosen(candidates: Sequence[Candidate], otherwise: int) -> int:
    """The first that is about as sharp as the sharpest; `otherwise` when nothing is to be seen."""
    seen = [one for one in candidates if one.is_visible]
    if not seen:
        return otherwise
    least = SHARP_ENOUGH * max(one.sharpness for one in seen)
    return next(one.frame for one in seen if one.sharpness >= least)


def _candidates(
    space: Workspace, video: Path, size: tuple[int, int], rate: Fraction
) -> list[Candidate]:
    width = min(LOOK_WIDTH, size[0])
    height = max(2, round(size[1] * width / size[0]))
    looked = space.run(compiled(_look(video, width, height), "error"), capture=True).stdout
    marks = (space.folder / "frames.txt").read_text(encoding="utf-8")
    pictures = np.frombuffer(looked, np.uint8).reshape(-1, height, width)
    found = []
    for at, picture in zip(_AT.findall(marks), pictures, strict=True):
        part = picture[: max(2, round(height * ABOVE_CAPTIONS))]
        is_visible = bool(part.mean() >= DARK and part.std() >= FLAT)
        sharpness = float(cv2.Laplacian(part, cv2.CV_64F).var())
        found.append(Candidate(round(Fraction(at) * rate), sharpness, is_visible))
    return found


def _look(video: Path, width: int, height: int) -> Any:
    """FFmpeg graph: luma of the frames that stand for themselves, and their times in frames.txt."""
    picture = (
        fenced_input(video, CLIP_FORMATS, skip_frame="nokey", t=SEARCHED_S)
        .video.filter("scale", width, height, flags="area")
        .filter("signalstats")  # `metadata` tells of frames about which there is something to tell
        .filter("metadata", "print", key="lavfi.signalstats.YAVG", file="frames.txt")
        .filter("format", "gray")
    )
    return picture.output(
        "pipe:1", format="rawvideo", pix_fmt="gray", color_range="tv", fps_mode="passthrough"
    )


def make_poster(space: Workspace, video: Path, at_s: float) -> Path:
    """Writes poster.jpg, the frame shown at that time, into the work folder."""
    space.run(compiled(poster_graph(video, at_s), "error"))
    return space.folder / "poster.jpg"


def poster_graph(video: Path, at_s: float) -> Any:
    """FFmpeg graph: one frame as a JPEG of high quality, in full range as JPEG has it."""
    frame = fenced_input(video, CLIP_FORMATS, ss=f"{at_s:.6f}").video.filter(
        "scale", in_color_matrix="bt709", out_color_matrix="bt601", out_range="pc"
    )
    return frame.output(
        "poster.jpg",
        **{"frames:v": 1, "q:v": 2, "update": 1},
        format="image2",
        pix_fmt="yuvj420p",
        fflags="+bitexact",
        map_metadata=-1,
        **{"flags:v": "+bitexact"},
    )
