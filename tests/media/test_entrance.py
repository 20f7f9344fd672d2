from fractions import Fraction

import numpy as np
import pytest

from media.entrance import pose

RATE = Fraction(24)


def test_text_comes_fast_and_slows_down_to_rest() -> None:
    poses = [pose(frame, 96, RATE) for frame in range(96)]

    steps = np.diff([now.away for now in poses[:13]])
    assert poses[0].away < 1
    assert poses[12].away == 0
    assert all(steps < 0)
    assert list(steps) == sorted(steps)
    assert {now.opacity for now in poses[12:86]} == {1.0}


def test_text_leaves_as_it_came() -> None:
    poses = [pose(frame, 96, RATE) for frame in range(86, 96)]

    steps = np.diff([now.away for now in poses])
    assert all(steps > 0)
    assert list(steps) == sorted(steps)
    assert all(now.leaves for now in poses)
    assert poses[-1].opacity < 0.3


@pytest.mark.parametrize("frames", [1, 2, 3, 9])
def test_a_short_stay_has_a_time_at_rest_where_it_can(frames: int) -> None:
    seen = [pose(frame, frames, RATE).opacity for frame in range(frames)]

    assert min(seen) > 0
    assert (1.0 in seen) == (frames > 2)


@pytest.mark.parametrize("frame", [-1, 96, 200])
def test_text_is_not_seen_outside_its_time(frame: int) -> None:
    assert pose(frame, 96, RATE).opacity == 0
