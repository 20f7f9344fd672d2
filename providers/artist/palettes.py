"""What a palette is, and the named ones: hours, seasons, places, occasions."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from providers.artist.colour import Oklch


class Hour(Enum):
    """What kind of light a picture has; painters choose sun, moon, lamps and stars by it."""

    DAWN = "dawn"
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


@dataclass(frozen=True)
class Palette:
    """Six related colours by their place in a picture, and the hour they belong to.

    Attributes:
      zenith: Top of the sky or the quiet part of a background.
      middle: Between the two.
      horizon: Where the sky is brightest; distant things take this colour.
      light: Sun, moon, lamps, highlights.
      near: The darkest: foreground and shadows.
      accent: A small part in another hue.
      hour: The kind of light.
    """

    zenith: Oklch
    middle: Oklch
    horizon: Oklch
    light: Oklch
    near: Oklch
    accent: Oklch
    hour: Hour

    @property
    def colours(self) -> tuple[Oklch, ...]:
        """The six colours in the order of the attributes."""
        return (self.zenith, self.middle, self.horizon, self.light, self.near, self.accent)

    @property
    def is_dark(self) -> bool:
        """Whether lamps and stars show against the background."""
        return self.zenith.lightness < 0.36

    def mixed(self, other: "Palette", share: float) -> "Palette":
        """This palette with `share` of the other's colours; the hour stays."""
        pairs = zip(self.colours, other.colours, strict=True)
        return self.recoloured(mine.mixed(theirs, share) for mine, theirs in pairs)

    def recoloured(self, colours: Iterable[Oklch]) -> "Palette":
        """The same hour in six other colours."""
        zenith, middle, horizon, light, near, accent = colours
        return Palette(zenith, middle, horizon, light, near, accent, self.hour)


def _palette(hour: Hour, *triples: tuple[float, float, float]) -> Palette:
    zenith, middle, horizon, light, near, accent = (Oklch(*triple) for triple in triples)
    return Palette(zenith, middle, horizon, light, near, accent, hour)


