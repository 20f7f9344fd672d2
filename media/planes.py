"""Frames as three planes: yuv420p, BT.709, limited range, chroma sited left.

A frame is one contiguous array of height * 3/2 rows, the way raw video is piped; `y`, `u` and `v`
are views into it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

# ITU-R BT.709-6, section 3: luma coefficients; rows give Y, Cb, Cr from full-range R, G, B
# with the limited-range scaling (219 and 224 of 255) and offsets already in.
_KR, _KB = 0.2126, 0.0722
_KG = 1 - _KR - _KB
RGB_TO_YUV = np.array(
    [
        [_KR * 219 / 255, _KG * 219 / 255, _KB * 219 / 255, 16],
        [
            -_KR / (1 - _KB) / 2 * 224 / 255,
            -_KG / (1 - _KB) / 2 * 224 / 255,
            224 / 2 / 255,
            128,
        ],
        [
            224 / 2 / 255,
            -_KG / (1 - _KR) / 2 * 224 / 255,
            -_KB / (1 - _KR) / 2 * 224 / 255,
            128,
        ],
    ],
    dtype=np.float64,
)


@dataclass(frozen=True, eq=False)
class Planes:
    """One frame. `data`: uint8, shape (height * 3/2, width), contiguous."""

    data: Bytes

    @classmethod
    def blank(cls, width: int, height: int) -> "Planes":
        """A frame of undefined content; width and height are even."""
        return cls(np.empty((height * 3 // 2, width), np.uint8))

    @property
    def width(self) -> int:
        return int(self.data.shape[1])

    @property
    def height(self) -> int:
        return int(self.data.shape[0]) * 2 // 3

    @property
    def y(self) -> Bytes:
        return self.data[: self.height]

    @property
    def u(self) -> Bytes:
        return self._chroma(0)

    @property
    def v(self) -> Bytes:
        return self._chroma(1)

    def _chroma(self, index: int) -> Bytes:
        rows, columns = self.height // 2, self.width // 2
        start = self.width * self.height + index * rows * columns
        return self.data.reshape(-1)[start : start + rows * columns].reshape(rows, columns)

    def fill(self, yuv: tuple[int, int, int]) -> None:
        """Paints the whole frame in one colour."""
        for plane, value in zip((self.y, self.u, self.v), yuv, strict=True):
            plane[:] = value


BLACK = (16, 128, 128)
WHITE = (235, 128, 128)


def yuv_of(color: str) -> tuple[int, int, int]:
    """The code values of an sRGB colour `#rrggbb`."""
    rgb = np.array([*bytes.fromhex(color.removeprefix("#")), 1], np.float64)
    y, u, v = np.rint(RGB_TO_YUV @ rgb).astype(int)
    return int(y), int(u), int(v)
