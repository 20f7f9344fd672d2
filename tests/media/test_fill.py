import numpy as np
import pytest

from media.fill import filled

RED, FRAME = (200, 40, 40), (160, 90)


def picture(width: int, height: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    return np.full((height, width, 3), RED, np.uint8)


def test_a_tall_picture_stands_whole_on_black() -> None:
    canvas = filled(picture(90, 160), FRAME, "letterbox")

    height, width = canvas.picture.shape[:2]
    lit = np.flatnonzero(canvas.picture.any(axis=(0, 2)))
    assert width / height == pytest.approx(16 / 9, abs=0.01)
    assert (lit[-1] - lit[0] + 1) / height == pytest.approx(9 / 16, abs=0.01)
    assert abs(lit[0] - (width - 1 - lit[-1])) <= 1


def test_a_blurred_fill_is_the_picture_and_darker() -> None:
    canvas = filled(picture(90, 160), FRAME, "blur")

    middle = canvas.picture.shape[1] // 2
    assert canvas.picture[10, middle].tolist() == list(RED)
    assert canvas.picture[10, 2].tolist() == [180, 20, 20]


def test_a_point_of_the_picture_is_found_on_the_canvas() -> None:
    canvas = filled(picture(90, 160), FRAME, "letterbox")

    assert canvas.point(0.5, 0.5) == pytest.approx((0.5, 0.5), abs=0.01)
    assert canvas.point(0.0, 1.0) == pytest.approx((0.5 - 81 / 512, 1.0), abs=0.01)


@pytest.mark.parametrize("size", [(1, 4000), (4000, 1), (1, 1), (4000, 4000)])
def test_the_canvas_is_bounded_by_the_frame_whatever_the_picture(size: tuple[int, int]) -> None:
    for fit in ("blur", "letterbox"):
        canvas = filled(picture(*size), FRAME, fit)

        assert canvas.picture.shape[0] <= 2 * 90
        assert canvas.picture.shape[1] <= 2 * 160
        assert canvas.picture.any()
