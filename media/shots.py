"""Shots: where the frames of one scene come from."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jobs.errors import UnsupportedMedia
from media.motion import Motion
from media.pictures import read_picture
from media.planes import Planes, split, yuv_of
from media.resample import Axis, Plane
from media.run import CLIP_FORMATS, Process, Workspace, compiled, fenced_input

# A still is sampled bilinearly from planes this much larger than shown at the nearest zoom.
# Measured against a bicubic rendering of the same view of busy photographs: at 1.0 two thirds of
# the fine contrast are left, at 1.5 all of it, for the same time a frame; larger begins to alias.
# Not 1.5 itself: pans would step by exactly that, and few of their views could be resized.
OVERSAMPLING = 1.53
MAX_FRAME_S = Fraction(1, 2)  # no frame of a clip is shown longer, unless it stands still anyway


class Shot(Protocol):
    """The frames of one scene, asked for in ascending order."""

    def draw(self, frame: int, onto: Planes) -> None:
        """Draws the shot's frame of that number, counted from its own first one."""
        ...


@dataclass(frozen=True)
class ColorShot:
    """One plain colour, `#rrggbb`."""

    color: str

    def draw(self, frame: int, onto: Planes) -> None:  # noqa: ARG002 all frames are alike
        onto.fill(yuv_of(self.color))


@dataclass(frozen=True, eq=False)
class StillShot:
    """A picture that the camera moves over. The planes cover the frame's aspect ratio exactly.

    Attributes:
      y, u, v: The cropped, oversampled picture (`split`).
      frames: Length of the movement, in frames.
    """

    y: Plane
    u: Plane
    v: Plane
    motion: Motion
    frames: int

    @classmethod
    def of(
        cls, picture: NDArray[np.uint8], width: int, height: int, motion: Motion, frames: int
    ) -> "StillShot":
        """Prepares a picture (RGB) for frames of this size: cropped to cover, resized once."""
        scale = motion.nearest * (1.0 if motion.is_still else OVERSAMPLING)
        target = _even(width * scale), _even(height * scale)
        sized = _resized(_cover(picture, width / height), target)
        step = max(target[0] / width, target[1] / height)
        y, u, v = (Plane.of(plane, step) for plane in split(sized))
        return cls(y, u, v, motion, frames)

    def draw(self, frame: int, onto: Planes) -> None:
        view = self.motion.at(frame / max(self.frames - 1, 1))
        height, width = self.y.shape
        step_x = width / view.zoom / onto.width
        step_y = height / view.zoom / onto.height
        left = _inside(view.x, view.zoom) * width - step_x * onto.width / 2
        top = _inside(view.y, view.zoom) * height - step_y * onto.height / 2
        # A pixel's centre is half a pixel inside. Output chroma is sited on the left luma column
        # (a quarter of its own width from its edge); source chroma in the middle of its block.
        self.y.sample(
            Axis(left + 0.5 * step_x - 0.5, step_x), Axis(top + 0.5 * step_y - 0.5, step_y), onto.y
        )
        across = Axis((left + 0.5 * step_x) / 2 - 0.5, step_x)
        down = Axis((top + step_y) / 2 - 0.5, step_y)
        self.u.sample(across, down, onto.u)
        self.v.sample(across, down, onto.v)


class ClipShot:
    """Frames read from a running FFmpeg; after the clip's end its last frame is held."""

    def __init__(self, process: Process, width: int, height: int, first: int) -> None:
        self._process = process
        self._held = Planes.blank(width, height)
        self._spare = Planes.blank(width, height)
        self._next = first
        self._has_frame = False
        self._ended = False

    def draw(self, frame: int, onto: Planes) -> None:
        while self._next <= frame and not self._ended:
            self._read()
        onto.data[:] = self._held.data

    def _read(self) -> None:
        view = memoryview(self._spare.data.reshape(-1).data)
        got = 0
        while got < len(view):
            block = self._process.stdout.read(len(view) - got)
            if not block:
                self._end()
                return
            view[got : got + len(block)] = block
            got += len(block)
        self._held, self._spare = self._spare, self._held
        self._has_frame = True
        self._next += 1

    def _end(self) -> None:
        # A decoder that died looks like the end of the clip: finish() tells them apart.
        self._process.finish()
        self._ended = True
        if not self._has_frame:
            raise UnsupportedMedia("the clip shows no picture where the scene begins")


@contextmanager
def open_clip(
    space: Workspace,
    path: Path,
    *,
    size: tuple[int, int],
    frame_rate: Fraction,
    start_s: float,
    duration_s: float,
    first: int,
) -> Iterator[ClipShot]:
    """Opens a clip as a shot: cropped to cover the frame, at the video's frame rate.

    Args:
      start_s: Where in the file the shot begins.
      duration_s: How much of the file may be used; what lies behind is not shown.
      first: The first frame of the shot that will be asked for; earlier ones are skipped.

    Raises:
      UnsupportedMedia, ToolFailed: While drawing, when the file cannot be decoded.
    """
    # A little early: a shot that is entered behind the clip's end still meets its last frame.
    last = math.floor(Fraction(duration_s) * frame_rate)
    entered = max(0, min(first, last) - math.ceil(frame_rate * MAX_FRAME_S))
    skipped_s = float(entered / frame_rate)
    graph = clip_graph(path, size, frame_rate, start_s + skipped_s, duration_s - skipped_s)
    arguments = compiled(graph, "error")
    with Process(space, arguments, feeding=False, reading=True) as process:
        yield ClipShot(process, *size, entered)


def clip_graph(
    path: Path, size: tuple[int, int], frame_rate: Fraction, start_s: float, duration_s: float
) -> Any:
    """FFmpeg graph that decodes part of a clip to raw frames on stdout."""
    width, height = size
    video = (
        fenced_input(path, CLIP_FORMATS, ss=f"{start_s:.6f}", t=f"{duration_s:.6f}")
        .video.filter("fps", fps=f"{frame_rate.numerator}/{frame_rate.denominator}")
        .filter("scale", w="iw*sar", h="ih")  # square pixels first, or the picture is squeezed
        .filter(
            "scale",
            w=width,
            h=height,
            force_original_aspect_ratio="increase",
            force_divisible_by=2,
            out_color_matrix="bt709",
            out_range="tv",
            flags="bicubic+accurate_rnd",
        )
        .filter("crop", width, height)
        .filter("setsar", 1)
    )
    return video.output("pipe:1", format="rawvideo", pix_fmt="yuv420p", map_metadata=-1)


def open_still(path: Path, width: int, height: int, motion: Motion, frames: int) -> StillShot:
    """Reads a picture file as a shot. Raises `UnsupportedMedia`."""
    return StillShot.of(read_picture(path), width, height, motion, frames)


def _cover(picture: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    if min(height, width) < 1:
        raise UnsupportedMedia("a picture without pixels")
    if width / height > aspect:
        keep = max(1, round(height * aspect))
        left = (width - keep) // 2
        return picture[:, left : left + keep]
    keep = max(1, round(width / aspect))
    top = (height - keep) // 2
    return picture[top : top + keep]


def _resized(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    if size[0] < picture.shape[1]:
        # Pillow widens its kernel when it shrinks: as sharp as bicubic can be without aliasing.
        smaller = Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC)
        return np.asarray(smaller)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _inside(centre: float, zoom: float) -> float:
    half = 0.5 / zoom
    return min(max(centre, half), 1 - half)


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)
