from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from media.blank import SHADES, is_blank, is_blank_clip
from media.run import Workspace
from tests.fakes.films import black_film, film


def plain(*colour: int) -> NDArray[np.uint8]:
    return np.full((90, 160, 3), colour, np.uint8)


def spotted(spot: int) -> NDArray[np.uint8]:
    picture = plain(10, 20, 30)
    picture[7, 9, 1] += spot
    return picture


@pytest.mark.parametrize(
    ("picture", "blank"),
    [
        pytest.param(plain(0, 0, 0), True, id="black"),
        pytest.param(plain(20, 90, 200), True, id="one colour, of three different shares"),
        pytest.param(spotted(SHADES), True, id="what compression leaves"),
        pytest.param(spotted(SHADES + 1), False, id="a spot"),
        pytest.param(np.stack([plain(0, 0, 0), plain(9, 9, 9)]), True, id="a fade of nothing"),
        pytest.param(np.stack([plain(0, 0, 0), spotted(99)]), False, id="a film that begins black"),
    ],
)
def test_one_colour_alone_is_nothing(picture: NDArray[np.uint8], blank: bool) -> None:
    assert is_blank(picture) is blank


@pytest.mark.parametrize(
    ("clip", "blank"),
    [
        pytest.param(black_film, True, id="black"),
        pytest.param(lambda *size: film(*size, False), False, id="moving"),
    ],
)
def test_a_clip_is_looked_at(
    clip: Callable[[int, int, float], bytes], blank: bool, space: Workspace
) -> None:
    path = space.folder / "clip.mp4"
    path.write_bytes(clip(320, 180, 1.0))

    assert is_blank_clip(space, path, 320, 180) is blank
