"""Where drawn text stands on other text or on the logo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from media.overlay import Overlay
from media.sprite import Area

LEAST_PX = 16  # of letters and boxes that meet: fewer are the soft edge of one
_COVERED = 127  # of 255 let through: less is what a reader sees as letter or box


@dataclass(frozen=True, eq=False)
class Placed:
    """Something drawn over a frame, where it is now.

    Attributes:
      name: What it is, for people: `a caption`.
    """

    name: str
    overlay: Overlay
    dx: int = 0
    dy: int = 0

    @property
    def area(self) -> Area:
        rows, columns = self.overlay.adds[0].shape
        x, y = self.overlay.x + self.dx, self.overlay.y + self.dy
        return Area(x, y, x + columns, y + rows)


@dataclass(frozen=True)
class Collision:
    """What stands on what in a frame."""

    frame: int
    first: str
    second: str


def collisions(frame: int, drawn: Sequence[Placed]) -> Iterator[Collision]:
    """Everything in a frame that stands on something else."""
    for one, other in combinations(drawn, 2):
        if one.area.meets(other.area) and _meet(one, other) >= LEAST_PX:
            yield Collision(frame, one.name, other.name)


def _meet(one: Placed, other: Placed) -> int:
    """Pixels that both cover."""
    common = one.area.common(other.area)
    masks = [
        common.moved(-placed.area.left, -placed.area.top).of(placed.overlay.passes[0]) < _COVERED
        for placed in (one, other)
    ]
    return int(np.count_nonzero(masks[0] & masks[1]))
