"""Transitions along an edge: wipes, where nothing moves; slides, where both shots move; covers,
where the new shot moves over the old one.

Luma and chroma are cut at the same place: edges lie on even columns and rows.
"""

from media.mixing import Mixer, eased, plane_triples
from media.planes import Bytes, Planes

Direction = tuple[int, int]
LEFT, RIGHT, UP, DOWN = (-1, 0), (1, 0), (0, -1), (0, 1)


def wipe(direction: Direction) -> Mixer:
    """An edge moves in that direction; the new shot is what it leaves behind."""

    def mix(a: Planes, b: Planes, progress: float, onto: Planes) -> None:
        cuts = _cuts(onto, direction, progress)
        for (old, new, target), cut in zip(plane_triples(a, b, onto), cuts, strict=True):
            _far(target, direction, cut)[:] = _far(old, direction, cut)
            _near(target, direction, cut)[:] = _near(new, direction, cut)

    return mix


def slide(direction: Direction) -> Mixer:
    """The new shot pushes the old one out of the frame in that direction."""
    back = (-direction[0], -direction[1])

    def mix(a: Planes, b: Planes, progress: float, onto: Planes) -> None:
        cuts = _cuts(onto, direction, progress)
        for (old, new, target), cut in zip(plane_triples(a, b, onto), cuts, strict=True):
            rest = _length(target, direction) - cut
            _far(target, direction, cut)[:] = _near(old, direction, rest)
            _near(target, direction, cut)[:] = _near(new, back, cut)

    return mix


def cover(direction: Direction) -> Mixer:
    """The new shot moves in that direction over the old one, which stays."""
    back = (-direction[0], -direction[1])

    def mix(a: Planes, b: Planes, progress: float, onto: Planes) -> None:
        cuts = _cuts(onto, direction, progress)
        for (old, new, target), cut in zip(plane_triples(a, b, onto), cuts, strict=True):
            _far(target, direction, cut)[:] = _far(old, direction, cut)
            _near(target, direction, cut)[:] = _near(new, back, cut)

    return mix


def _length(plane: Bytes, direction: Direction) -> int:
    return int(plane.shape[1 if direction[0] else 0])


def _cuts(onto: Planes, direction: Direction, progress: float) -> tuple[int, int, int]:
    """How many lines of y, u and v have moved."""
    chroma = round(_length(onto.u, direction) * eased(progress))
    return 2 * chroma, chroma, chroma


def _near(plane: Bytes, direction: Direction, lines: int) -> Bytes:
    """The first lines of a plane, counted in the direction of the movement."""
    match direction:
        case (-1, 0):
            return plane[:, plane.shape[1] - lines :]
        case (1, 0):
            return plane[:, :lines]
        case (0, -1):
            return plane[plane.shape[0] - lines :]
        case _:
            return plane[:lines]


def _far(plane: Bytes, direction: Direction, lines: int) -> Bytes:
    """All but the first lines."""
    back = (-direction[0], -direction[1])
    return _near(plane, back, _length(plane, direction) - lines)
