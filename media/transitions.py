"""How one shot gives way to the next, frame by frame."""

import cv2

from jobs.errors import InvalidInput
from media.blur_fade import blur_fade
from media.masked import circle_close, circle_open, dissolve
from media.mixing import Mixer
from media.planes import BLACK, WHITE, Planes
from media.sliding import DOWN, LEFT, RIGHT, UP, cover, slide, wipe


def transition(kind: str) -> Mixer:
    """The function `(out_going, in_coming, progress, onto)` of a transition of the job document.

    Progress is inside 0..1, excluding both ends: the frames before and after are whole shots. At
    the ends every mixer gives these shots, to a code value.
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


_MIXERS: dict[str, Mixer] = {
    "crossfade": _crossfade,
    "fade_black": _fade_through(BLACK),
    "fade_white": _fade_through(WHITE),
    "dissolve": dissolve,
    "blur": blur_fade,
    "wipe_left": wipe(LEFT),
    "wipe_right": wipe(RIGHT),
    "wipe_up": wipe(UP),
    "wipe_down": wipe(DOWN),
    "slide_left": slide(LEFT),
    "slide_right": slide(RIGHT),
    "slide_up": slide(UP),
    "slide_down": slide(DOWN),
    "cover_left": cover(LEFT),
    "cover_right": cover(RIGHT),
    "cover_up": cover(UP),
    "cover_down": cover(DOWN),
    "circle_open": circle_open,
    "circle_close": circle_close,
}
