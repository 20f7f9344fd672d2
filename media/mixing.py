"""What all transitions have in common: the planes of two shots side by side, and easing."""

from collections.abc import Callable

from media.planes import Bytes, Planes

Mixer = Callable[[Planes, Planes, float, Planes], None]
"""Draws `(out_going, in_coming, progress, onto)`."""


def plane_triples(
    a: Planes, b: Planes, onto: Planes
) -> tuple[tuple[Bytes, Bytes, Bytes], tuple[Bytes, Bytes, Bytes], tuple[Bytes, Bytes, Bytes]]:
    """Of y, u and v in turn: the out-going plane, the in-coming one, and the one to draw on."""
    return ((a.y, b.y, onto.y), (a.u, b.u, onto.u), (a.v, b.v, onto.v))


def eased(progress: float) -> float:
    """Progress 0..1 with a soft start and end (smoothstep)."""
    return progress * progress * (3 - 2 * progress)


def eased_out(progress: float) -> float:
    """Progress 0..1 that starts fast and comes to rest (cubic)."""
    return 1 - (1 - progress) ** 3
