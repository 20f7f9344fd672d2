"""Drawn text as small pictures with transparency, and what lies behind it: shadows and boxes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Rgba = NDArray[np.uint8]
Light = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sprite:
    """A picture to lay over a frame.

    Attributes:
      x, y: Place of its top left corner in the frame, even.
      rgba: uint8, shape (height, width, 4), sides even, premultiplied by coverage.
    """

    x: int
    y: int
    rgba: Rgba

    def __post_init__(self) -> None:
        # Chroma has half the resolution: a sprite begins and ends between chroma samples.
        if any(value % 2 for value in (self.x, self.y, *self.rgba.shape[:2])):
            raise ValueError(
                f"a sprite at {self.x}, {self.y} of shape {self.rgba.shape} is not even"
            )


@dataclass(frozen=True)
class Area:
    """A part of a picture: columns `left` to `right`, rows `top` to `bottom`, exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def grown(self, margin: int, width: int, height: int) -> "Area":
        """Larger by a margin on each side and then to even numbers, within a picture's size."""
        return Area(
            max(0, self.left - margin) // 2 * 2,
            max(0, self.top - margin) // 2 * 2,
            min(width, (self.right + margin + 1) // 2 * 2),
            min(height, (self.bottom + margin + 1) // 2 * 2),
        )

    def joined(self, other: "Area") -> "Area":
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def meets(self, other: "Area") -> bool:
        """Whether they have a pixel in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def common(self, other: "Area") -> "Area":
        """The part that both have, which is there when they meet."""
        return Area(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def moved(self, x: int, y: int) -> "Area":
        return Area(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def of(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return picture[self.top : self.bottom, self.left : self.right]


def inked_area(page: NDArray[np.uint8]) -> Area | None:
    """The smallest area of a page (RGB) that holds everything drawn; None when nothing is."""
    rows = np.flatnonzero(page.reshape(page.shape[0], -1).any(axis=1))
    if not rows.size:
        return None
    columns = np.flatnonzero(page[rows[0] : rows[-1] + 1].any(axis=(0, 2)))
    return Area(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


@dataclass(frozen=True, eq=False)
class Patch:
    """The part of a picture in which it differs from another of the same size."""

    area: Area
    rgba: Rgba

    def applied(self, picture: Rgba) -> Rgba:
        """A copy of the other picture with this part in it."""
        changed = picture.copy()
        self.area.of(changed)[:] = self.rgba
        return changed


def patch_of(before: Rgba, after: Rgba) -> Patch:
    """What changes `before` to `after`; empty when they are equal."""
    area = inked_area(before ^ after) or Area(0, 0, 0, 0)
    return Patch(area, area.of(after).copy())


def over(top: Rgba, below: Rgba) -> Rgba:
    """`top` laid over `below`, both premultiplied (Porter and Duff, 1984)."""
    passes = 255 - top[:, :, 3:].astype(np.uint16)
    return np.asarray(top + (below * passes + 127) // 255, np.uint8)


def shadow(alpha: NDArray[np.uint8], blur_px: float, drop_px: float, strength: float) -> Rgba:
    """A black, blurred copy of a shape, lowered by `drop_px`; strength 0..1 at full coverage."""
    moved = np.roll(alpha, round(drop_px), axis=0)
    soft = cv2.GaussianBlur(moved, (0, 0), max(blur_px, 0.1)).astype(np.float32)
    found = np.zeros((*alpha.shape, 4), np.uint8)
    found[:, :, 3] = np.clip(soft * strength, 0, 255)
    return found


def halo(alpha: NDArray[np.uint8], reach_px: float, blur_px: float, strength: float) -> Rgba:
    """A wide soft darkening of what lies within `reach_px` of a shape; strength 0..1.

    Thin strokes get as dark a ground as thick ones.
    """
    height, width = alpha.shape
    coarse = max(1, round(blur_px / 4))  # it is smooth, so a small picture of it is enough
    size = (max(1, width // coarse), max(1, height // coarse))
    small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    side = 2 * round(reach_px / coarse) + 1
    wide = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    soft = cv2.GaussianBlur(wide, (0, 0), max(blur_px / coarse, 0.1))
    found = np.zeros((height, width, 4), np.uint8)
    found[:, :, 3] = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR) * strength
    return found


def rounded_box(width: int, height: int, box: Area, radius_px: float, strength: float) -> Rgba:
    """A black box with round corners on a transparent ground; strength 0..1."""
    found = np.zeros((height, width, 4), np.uint8)
    found[:, :, 3] = np.rint(255 * strength * _coverage(width, height, box, radius_px))
    return found


def _coverage(width: int, height: int, box: Area, radius_px: float) -> Light:
    x = np.arange(width, dtype=np.float32) + 0.5
    y = np.arange(height, dtype=np.float32) + 0.5
    half_x, half_y = (box.right - box.left) / 2, (box.bottom - box.top) / 2
    away_x = np.abs(x - (box.left + half_x)) - (half_x - radius_px)
    away_y = np.abs(y - (box.top + half_y)) - (half_y - radius_px)
    # Distance to the rounded edge, negative inside; one pixel wide transition.
    distance = (
        np.hypot(np.maximum(away_x, 0)[None, :], np.maximum(away_y, 0)[:, None])
        + np.minimum(np.maximum(away_x[None, :], away_y[:, None]), 0)
        - radius_px
    )
    return np.asarray(np.clip(0.5 - distance, 0, 1), np.float32)