# Lightness, chroma and hue of zenith, middle, horizon, light, near, accent; chosen by eye.
# fmt: off
NAMED = MappingProxyType({
    "dawn": _palette(
        Hour.DAWN,
        (0.480, 0.085, 280), (0.690, 0.105, 10), (0.860, 0.105, 62),
        (0.960, 0.080, 85), (0.230, 0.055, 300), (0.700, 0.160, 40),
    ),
    "day": _palette(
        Hour.DAY,
        (0.530, 0.125, 250), (0.710, 0.095, 238), (0.920, 0.035, 215),
        (0.985, 0.030, 100), (0.300, 0.060, 185), (0.780, 0.140, 80),
    ),
    "sunset": _palette(
        Hour.DUSK,
        (0.350, 0.100, 300), (0.580, 0.155, 18), (0.800, 0.150, 60),
        (0.930, 0.130, 85), (0.180, 0.050, 320), (0.690, 0.190, 38),
    ),
    "dusk": _palette(
        Hour.DUSK,
        (0.250, 0.085, 275), (0.420, 0.110, 298), (0.700, 0.115, 32),
        (0.870, 0.100, 62), (0.140, 0.050, 280), (0.760, 0.130, 68),
    ),
    "night": _palette(
        Hour.NIGHT,
        (0.155, 0.065, 272), (0.250, 0.085, 264), (0.420, 0.090, 247),
        (0.900, 0.040, 225), (0.075, 0.030, 265), (0.800, 0.120, 80),
    ),
    "grey": _palette(
        Hour.DAY,
        (0.430, 0.030, 248), (0.570, 0.032, 238), (0.760, 0.025, 222),
        (0.900, 0.025, 200), (0.230, 0.030, 245), (0.720, 0.120, 62),
    ),
    "storm": _palette(
        Hour.DUSK,
        (0.220, 0.035, 255), (0.350, 0.040, 240), (0.600, 0.050, 210),
        (0.880, 0.050, 190), (0.120, 0.030, 250), (0.760, 0.100, 75),
    ),
    "forest": _palette(
        Hour.DAY,
        (0.440, 0.080, 160), (0.620, 0.110, 142), (0.860, 0.110, 118),
        (0.965, 0.095, 108), (0.180, 0.045, 162), (0.800, 0.150, 92),
    ),
    "autumn": _palette(
        Hour.DAY,
        (0.470, 0.075, 45), (0.640, 0.125, 58), (0.845, 0.125, 66),
        (0.960, 0.090, 84), (0.200, 0.055, 35), (0.650, 0.190, 38),
    ),
    "winter": _palette(
        Hour.DAY,
        (0.550, 0.060, 252), (0.740, 0.045, 238), (0.910, 0.028, 225),
        (0.975, 0.020, 70), (0.280, 0.050, 258), (0.740, 0.110, 25),
    ),
    "spring": _palette(
        Hour.DAY,
        (0.660, 0.085, 240), (0.800, 0.070, 335), (0.920, 0.050, 40),
        (0.980, 0.040, 95), (0.340, 0.080, 155), (0.740, 0.150, 358),
    ),
    "ocean": _palette(
        Hour.DAY,
        (0.340, 0.090, 246), (0.530, 0.105, 226), (0.820, 0.085, 198),
        (0.960, 0.055, 180), (0.170, 0.055, 246), (0.770, 0.130, 62),
    ),
    "desert": _palette(
        Hour.DAY,
        (0.550, 0.075, 235), (0.760, 0.060, 65), (0.890, 0.080, 76),
        (0.970, 0.070, 88), (0.330, 0.090, 36), (0.620, 0.150, 38),
    ),
    "fire": _palette(
        Hour.NIGHT,
        (0.120, 0.040, 22), (0.300, 0.120, 28), (0.600, 0.190, 42),
        (0.920, 0.150, 86), (0.080, 0.030, 28), (0.720, 0.190, 55),
    ),
    "space": _palette(
        Hour.NIGHT,
        (0.100, 0.050, 285), (0.260, 0.130, 298), (0.540, 0.180, 340),
        (0.930, 0.060, 215), (0.070, 0.030, 280), (0.750, 0.140, 205),
    ),
    "neon": _palette(
        Hour.NIGHT,
        (0.130, 0.070, 288), (0.310, 0.160, 305), (0.640, 0.230, 350),
        (0.860, 0.140, 200), (0.100, 0.050, 285), (0.830, 0.150, 195),
    ),
    "technology": _palette(
        Hour.NIGHT,
        (0.150, 0.050, 258), (0.290, 0.090, 248), (0.550, 0.120, 228),
        (0.910, 0.080, 205), (0.110, 0.040, 258), (0.810, 0.140, 165),
    ),
    "parchment": _palette(
        Hour.DAY,
        (0.450, 0.075, 38), (0.650, 0.095, 58), (0.840, 0.075, 76),
        (0.955, 0.040, 88), (0.230, 0.050, 30), (0.570, 0.085, 200),
    ),
    "stage": _palette(
        Hour.DUSK,
        (0.230, 0.100, 288), (0.400, 0.150, 318), (0.700, 0.150, 8),
        (0.950, 0.070, 70), (0.120, 0.060, 285), (0.790, 0.130, 200),
    ),
    "life": _palette(
        Hour.DUSK,
        (0.300, 0.100, 335), (0.470, 0.140, 350), (0.740, 0.125, 15),
        (0.940, 0.050, 40), (0.170, 0.060, 320), (0.780, 0.110, 200),
    ),
    "festive": _palette(
        Hour.DUSK,
        (0.270, 0.100, 345), (0.440, 0.140, 5), (0.720, 0.140, 45),
        (0.930, 0.100, 85), (0.150, 0.060, 335), (0.800, 0.150, 80),
    ),
    "aurora": _palette(
        Hour.NIGHT,
        (0.140, 0.050, 255), (0.240, 0.075, 215), (0.460, 0.110, 170),
        (0.900, 0.130, 158), (0.080, 0.030, 240), (0.660, 0.200, 325),
    ),
})
# fmt: on
