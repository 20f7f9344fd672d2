"""How the camera moves over a still: from one part of the picture to another, without steps."""

import math
from dataclasses import dataclass

# Of the way, that is gone at constant speed; the rest speeds up and slows down. So the camera sets
# out and arrives at a third of its mean speed: soft, and never at rest, not under a crossfade.
STEADY = 1 / 3


@dataclass(frozen=True)
class View:
    """The part of a picture that a frame shows, in its pixels."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Motion:
    """A movement between two views of the same shape, eased at both ends.

    Views between them are mixtures of both, so what both of them show is seen all the way, and
    what lies on the same place of both stands still. The width changes by the same factor in equal
    times: added steps would rush where the picture is far and creep where it is near.
    """

    start: View
    end: View

    @property
    def is_still(self) -> bool:
        return self.start == self.end

    def at(self, progress: float) -> View:
        """The view at 0 (first frame) .. 1 (last frame)."""
        eased = _eased(min(max(progress, 0.0), 1.0))
        growth = math.log(self.end.width / self.start.width)
        # Its limit for views of one size: they are passed evenly.
        share = eased if abs(growth) < 1e-9 else math.expm1(growth * eased) / math.expm1(growth)
        return View(
            _between(self.start.left, self.end.left, share),
            _between(self.start.top, self.end.top, share),
            _between(self.start.width, self.end.width, share),
            _between(self.start.height, self.end.height, share),
        )


def _between(start: float, end: float, share: float) -> float:
    return start * (1 - share) + end * share


def _eased(t: float) -> float:
    return STEADY * t + (1 - STEADY) * t * t * (3 - 2 * t)
