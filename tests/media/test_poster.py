from fractions import Fraction

import pytest

from media.clear import clear_stretches
from media.poster import Candidate, chosen, make_poster, poster_frame
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
    ("candidates", "frame"),
    [
        pytest.param([(10, 60.0, True), (70, 100.0, True)], 10, id="the earlier of two sharp ones"),
        pytest.param([(10, 40.0, True), (70, 100.0, True)], 70, id="not a blurred one"),
        pytest.param([(10, 500.0, False), (70, 1.0, True)], 70, id="not a dark one"),
        pytest.param([(10, 5.0, False)], 33, id="nothing is to be seen"),
        pytest.param([], 33, id="none"),
    ],
)
def test_the_first_that_is_about_as_sharp_as_the_sharpest_is_chosen(
    candidates: list[tuple[int, float, bool]], frame: int
) -> None:
    assert chosen([Candidate(*one) for one in candidates], 33) == frame


def test_a_blurred_beginning_a_black_and_a_transition_are_passed_over(space: Workspace) -> None:
    # Two seconds blurred, two black, two mixed with another picture, then as it is.
    source = (
        "testsrc2=s=128x72:r=30,gblur=sigma=6:enable='lt(t,2)',"
        "eq=brightness=-1:enable='between(t,2,3.99)'"
    )
    space.run(
        [
            "-y", "-f", "lavfi", "-i", source, "-frames:v", "300", "-c:v", "libx264", "-preset",
            "veryfast", "-g", "30", "-pix_fmt", "yuv420p", "film.mp4",
        ]
    )  # fmt: skip
    clear = [(12, 110), (200, 300)]  # between them, a transition

    frame = poster_frame(space, space.folder / "film.mp4", (128, 72), RATE, clear, 300)

    assert frame == 210  # the first key frame behind it


def test_a_film_of_one_colour_shows_the_middle_of_its_first_scene(space: Workspace) -> None:
    film = write_film(space, 90, keys="1", source="color=gray")

    assert poster_frame(space, film, (128, 72), RATE, [(12, 78)], 90) == 45


def test_a_poster_is_the_very_frame(space: Workspace) -> None:
    film = write_film(space, 90, keys="1")

    poster = make_poster(space, film, float((33 - Fraction(1, 4)) / RATE))

    wanted = space.folder / "wanted.png"
    space.run(["-i", "film.mp4", "-vf", "select=eq(n\\,33)", "-frames:v", "1", wanted.name])
    again = space.run(
        ["-i", poster.name, "-i", wanted.name, "-lavfi", "psnr", "-f", "null", "-"]
    ).stderr_tail
    assert float(again.rpartition("average:")[2].partition(" ")[0]) > 30
