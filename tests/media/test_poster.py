from fractions import Fraction

import pytest

from media.clear import clear_stretches
from media.glimpse import Glimpse
from media.poster import make_poster, poster_frame
from media.run import Workspace
from tests.media.films import write_film

RATE = Fraction(30)


@pytest.mark.parametrize(
    ("scenes", "clear"),
    [
        pytest.param([(0, 90)], [(12, 78)], id="one scene: its fades are left out"),
        pytest.param([(0, 90), (90, 180)], [(12, 78), (102, 168)], id="a cut"),
        pytest.param([(0, 90), (75, 180)], [(12, 63), (102, 168)], id="a transition of both"),
        pytest.param([(0, 20), (20, 180)], [(32, 168)], id="a scene that is all fade"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_a_scene_is_clear_between_transitions(
    scenes: list[tuple[int, int]], clear: list[tuple[int, int]]
) -> None:
    assert list(clear_stretches(scenes, RATE)) == clear


@pytest.mark.parametrize(
    ("glimpses", "frame"),
    [
        pytest.param([(20, 60.0, True), (70, 100.0, True)], 20, id="the earlier of two sharp ones"),
        pytest.param([(20, 40.0, True), (70, 100.0, True)], 70, id="not a blurred one"),
        pytest.param([(20, 500.0, False), (70, 1.0, True)], 70, id="not a dark one"),
        pytest.param([(5, 100.0, True), (70, 1.0, True)], 70, id="not one that fades in"),
        pytest.param([(20, 1.0, True), (1830, 100.0, True)], 20, id="none after the first minute"),
        pytest.param([(20, 5.0, False)], 45, id="nothing is to be seen"),
        pytest.param([], 45, id="none"),
    ],
)
def test_the_first_that_is_about_as_sharp_as_the_sharpest_is_shown(
    glimpses: list[tuple[int, float, bool]], frame: int
) -> None:
    seen = [Glimpse(*one) for one in glimpses]

    assert poster_frame(seen, RATE, [(12, 78), (1812, 1848)], 1860) == frame


def test_a_poster_is_the_very_frame(space: Workspace) -> None:
    film = write_film(space, 90, keys="1")

    poster = make_poster(space, film, float((33 - Fraction(1, 4)) / RATE))

    wanted = space.folder / "wanted.png"
    space.run(["-i", "film.mp4", "-vf", "select=eq(n\\,33)", "-frames:v", "1", wanted.name])
    again = space.run(
        ["-i", poster.name, "-i", wanted.name, "-lavfi", "psnr", "-f", "null", "-"]
    ).stderr_tail
    assert float(again.rpartition("average:")[2].partition(" ")[0]) > 30
