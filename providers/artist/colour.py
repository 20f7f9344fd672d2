"""Colours as people see them: OKLCH, and the way to linear light and back."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Real = NDArray[np.floating[Any]]  # what arithmetic of fields may be; stored fields are float32
GRADIENT_STEPS = 4096


class Oklch(NamedTuple):
    """A colour by lightness 0..1, chroma 0..0.37 and hue in degrees.

    Equal steps look equal and hues do not drift when mixed.
    Matrices: bottosson.github.io/posts/oklab.
    """

    lightness: float
    chroma: float
    hue: float

    def linear(self) -> Field:
        """Linear-light sRGB, (3,), 0..1; chroma is lowered until the colour exists in sRGB."""
        low, high = 0.0, 1.0
        whole = _linear(self.lightness, self.chroma, self.hue)
        if _exists(whole):
            return np.clip(whole, 0.0, 1.0).astype(np.float32)
        for _ in range(12):  # 2^-12 of the chroma: below one 8-bit step
            middle = (low + high) / 2
            if _exists(_linear(self.lightness, self.chroma * middle, self.hue)):
                low = middle
            else:
                high = middle
        found = _linear(self.lightness, self.chroma * low, self.hue)
        return np.clip(found, 0.0, 1.0).astype(np.float32)

    def hexadecimal(self) -> str:
        """The colour as `#rrggbb` in sRGB."""
        levels = np.rint(srgb(self.linear()) * 255).astype(int)
        return "#{:02x}{:02x}{:02x}".format(*levels)

    def mixed(self, other: "Oklch", share: float) -> "Oklch":
        """This colour with `share` (0..1) of the other, mixed in OKLab."""
        a, b = self._plane()
        c, d = other._plane()
        a, b = a + (c - a) * share, b + (d - b) * share
        lightness = self.lightness + (other.lightness - self.lightness) * share
        return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)

    def lighter(self, by: float) -> "Oklch":
        """The same hue with `by` more lightness (negative: darker), kept within 0..1."""
        return self._replace(lightness=min(1.0, max(0.0, self.lightness + by)))

    def vivid(self, factor: float) -> "Oklch":
        """The same colour with its chroma multiplied."""
        return self._replace(chroma=self.chroma * factor)

    def turned(self, degrees: float) -> "Oklch":
        """The same colour with its hue turned."""
        return self._replace(hue=(self.hue + degrees) % 360)

    def _plane(self) -> tuple[float, float]:
        angle = math.radians(self.hue)
        return self.chroma * math.cos(angle), self.chroma * math.sin(angle)


def gradient(stops: tuple[tuple[float, Oklch], ...], at: Real) -> Field:
    """Linear-light colours along a row of stops, mixed in OKLab; adds a last axis of 3 to `at`.

    Stops are (position, colour), positions ascending; outside them the end colours go on.
    """
    # A table: OKLab to light costs a cube per pixel, and its steps are finer than 8 bits show.
    places = np.linspace(stops[0][0], stops[-1][0], GRADIENT_STEPS)
    marks = [position for position, _ in stops]
    columns = [(c.lightness, *c._plane()) for _, c in stops]
    lab = [np.interp(places, marks, [column[axis] for column in columns]) for axis in range(3)]
    # Rounded corners: where a straight gradient bends, the eye sees a line.
    reach = GRADIENT_STEPS // 16
    window = np.hanning(2 * reach + 1) / reach
    smooth = [
        np.convolve(np.pad(v, reach, "reflect", reflect_type="odd"), window, "valid") for v in lab
    ]
    table = np.clip(_light_of(*smooth), 0.0, 1.0).astype(np.float32)
    scale = np.float32((GRADIENT_STEPS - 1) / (marks[-1] - marks[0]))
    index = np.clip((at - np.float32(marks[0])) * scale + 0.5, 0, GRADIENT_STEPS - 1)
    return np.asarray(table[index.astype(np.intp)], dtype=np.float32)


def srgb(linear: Real) -> Field:
    """Encodes linear light 0..1 as sRGB 0..1, IEC 61966-2-1."""
    high = 1.055 * np.power(np.maximum(linear, 0.0031308), 1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, linear * 12.92, high).astype(np.float32)


def luminance(linear: Real) -> Field:
    """Relative luminance 0..1 of linear sRGB, Rec. 709 weights; drops the last axis."""
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722], np.float32), dtype=np.float32)


def _exists(linear: NDArray[np.float64]) -> bool:
    return bool(linear.min() >= -1e-4 and linear.max() <= 1.0001)


def _linear(lightness: float, chroma: float, hue: float) -> NDArray[np.float64]:
    angle = math.radians(hue)
    values = (lightness, chroma * math.cos(angle), chroma * math.sin(angle))
    return _light_of(*(np.asarray(value, np.float64) for value in values))


def _light_of(
    lightness: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return np.stack(
        (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        ),
        axis=-1,
    )
