"""Shots: where the frames of one scene come from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jobs.errors import UnsupportedMedia
from media.motion import Motion
from media.pictures import read_picture
from media.planes import Planes, split, yuv_of
from media.resample import Axis, Plane

# A still is sampled bilinearly from planes this much larger than shown at the nearest zoom.
# Measured against a bicubic rendering of the same view of busy photographs: at 1.0 two thirds of
# the fine contrast are left, at 1.5 all of it, for the same time a frame; larger begins to alias.
# Not 1.5 itself: pans would step by exactly that, and few of their views could be resized.
OVERSAMPLING = 1.53


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
