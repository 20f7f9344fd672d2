"""What the library knows of one sound, and what a rendering of it is given."""

from collections.abc import Callable
from dataclasses import dataclass

from providers.foley.synthesis import RATE, Generator, Stereo


@dataclass(frozen=True)
class Take:
    """One rendering of a sound.

    Attributes:
      rng: The only source of randomness; seeded from the sound's name and the request's seed.
      n: Samples to fill.
      pace: Speed of anything periodic: steps, ticks, knocks; 1 is natural.
    """

    rng: Generator
    n: int
    pace: float = 1.0

    @property
    def duration_s(self) -> float:
        """Length to fill, in seconds."""
        return self.n / RATE


@dataclass(frozen=True)
class CatalogueEntry:
    """One sound of the library.

    Attributes:
      name: Its English name, unique.
      synonyms: Other English words and phrases that mean it.
      render: Makes it: stereo of `take.n` samples, at any level.
      duration_s: Its natural length.
      loop: A texture that goes on as long as asked (rain), or an event that ends (a door).
      stretches: An event that fills whatever length is asked (a riser).
      periodic: A texture of beats or steady tones, which a cross-fade of its end into its start
        would double.
      abroad: Words for it in French, Spanish and German.
    """

    name: str
    synonyms: tuple[str, ...]
    render: Callable[[Take], Stereo]
    duration_s: float
    loop: bool = False
    stretches: bool = False
    periodic: bool = False
    abroad: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        """Everything it answers to, its name first."""
        return (self.name, *self.synonyms, *self.abroad)


def listed(phrases: str) -> tuple[str, ...]:
    """The phrases of a comma-separated list."""
    return tuple(phrase.strip() for phrase in phrases.split(","))
