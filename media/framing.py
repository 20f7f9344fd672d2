"""Where the camera looks: from what a picture shows, and from what is wanted, to a movement."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from jobs.errors import InvalidInput
from media.motion import Motion, View
from media.subject import Box, Subject

ZOOM = 1.16  # how much closer the near end of a zoom is; more looks restless within five seconds
PAN_ZOOM = 1.14  # makes room for pans where cropping leaves none
# Film-makers let things take seven seconds to cross the frame: faster pans are hard to follow.
CROSSING_S = 7.0
# Of what a frame shows of the picture at most, how much longer the picture is when it is panned.
PANNED = 1.5
PAN_REACH = 0.35  # of what a frame shows, how far its middle may be from the focus in a pan
FACE_MARGINS = (0.25, 0.1, 0.0)  # of a face, kept free at each side of it: the first that fits
FACE_ZOOM = 1.05  # the zoom that faces should leave room for
MIN_PAN = 0.03  # of the frame: `auto` zooms where faces leave less of a pan

# `auto` goes round these by the number of the scene, the kind by the shape of the picture. Whatever
# shapes follow each other, neighbouring scenes never move alike.
AUTO = ("zoom_in", "pan_right", "zoom_out", "pan_down")
_AUTO_WIDE, _AUTO_TALL = ("pan_left", "pan_right"), ("pan_up", "pan_down")
KINDS = ("none", "zoom_in", "zoom_out", "pan_left", "pan_right", "pan_up", "pan_down")


@dataclass(frozen=True)
class Aim:
    """What an end of an explicit movement shows.

    Attributes:
      zoom: How much closer than the largest part that fills the frame; at least 1.
      focus: Its middle, as shares of width and height of the picture, which gives way where the
        picture ends; the picture's own focus when None.
    """

    zoom: float
    focus: tuple[float, float] | None = None


@dataclass(frozen=True)
class Framing:
    """A picture of this size and subject, seen through frames of this aspect ratio."""

    width: int
    height: int
    aspect: float
    subject: Subject

    def explicit(self, start: Aim, end: Aim) -> Motion:
        """The movement between two aims; faces are not heeded."""
        return Motion(*(self._aimed(aim) for aim in (start, end)))

    def motion(self, kind: str, scene: int, duration_s: float) -> Motion:
        """The movement of a kind of the job document.

        Zooms go towards the subject or away from it; pans end at it, or begin there when it lies
        too near to the edge they come from. All of it shows the faces whole, as far as they fit.

        Args:
          scene: Counts from 0 and varies `auto`.
          duration_s: Of the whole movement; bounds the speed of pans.
        """
        if kind == "auto":
            return self._auto(scene, duration_s)
        if kind not in KINDS:
            raise InvalidInput(f"motion {kind!r} is not one of auto, {', '.join(KINDS)}")
        whole = self._view(1.0)
        if kind == "none":
            return Motion(whole, whole)
        if kind.startswith("pan"):
            return self._pan(kind, duration_s)
        near = self._view(min(ZOOM, self._most_zoom))
        return Motion(whole, near) if kind == "zoom_in" else Motion(near, whole)

    def _auto(self, scene: int, duration_s: float) -> Motion:
        longer = self.width / self.height / self.aspect
        kinds = _AUTO_WIDE if longer >= PANNED else _AUTO_TALL if longer <= 1 / PANNED else AUTO
        moves = self.motion(kinds[scene % len(kinds)], scene, duration_s)
        gone = max(
            abs(moves.end.left - moves.start.left) / moves.start.width,
            abs(moves.end.top - moves.start.top) / moves.start.height,
        )
        if kinds[scene % len(kinds)].startswith("pan") and gone < MIN_PAN:
            return self.motion("zoom_out" if scene % 2 else "zoom_in", scene, duration_s)
        return moves

    def _pan(self, kind: str, duration_s: float) -> Motion:
        is_across = kind in ("pan_left", "pan_right")
        length, most = (self.width, self._cover[0]) if is_across else (self.height, self._cover[1])
        least = most * (1 - 1 / PAN_ZOOM)
        view = self._view(min(max(1.0, most / (length - least)), self._most_zoom))
        size = view.width if is_across else view.height
        low, high = self._near_focus(size, least, is_across=is_across)
        way = min(high - low, max(least, size * duration_s / CROSSING_S))
        middle = (view.left if is_across else view.top) + size / 2
        is_back = kind in ("pan_left", "pan_up")
        first, last = _stretch(low, high, way, least, middle, is_back=is_back)
        return Motion(*(self._moved(view, at - size / 2, is_across) for at in (first, last)))

    def _near_focus(self, size: float, least: float, *, is_across: bool) -> tuple[float, float]:
        """Where the middle of a view that is panned may lie: the focus stays in view, but for one
        at the very edge, from where the camera could not move."""
        low, high = self._room(size, is_across=is_across)
        focus = self.subject.x * self.width if is_across else self.subject.y * self.height
        off = abs(min(max(focus, low), high) - focus)
        reach = max(PAN_REACH * size, min(off + least, 0.48 * size), off + least / 3)
        return max(low, min(high, focus - reach)), min(high, max(low, focus + reach))

    @staticmethod
    def _moved(view: View, at: float, is_across: bool) -> View:
        if is_across:
            return View(at, view.top, view.width, view.height)
        return View(view.left, at, view.width, view.height)

    @cached_property
    def _cover(self) -> tuple[float, float]:
        """The largest part with the shape of the frame."""
        if self.width / self.height > self.aspect:
            return self.height * self.aspect, float(self.height)
        return float(self.width), self.width / self.aspect

    @cached_property
    def _kept(self) -> Box | None:
        """What all views of a movement hold, in pixels: faces, the largest first, while they fit
        together with a margin."""
        for zoom in (FACE_ZOOM, 1.0):
            width, height = (side / zoom for side in self._cover)
            for margin in FACE_MARGINS:
                fitting = list(self._fitting(width, height, margin))
                if len(fitting) == len(self.subject.faces) or (fitting and not margin):
                    return fitting[-1] if fitting else None
        return None

    def _fitting(self, width: float, height: float, margin: float) -> Iterator[Box]:
        """Boxes of more and more faces."""
        kept: Box | None = None
        faces = sorted(self.subject.faces, key=lambda box: box.width * box.height, reverse=True)
        for face in faces:
            box = face.scaled(self.width, self.height).widened(margin, self.width, self.height)
            both = kept.joined(box) if kept else box
            if both.width <= width and both.height <= height:
                kept = both
                yield kept

    @cached_property
    def _most_zoom(self) -> float:
        kept = self._kept
        if kept is None:
            return ZOOM
        return max(1.0, min(self._cover[0] / kept.width, self._cover[1] / kept.height))

    def _room(self, size: float, *, is_across: bool) -> tuple[float, float]:
        """Where the middle of a view of this size may lie."""
        length = self.width if is_across else self.height
        low, high = size / 2, length - size / 2
        if kept := self._kept:
            first = kept.left if is_across else kept.top
            last = first + (kept.width if is_across else kept.height)
            low, high = max(low, last - size / 2), min(high, first + size / 2)
        return min(low, high), max(low, high)  # they may have crossed by a rounding error

    def _view(self, zoom: float) -> View:
        """The subject in the middle, as far as the edges of the picture and the faces allow."""
        width, height = (side / zoom for side in self._cover)
        left, right = self._room(width, is_across=True)
        top, bottom = self._room(height, is_across=False)
        x = min(max(self.subject.x * self.width, left), right)
        y = min(max(self.subject.y * self.height, top), bottom)
        return View(x - width / 2, y - height / 2, width, height)

    def _aimed(self, aim: Aim) -> View:
        width, height = (side / aim.zoom for side in self._cover)
        x, y = aim.focus or (self.subject.x, self.subject.y)
        left = min(max(x * self.width - width / 2, 0.0), self.width - width)
        top = min(max(y * self.height - height / 2, 0.0), self.height - height)
        return View(left, top, width, height)


def _stretch(
    low: float, high: float, way: float, least: float, focus: float, *, is_back: bool
) -> tuple[float, float]:
    """Where a pan begins and ends: `way` long if it can be and end at the focus, else begin there;
    across what room there is when either would be shorter than `least`."""
    if is_back:
        first, last = _stretch(-high, -low, way, least, -focus, is_back=False)
        return -first, -last
    to_focus = (max(low, focus - way), focus)
    from_focus = (focus, min(high, focus + way))
    longest = max((to_focus, from_focus), key=lambda ends: ends[1] - ends[0])
    if longest[1] - longest[0] >= min(least, way) * 0.999:
        return longest
    first = min(max(low, focus - way), high - way)
    return first, first + way
