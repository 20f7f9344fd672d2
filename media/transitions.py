"""How one shot gives way to the next, frame by frame."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.errors import InvalidInput
from media.planes import BLACK, WHITE, Planes

Mixer = Callable[[Planes, Planes, float, Planes], None]


def transition(kind: str) -> Mixer:
    """The function `(out_going, in_coming, progress, onto)` of a transition of the job document.

    Progress is inside 0..1, excluding both ends: the frames before and after are whole shots.
    """
    try:
        return _MIXERS[kind]
    except KeyError:
        known = ", ".join(["cut", *_MIXERS])
        raise InvalidInput(f"transition {kind!r} is not one of {known}") from None


def _crossfade(a: Planes, b: Planes, progress: float, onto: Planes) -> None:
    cv2.addWeighted(a.data, 1 - progress, b.data, progress, 0, dst=onto.data)


def _fade_through(color: tuple[int, int, int]) -> Mixer:
    def fade(a: Planes, b: Planes, progress: float, onto: Planes) -> None:
        shot, share = (a, 1 - 2 * progress) if progress < 0.5 else (b, 2 * progress - 1)
        pairs = zip((shot.y, shot.u, shot.v), (onto.y, onto.u, onto.v), color, strict=True)
        for source, target, value in pairs:
            cv2.convertScaleAbs(source, dst=target, alpha=share, beta=value * (1 - share))

    return fade


def _wipe(direction: tuple[int, int]) -> Mixer:
    def wipe(a: Planes, b: Planes, progress: float, onto: Planes) -> None:
        for (old, new, target), cut in zip(
            _planes(a, b, onto), _cuts(onto, direction, progress), strict=True
        ):
            target[:] = old
            _uncovered(target, direction, cut)[:] = _uncovered(new, direction, cut)

    return wipe


def _slide(direction: tuple[int, int]) -> Mixer:
    axis = 1 if direction[0] else 0
    sign = sum(direction)

    def slide(a: Planes, b: Planes, progress: float, onto: Planes) -> None:
        for (old, new, target), cut in zip(
            _planes(a, b, onto), _cuts(onto, direction, progress), strict=True
        ):
            length = target.shape[axis]
            pair = (old, new) if sign < 0 else (new, old)
            start = cut if sign < 0 else length - cut
            joined = np.concatenate(pair, axis=axis)
            window = slice(start, start + length)
            target[:] = joined[:, window] if axis else joined[window]

    return slide


def _planes(
    a: Planes, b: Planes, onto: Planes
) -> tuple[tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]], ...]:
    return ((a.y, b.y, onto.y), (a.u, b.u, onto.u), (a.v, b.v, onto.v))


def _cuts(onto: Planes, direction: tuple[int, int], progress: float) -> tuple[int, int, int]:
    """How many lines of y, u and v have moved, with a soft start and end."""
    eased = progress * progress * (3 - 2 * progress)
    chroma = round(onto.u.shape[1 if direction[0] else 0] * eased)
    return 2 * chroma, chroma, chroma


def _uncovered(plane: NDArray[np.uint8], direction: tuple[int, int], cut: int) -> NDArray[np.uint8]:
    """The part of a plane that a wipe moving in `direction` has uncovered: `cut` lines."""
    match direction:
        case (-1, 0):
            return plane[:, plane.shape[1] - cut :]
        case (1, 0):
            return plane[:, :cut]
        case (0, -1):
            return plane[plane.shape[0] - cut :]
        case _:
            return plane[:cut]


_LEFT, _RIGHT, _UP, _DOWN = (-1, 0), (1, 0), (0, -1), (0, 1)
_MIXERS: dict[str, Mixer] = {
    "crossfade": _crossfade,
    "fade_black": _fade_through(BLACK),
    "fade_white": _fade_through(WHITE),
    "wipe_left": _wipe(_LEFT),
    "wipe_right": _wipe(_RIGHT),
    "wipe_up": _wipe(_UP),
    "wipe_down": _wipe(_DOWN),
    "slide_left": _slide(_LEFT),
    "slide_right": _slide(_RIGHT),
}
