"""Where a scene is seen alone: behind the transition before it, and ahead of the next."""

from collections.abc import Sequence
from fractions import Fraction

EDGE_S = Fraction(2, 5)  # titles fade in and out for as long


def clear_stretches(
    scenes: Sequence[tuple[int, int]], rate: Fraction
) -> tuple[tuple[int, int], ...]:
    """Frames, the last exclusive, in which one scene alone is seen, whole. Not all have some.

    Args:
      scenes: First frame and the one after the last of each, in order; neighbours share those of
        the transition between them.
    """
    edge = round(EDGE_S * rate)
    found = []
    for number, (start, end) in enumerate(scenes):
        if number:
            start = max(start, scenes[number - 1][1])
        if number + 1 < len(scenes):
            end = min(end, scenes[number + 1][0])
        if end - start > 2 * edge:
            found.append((start + edge, end - edge))
    return tuple(found)
