import numpy as np
import pytest

from media.resample import MAX_OFF_PX, Axis, Bytes, Plane


def smooth(width: int, height: int) -> Bytes:
    """A picture whose values tell where they come from."""
    rows, columns = np.indices((height, width))
    waves = np.sin(columns / 9) + np.sin(rows / 7)
    return np.rint(128 + 60 * waves).astype(np.uint8)


def wanted(
    x: Axis, y: Axis, width: int, height: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    across = x.at + x.step * np.arange(width)
    down = y.at + y.step * np.arange(height)
    return 128 + 60 * (np.sin(across / 9)[None, :] + np.sin(down / 7)[:, None])


@pytest.mark.parametrize(
    ("x", "y"),
    [
        pytest.param(Axis(10.0, 1.0), Axis(20.0, 1.0), id="whole pixels"),
        pytest.param(Axis(10.37, 1.0), Axis(20.81, 1.0), id="a step of one pixel, between pixels"),
        pytest.param(Axis(10.37, 1.5), Axis(20.81, 1.5), id="a step with two phases"),
        pytest.param(Axis(3.137, 1.618), Axis(1.711, 1.587), id="free steps"),
        pytest.param(Axis(0.25, 1.7449), Axis(0.4, 1.7449), id="at the edge, the largest step"),
    ],
)
def test_it_shows_what_lies_at_the_samples(x: Axis, y: Axis) -> None:
    plane = Plane.of(smooth(400, 300), 1.745)
    onto = np.empty((120, 160), np.uint8)

    plane.sample(x, y, onto)

    # The steepest slope is 60/7 + 60/9 codes a pixel.
    steepest = 16 * MAX_OFF_PX * 1.745
    assert np.abs(onto - wanted(x, y, 160, 120)).max() < steepest + 1.5


def test_edges_are_repeated_beyond_the_picture() -> None:
    plane = Plane.of(np.tile(np.arange(100, 150, dtype=np.uint8), (40, 1)), 1.6)
    onto = np.empty((20, 20), np.uint8)

    plane.sample(Axis(-1.0, 1.6), Axis(-1.0, 1.6), onto)

    assert onto[:, 0].tolist() == [100] * 20
