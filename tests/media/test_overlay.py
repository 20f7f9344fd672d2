import numpy as np
import pytest

from media.overlay import Overlay
from media.planes import Planes, yuv_of


def frame(color: str = "#406080") -> Planes:
    plain = Planes.blank(16, 16)
    plain.fill(yuv_of(color))
    return plain


def sprite(red: int, green: int, blue: int, alpha: int) -> np.ndarray:
    return np.full((4, 4, 4), (red, green, blue, alpha), np.uint8)


def test_an_opaque_sprite_replaces_what_is_below() -> None:
    onto = frame()

    Overlay.of(4, 4, sprite(255, 255, 255, 255)).draw(onto)

    assert (onto.y[5, 5], onto.u[3, 3], onto.v[3, 3]) == yuv_of("#ffffff")
    assert (onto.y[0, 0], onto.u[0, 0], onto.v[0, 0]) == yuv_of("#406080")


def test_a_transparent_sprite_changes_nothing() -> None:
    onto = frame()

    Overlay.of(4, 4, sprite(0, 0, 0, 0)).draw(onto)

    assert np.array_equal(onto.data, frame().data)


@pytest.mark.parametrize("opacity", [0.0, 0.5, 1.0])
def test_opacity_fades_a_sprite(opacity: float) -> None:
    onto = frame("#000000")

    Overlay.of(4, 4, sprite(255, 255, 255, 255)).draw(onto, opacity)

    assert onto.y[5, 5] == pytest.approx(16 + opacity * 219, abs=1)


def test_half_covered_pixels_are_half_of_each() -> None:
    onto = frame("#000000")

    Overlay.of(4, 4, sprite(128, 128, 128, 128)).draw(onto)

    assert onto.y[5, 5] == pytest.approx((16 + 235) / 2, abs=1)
    assert onto.u[3, 3] == pytest.approx(128, abs=1)


@pytest.mark.parametrize(
    ("dx", "dy", "seen"),
    [
        pytest.param(2, 4, (slice(8, 12), slice(6, 10)), id="inside"),
        pytest.param(-6, 0, (slice(4, 8), slice(0, 2)), id="over the left edge"),
        pytest.param(10, 10, (slice(14, 16), slice(14, 16)), id="over the corner"),
        pytest.param(0, -8, (slice(0, 0), slice(0, 0)), id="out of the frame"),
        pytest.param(40, 0, (slice(0, 0), slice(0, 0)), id="far out of the frame"),
    ],
)
def test_a_moved_sprite_is_cut_off_at_the_edges(
    dx: int, dy: int, seen: tuple[slice, slice]
) -> None:
    onto, expected = frame("#000000"), frame("#000000")
    expected.y[seen] = 235

    Overlay.of(4, 4, sprite(255, 255, 255, 255)).draw(onto, dx=dx, dy=dy)

    assert np.array_equal(onto.y, expected.y)
