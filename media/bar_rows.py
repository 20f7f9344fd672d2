"""Which bars of a track follow each other when it is to last longer or less long.

Found by dynamic programming: as few joints as can be, between bars that sound alike, best a phrase
of four bars or several apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Costs of a joint, by what it does to whoever listens; of a beginning inside the track.
_JOINT, _OTHER_BAR, _ODD, _HALF, _SHORT, _NO_OPENING = 4.0, 2.0, 2.0, 1.0, 3.0, 12.0
_PHRASE = 4  # bars
NEVER = 1e9


@dataclass(frozen=True)
class BarRow:
    """Bars that are heard, in order, and the line at which they begin and that they reach."""

    first: int
    bars: tuple[int, ...]
    reached: int


class BarRows:
    """The cheapest rows of bars, by how many they are and the line they reach.

    Attributes:
      most: Bars of the longest.
      costs: Shape (most + 1, lines).
    """

    def __init__(self, kinds: Sequence[int], most: int) -> None:
        count = len(kinds) + 1
        joints = _joint_costs(kinds)
        self.most = most
        self.costs = np.full((most + 1, count), NEVER, np.float32)
        # The line that was reached before the last bar.
        self._before = np.zeros((most + 1, count), np.int32)
        self.costs[0] = _NO_OPENING
        self.costs[0, 0] = 0
        for heard in range(most):
            through = self.costs[heard][:, None] + joints
            best = through.argmin(axis=0)
            self.costs[heard + 1, 1:] = through[best, np.arange(count)][:-1]
            self._before[heard + 1, 1:] = best[:-1]

    def row(self, count: int, reached: int) -> BarRow:
        bars, line = [], reached
        for heard in range(count, 0, -1):
            bars.append(line - 1)
            line = int(self._before[heard, line])
        return BarRow(line, tuple(reversed(bars)), reached)


def _joint_costs(kinds: Sequence[int]) -> npt.NDArray[np.float32]:
    """What it costs to go on at a line (columns) when another (rows) is reached."""
    count = len(kinds) + 1
    at, to = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    following, before = np.array([*kinds, -1]), np.array([-1, *kinds])
    apart = np.abs(at - to)
    costs = np.full((count, count), _JOINT, np.float32)
    costs += _OTHER_BAR * (following[at] != following[to])
    costs += _OTHER_BAR * (before[at] != before[to])
    costs += np.where(apart % _PHRASE == 0, 0, np.where(apart % 2 == 0, _HALF, _ODD))
    costs += _SHORT * (apart < _PHRASE)
    np.fill_diagonal(costs, 0)
    return costs
