"""Of `astronaut.jpg`: Eileen Collins, by NASA, who put it into the public domain."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from media.pictures import read_picture
from media.subject import CENTRE, GRAIN, Subject, find_subject

Rgb = NDArray[np.uint8]


def portrait(width: int, height: int, left: int, top: int, side: int) -> Rgb:
    """A plain picture with the photograph at a place in it."""
    picture = np.full((height, width, 3), (90, 110, 130), np.uint8)
    person = read_picture(Path(__file__).parent / "astronaut.jpg")
    picture[top : top + side, left : left + side] = cv2.resize(person, (side, side))
    return picture


def blob(x: float, y: float) -> Rgb:
    """A quiet texture, and a red disc."""
    rng = np.random.default_rng(5)
    noise = cv2.GaussianBlur(rng.uniform(0, 255, (540, 960)).astype(np.float32), (0, 0), 2)
    grey = np.clip((noise - noise.mean()) + 120, 0, 255).astype(np.uint8)
    picture = np.repeat(grey[:, :, None], 3, axis=2)
    return np.asarray(cv2.circle(picture, (int(x * 960), int(y * 540)), 60, (220, 40, 30), -1))


@pytest.mark.parametrize(
    ("left", "top", "side"),
    [
        pytest.param(0, 0, 600, id="at the left"),
        pytest.param(1320, 480, 600, id="at the right"),
        pytest.param(700, 200, 400, id="small"),
    ],
)
def test_a_face_is_found_where_it_is(left: int, top: int, side: int) -> None:
    subject = find_subject(portrait(1920, 1080, left, top, side))

    # The eyes and the mouth of the photograph, in shares of its sides.
    (face,) = subject.faces
    eyes_x, eyes_y, mouth_x, mouth_y = 0.43, 0.2, 0.44, 0.28
    assert face.left * 1920 < left + eyes_x * side < (face.left + face.width) * 1920
    assert face.top * 1080 < top + eyes_y * side < (face.top + face.height) * 1080
    assert face.top * 1080 < top + mouth_y * side < (face.top + face.height) * 1080
    assert face.width * 1920 < 0.3 * side
    assert face.left < subject.x < face.left + face.width
    assert abs(subject.x * 1920 - (left + mouth_x * side)) < 0.06 * side


def test_of_two_faces_both_are_found_and_the_larger_weighs_more() -> None:
    picture = portrait(1920, 1080, 0, 0, 500)
    picture[:, 960:] = portrait(960, 1080, 60, 100, 900)

    subject = find_subject(picture)

    small, large = sorted(subject.faces, key=lambda face: face.width)
    middles = [face.left + face.width / 2 for face in (small, large)]
    assert middles[0] < 0.25 < 0.6 < middles[1]
    assert abs(subject.x - middles[1]) < abs(subject.x - middles[0]) / 2


@pytest.mark.parametrize(
    ("x", "y"), [(0.2, 0.3), (0.8, 0.3), (0.5, 0.75), (0.75, 0.7), (0.15, 0.8)]
)
def test_without_faces_what_stands_out_is_found(x: float, y: float) -> None:
    subject = find_subject(blob(x, y))

    assert subject.faces == ()
    assert (subject.x, subject.y) == pytest.approx((x, y), abs=0.08)


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(np.full((540, 960, 3), 128, np.uint8), id="grey"),
        pytest.param(np.zeros((1, 1, 3), np.uint8), id="one pixel"),
        pytest.param(np.zeros((13, 3001, 3), np.uint8), id="a line"),
    ],
)
def test_where_nothing_stands_out_the_middle_is_looked_at(picture: Rgb) -> None:
    subject = find_subject(picture)

    assert subject.faces == CENTRE.faces
    assert (subject.x, subject.y) == pytest.approx((CENTRE.x, CENTRE.y), abs=0.02)


def test_the_same_picture_has_the_same_subject_in_whole_grains() -> None:
    picture = portrait(1920, 1080, 900, 100, 700)

    once, again = find_subject(picture), find_subject(picture.copy())

    assert once == again
    values = [once.x, once.y, *vars(once.faces[0]).values()]
    assert [value / GRAIN % 1 for value in values] == [0.0] * 6
    assert isinstance(once, Subject)
