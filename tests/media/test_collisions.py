import numpy as np
import pytest

from media.collisions import Collision, Placed, collisions
from media.overlay import Overlay


def box(name: str, x: int, y: int, *, alpha: int = 255, dx: int = 0, dy: int = 0) -> Placed:
    """Something 40 pixels wide and 20 high."""
    rgba = np.full((20, 40, 4), alpha, np.uint8)
    return Placed(name, Overlay.of(x, y, rgba), dx, dy)


def frame_of(name: str) -> Placed:
    """Only the edge of 200 by 100 pixels, as wide as a pen."""
    rgba = np.full((100, 200, 4), 255, np.uint8)
    rgba[4:-4, 4:-4] = 0
    return Placed(name, Overlay.of(0, 0, rgba))


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        pytest.param(box("a", 0, 0), box("b", 30, 10), 1, id="on each other"),
        pytest.param(box("a", 0, 0), box("b", 40, 0), 0, id="side by side"),
        pytest.param(box("a", 0, 0), box("b", 38, 18), 0, id="a corner, as soft edges meet"),
        pytest.param(box("a", 0, 0), box("b", 0, 0, alpha=90), 0, id="a shadow"),
        pytest.param(box("a", 0, 0), box("b", 40, 0, dx=-20), 1, id="moved there"),
        pytest.param(box("a", 0, 0), box("b", 0, 20, dy=-10), 1, id="risen there"),
        pytest.param(frame_of("a"), box("b", 100, 40), 0, id="inside a frame"),
        pytest.param(frame_of("a"), box("b", 180, 40), 1, id="over the edge of a frame"),
    ],
)
def test_what_covers_the_same_pixels_collides(one: Placed, other: Placed, count: int) -> None:
    assert list(collisions(7, [one, other])) == [Collision(7, "a", "b")] * count


def test_every_pair_is_told() -> None:
    found = collisions(0, [box("a", 0, 0), box("b", 0, 0), box("c", 0, 0)])

    assert [(one.first, one.second) for one in found] == [("a", "b"), ("a", "c"), ("b", "c")]
