"""What a painter is told: colours, the kind of light, extra things to show, and its randomness."""

from dataclasses import dataclass

import numpy as np

from providers.artist.palettes import Hour, Palette


@dataclass(frozen=True)
class Scene:
    """One picture to paint.

    Attributes:
      palette: Its colours.
      traits: Subjects the prompt also names, e.g. `lake` beside `mountains`; painters pick.
      rng: Randomness of this picture alone; painters draw from it in a fixed order.
    """

    palette: Palette
    traits: frozenset[str]
    rng: np.random.Generator

    @property
    def is_night(self) -> bool:
        """Whether the moon and lamps give the light."""
        return self.palette.hour is Hour.NIGHT

    def between(self, low: float, high: float) -> float:
        """A random number from low to high."""
        return float(low + (high - low) * self.rng.random())

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return bool(self.rng.random() < probability)
