"""How the camera moves over a still: a path of views, in exact sub-pixel steps."""

from dataclasses import dataclass

from jobs.errors import InvalidInput

ZOOM = 1.16  # how much closer the near end of a zoom is; more looks restless within five seconds
PAN_ZOOM = 1.14  # pans need room to move in

# `auto` goes round these, so that neighbouring scenes never move alike.
AUTO = ("zoom_in", "pan_right", "zoom_out", "pan_left", "zoom_in", "pan_up", "zoom_out", "pan_down")
_OFF_CENTRE = ((0.5, 0.5), (0.5, 0.45), (0.44, 0.5), (0.5, 0.5), (0.56, 0.46))


@dataclass(frozen=True)
class View:
    """What a frame shows: `zoom` >= 1 times closer than the whole, round a centre in 0..1."""

    zoom: float
    x: float
    y: float


@dataclass(frozen=True)
class Motion:
    """A movement from one view to another, eased at both ends."""

    start: View
    end: View

    @property
    def is_still(self) -> bool:
        return self.start == self.end

    @property
    def nearest(self) -> float:
        """The largest zoom on the way."""
        return max(self.start.zoom, self.end.zoom)

    def at(self, progress: float) -> View:
        """The view at 0 (first frame) .. 1 (last frame)."""
        eased = _eased(min(max(progress, 0.0), 1.0))
        return View(
            _between(self.start.zoom, self.end.zoom, eased),
            _between(self.start.x, self.end.x, eased),
            _between(self.start.y, self.end.y, eased),
        )


def motion(kind: str, scene: int) -> Motion:
    """The movement of a kind of the job document; `scene` counts from 0 and varies `auto`.

    Zooms go round a point a little off centre that changes from scene to scene; pans cross all of
    the room that their zoom leaves.
    """
    if kind == "auto":
        kind = AUTO[scene % len(AUTO)]
    x, y = _OFF_CENTRE[scene % len(_OFF_CENTRE)]
    whole, near = View(1.0, 0.5, 0.5), View(ZOOM, x, y)
    room = 0.5 / PAN_ZOOM
    low, high = room, 1 - room
    paths = {
        "none": (whole, whole),
        "zoom_in": (whole, near),
        "zoom_out": (near, whole),
        "pan_left": (View(PAN_ZOOM, high, 0.5), View(PAN_ZOOM, low, 0.5)),
        "pan_right": (View(PAN_ZOOM, low, 0.5), View(PAN_ZOOM, high, 0.5)),
        "pan_up": (View(PAN_ZOOM, 0.5, high), View(PAN_ZOOM, 0.5, low)),
        "pan_down": (View(PAN_ZOOM, 0.5, low), View(PAN_ZOOM, 0.5, high)),
    }
    if kind not in paths:
        raise InvalidInput(f"motion {kind!r} is not one of {', '.join(['auto', *paths])}")
    return Motion(*paths[kind])


def variety(kind: str, scene: int) -> int:
    """The smallest number that moves the camera as this scene's does: pans do not vary."""
    return scene % len(_OFF_CENTRE) if kind.startswith("zoom") else 0


def _between(start: float, end: float, share: float) -> float:
    return start + (end - start) * share


def _eased(t: float) -> float:
    # Constant speed with soft ends: half linear, half smoothstep, so it never stands still.
    return 0.5 * t + 0.5 * t * t * (3 - 2 * t)
