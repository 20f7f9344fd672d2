from pathlib import Path

import cv2
import numpy as np
import pytest

from media.glimpse import glimpse
from media.planes import Bytes

PICTURE = cv2.GaussianBlur(
    np.random.default_rng(7).integers(16, 236, (540, 960), np.uint8), (0, 0), 1.5
)
PHOTO = cv2.resize(
    cv2.imread(str(Path(__file__).with_name("astronaut.jpg")), cv2.IMREAD_GRAYSCALE)[:180],
    (960, 540),
    interpolation=cv2.INTER_CUBIC,
)

# As steep as 6.6 of 235 levels from pixel to pixel at 480 pixels' width.
WAVES = np.tile(128 + 100 * np.sin(np.arange(960) / 30), (540, 1)).astype(np.uint8)
LAMP = cv2.GaussianBlur(
    cv2.circle(np.full((540, 960), 16, np.uint8), (480, 160), 60, 235, -1), (0, 0), 6
)


@pytest.mark.parametrize(
    ("luma", "is_visible"),
    [
        pytest.param(PICTURE, True, id="a picture"),
        pytest.param(PICTURE // 8, False, id="dark"),
        pytest.param(np.full((540, 960), 128, np.uint8), False, id="of one colour"),
    ],
)
def test_what_is_dark_or_of_one_colour_is_not_visible(luma: Bytes, is_visible: bool) -> None:
    assert glimpse(5, luma).is_visible is is_visible


def test_blur_takes_most_of_the_sharpness() -> None:
    blurred = np.asarray(cv2.GaussianBlur(PICTURE, (0, 0), 6), np.uint8)

    assert glimpse(0, blurred).sharpness < 0.1 * glimpse(0, PICTURE).sharpness


def test_captions_do_not_make_a_picture_sharp() -> None:
    captioned = np.full_like(PICTURE, 128)
    captioned[450:] = PICTURE[450:]

    assert glimpse(0, captioned).sharpness == 0.0


def test_sharpness_is_that_of_the_picture_at_one_size() -> None:
    twice = np.asarray(cv2.resize(PICTURE, (1920, 1080), interpolation=cv2.INTER_CUBIC), np.uint8)

    assert glimpse(0, twice).sharpness == pytest.approx(glimpse(0, PICTURE).sharpness, rel=0.1)


@pytest.mark.parametrize(
    ("luma", "is_blurred"),
    [
        pytest.param(PHOTO, False, id="sharp"),
        pytest.param(120 + PHOTO // 4, False, id="behind fog"),
        pytest.param(cv2.GaussianBlur(PHOTO, (0, 0), 6), True, id="out of focus"),
        pytest.param(
            cv2.resize(cv2.resize(PHOTO, (120, 68)), (960, 540), interpolation=cv2.INTER_CUBIC),
            True,
            id="from a few pixels",
        ),
        pytest.param(np.full((540, 960), 128, np.uint8), False, id="of one colour"),
        pytest.param(WAVES, False, id="soft waves without an edge"),
        pytest.param(LAMP, False, id="a soft light in the dark"),
    ],
)
def test_blur_is_told_from_what_has_no_edges(luma: Bytes, is_blurred: bool) -> None:
    assert glimpse(0, luma).is_blurred is is_blurred
