"""What frames can show of a picture: its planes, without the detail that would alias.

A picture that is finer than the frame is not sized here: it is only filtered, with the kernel that
Pillow would size it with, so that whoever samples it may do so cheaply.
"""

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from media.planes import RGB_TO_YUV, Bytes

# Of very fine pictures means of some pixels are made first, so that this many are left for each of
# the frame at least: fewer show in false patterns.
_LEFT = 4
_STRIP_ROWS = 64  # at a time: they stay in the cache


@dataclass(frozen=True)
class Part:
    """Whole pixels of a picture."""

    left: int
    top: int
    width: int
    height: int

    def even(self, pixels: int) -> "Part":
        """Without what is left over at the right and at the bottom."""
        width, height = self.width - self.width % pixels, self.height - self.height % pixels
        return Part(self.left, self.top, width, height)

    def of(self, picture: Bytes) -> Bytes:
        return picture[self.top : self.top + self.height, self.left : self.left + self.width]


@dataclass(frozen=True)
class Lowpass:
    """A kernel for pictures that are shrunk.

    Attributes:
      ratio: How much they are, in pixels of the picture for each that is kept; more than 1.
      sharpening: Weight of neighbours at `spacing` pixels in a kernel of three; 0 for none.
    """

    ratio: float
    sharpening: float = 0.0
    spacing: float = 0.0

    def of(self, plane: Bytes) -> Bytes:
        taps = self.taps()
        return np.asarray(
            cv2.sepFilter2D(plane, -1, taps, taps, borderType=cv2.BORDER_REPLICATE), np.uint8
        )

    def taps(self) -> NDArray[np.float32]:
        radius = ceil(2 * self.ratio + self.spacing)
        at = np.arange(-radius, radius + 1, dtype=np.float64)
        before, middle, after = (
            _bicubic((at + off) / self.ratio) for off in (-self.spacing, 0, self.spacing)
        )
        kernel = middle + self.sharpening * (2 * middle - before - after)
        return np.asarray(kernel / kernel.sum(), np.float32)


@dataclass(frozen=True, eq=False)
class Material:
    """A part of a picture as planes.

    Attributes:
      part: What it is of.
      pixels: Of the picture, along a side, for each of luma.
      chroma: Pixels of luma, along a side, for each of chroma, which is sited in their middle.
      planes: Y, U and V.
    """

    part: Part
    pixels: int
    chroma: int
    planes: tuple[Bytes, Bytes, Bytes]

    @classmethod
    def whole(cls, picture: Bytes, part: Part) -> "Material":
        """All that the picture (RGB) shows."""
        return cls(part, 1, 1, _whole(part.of(picture)))

    @classmethod
    def halved(cls, picture: Bytes, part: Part) -> "Material":
        """The same with chroma of half the size, of a part with even sides."""
        return cls(part, 1, 2, _halved(part.of(picture), 1))

    @classmethod
    def shown(
        cls,
        picture: Bytes,
        part: Part,
        fineness: float,
        sharpening: float = 0.0,
        spacing: float = 0.0,
    ) -> "Material":
        """What frames show of a picture (RGB), of a part that may get a few pixels smaller.

        Args:
          fineness: Pixels of the picture for each of the frame, along a side. When there is more
            than one, the picture is filtered, and its luma sharpened, as in `Lowpass`.
        """
        if fineness <= 1:
            return cls.whole(picture, part)
        pixels = max(1, int(fineness / _LEFT))
        part = part.even(2 * pixels)
        y, u, v = _halved(part.of(picture), pixels)
        luma = Lowpass(fineness / pixels, sharpening, spacing / pixels)
        chroma = Lowpass(fineness / pixels)
        return cls(part, pixels, 2, (luma.of(y), chroma.of(u), chroma.of(v)))

    @property
    def is_shrunk(self) -> bool:
        """Whether frames have fewer pixels, and what they cannot show was filtered out."""
        return self.chroma > 1

    def at(self, left: float, top: float) -> tuple[float, float]:
        """A place in the picture, in pixels of luma."""
        return (left - self.part.left) / self.pixels, (top - self.part.top) / self.pixels


def _whole(picture: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """Y, U and V of a picture."""
    height, width = picture.shape[:2]
    y, u, v = (np.empty((height, width), np.uint8) for _ in range(3))
    for first in range(0, height, _STRIP_ROWS):
        rows = slice(first, first + _STRIP_ROWS)
        cv2.split(_yuv(picture[rows]), (y[rows], u[rows], v[rows]))
    return y, u, v


def _halved(picture: Bytes, pixels: int) -> tuple[Bytes, Bytes, Bytes]:
    """Y, each pixel the mean of so many along a side, and U and V of half its size."""
    height, width = (side // pixels for side in picture.shape[:2])
    y, u, v = (np.empty((height // by, width // by), np.uint8) for by in (1, 2, 2))
    for first in range(0, height, _STRIP_ROWS):
        rows = min(_STRIP_ROWS, height - first)
        strip = picture[first * pixels : (first + rows) * pixels]
        if pixels > 1:
            size = width, rows
            strip = np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_AREA), np.uint8)
        yuv = _yuv(strip)
        cv2.extractChannel(yuv, 0, dst=y[first : first + rows])
        chroma = (cv2.extractChannel(yuv, channel) for channel in (1, 2))
        for full, plane in zip(chroma, (u, v), strict=True):
            half = plane[first // 2 : (first + rows) // 2]
            cv2.resize(full, half.shape[::-1], dst=half, interpolation=cv2.INTER_AREA)
    return y, u, v


def _yuv(rgb: Bytes) -> Bytes:
    return np.asarray(cv2.transform(rgb, RGB_TO_YUV), np.uint8)  # rounds and saturates


def _bicubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keys' kernel with a = -0.5, as Pillow has it."""
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))
