from itertools import pairwise

import pytest

from jobs.errors import InvalidInput
from media.motion import AUTO, motion

KINDS = ("none", "zoom_in", "zoom_out", "pan_left", "pan_right", "pan_up", "pan_down")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scene", range(5))
def test_the_camera_never_leaves_the_picture(kind: str, scene: int) -> None:
    path = motion(kind, scene)

    for step in range(101):
        view = path.at(step / 100)
        half = 0.5 / view.zoom
        assert view.zoom >= 1
        assert view.x - half >= -0.05  # centres near an edge are held inside when drawn
        assert view.x + half <= 1.05


def test_a_zoom_moves_on_in_every_frame() -> None:
    path = motion("zoom_in", 0)

    zooms = [path.at(frame / 149).zoom for frame in range(150)]

    assert zooms == sorted(zooms)
    assert len(set(zooms)) == 150


def test_a_pan_to_the_right_moves_the_view_right() -> None:
    path = motion("pan_right", 0)

    assert path.at(0).x < path.at(0.5).x < path.at(1).x


def test_neighbouring_scenes_do_not_move_alike() -> None:
    kinds = [AUTO[scene % len(AUTO)] for scene in range(16)]

    assert all(a != b for a, b in pairwise(kinds))


def test_unknown_motion_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="zoom_in"):
        motion("spin", 0)
