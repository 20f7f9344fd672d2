from itertools import pairwise

import pytest

from jobs.errors import InvalidInput
from media.framing import AUTO, CROSSING_S, KINDS, ZOOM, Aim, Framing
from media.motion import Motion, View
from media.subject import CENTRE, Box, Subject

WIDE, TALL = 16 / 9, 9 / 16
SHAPES = {
    "wide": (1920, 1080),
    "tall": (1080, 1920),
    "panorama": (4000, 1000),
    "square": (900, 900),
}
PEOPLE = Subject(0.75, 0.3, (Box(0.7, 0.2, 0.1, 0.2),))


def holds(view: View, box: Box) -> bool:
    return (
        view.left <= box.left + 1e-6
        and view.top <= box.top + 1e-6
        and view.left + view.width >= box.left + box.width - 1e-6
        and view.top + view.height >= box.top + box.height - 1e-6
    )


def way(path: Motion) -> tuple[float, float]:
    return path.end.left - path.start.left, path.end.top - path.start.top


@pytest.mark.parametrize("aspect", [WIDE, TALL, 1.0, 0.8])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [*KINDS, "auto"])
@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(CENTRE, id="middle"),
        pytest.param(Subject(0.0, 1.0, ()), id="corner"),
        pytest.param(PEOPLE, id="face"),
    ],
)
def test_the_camera_never_leaves_the_picture(
    aspect: float, shape: str, kind: str, subject: Subject
) -> None:
    width, height = SHAPES[shape]
    picture = View(0, 0, width, height)

    path = Framing(width, height, aspect, subject).motion(kind, 3, 5.0)

    for step in range(11):
        view = path.at(step / 10)
        assert holds(picture, Box(view.left, view.top, view.width, view.height))
        assert view.width / view.height == pytest.approx(aspect)


@pytest.mark.parametrize("aspect", [WIDE, TALL, 1.0, 0.8])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [*KINDS, "auto"])
@pytest.mark.parametrize(
    "face",
    [
        pytest.param(Box(0.7, 0.2, 0.08, 0.15), id="at the right"),
        pytest.param(Box(0.0, 0.0, 0.05, 0.1), id="in the corner"),
        pytest.param(Box(0.4, 0.85, 0.08, 0.15), id="at the bottom"),
    ],
)
def test_every_view_holds_the_whole_face(aspect: float, shape: str, kind: str, face: Box) -> None:
    width, height = SHAPES[shape]
    subject = Subject(face.left + face.width / 2, face.top + face.height / 2, (face,))

    path = Framing(width, height, aspect, subject).motion(kind, 0, 5.0)

    whole = face.scaled(width, height).widened(0.1, width, height)
    assert all(holds(path.at(step / 10), whole) for step in range(11))


def test_a_face_as_large_as_the_view_holds_the_camera() -> None:
    face = Box(0.3, 0.0, 0.2, 1.0)

    path = Framing(1920, 1080, TALL, Subject(0.4, 0.5, (face,))).motion("zoom_in", 0, 5.0)

    assert holds(path.at(1), face.scaled(1920, 1080))


def test_of_faces_that_do_not_fit_together_the_largest_is_whole() -> None:
    small, large = Box(0.05, 0.4, 0.05, 0.1), Box(0.8, 0.3, 0.15, 0.3)

    path = Framing(1920, 1080, TALL, Subject(0.7, 0.4, (small, large))).motion("zoom_in", 0, 5.0)

    assert holds(path.at(0), large.scaled(1920, 1080))
    assert holds(path.at(1), large.scaled(1920, 1080))


@pytest.mark.parametrize("aspect", [WIDE, TALL, 1.0, 0.8])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [*KINDS, "auto"])
@pytest.mark.parametrize("x", [0.06, 0.3, 0.5, 0.94])
@pytest.mark.parametrize("y", [0.06, 0.5, 0.9])
def test_the_focus_stays_in_view(aspect: float, shape: str, kind: str, x: float, y: float) -> None:
    width, height = SHAPES[shape]

    path = Framing(width, height, aspect, Subject(x, y, ())).motion(kind, 0, 20.0)

    focus = Box(x * width, y * height, 0, 0)
    assert all(holds(path.at(step / 10), focus) for step in range(11))


def test_cropping_follows_the_focus() -> None:
    view = Framing(1920, 1080, TALL, Subject(0.7, 0.5, ())).motion("none", 0, 5.0).start

    assert view.left + view.width / 2 == pytest.approx(0.7 * 1920)
    assert view.height == 1080


def test_zooms_go_towards_the_focus_and_away_from_it() -> None:
    framing = Framing(1920, 1080, WIDE, Subject(0.2, 0.6, ()))

    towards, away = (framing.motion(kind, 0, 5.0) for kind in ("zoom_in", "zoom_out"))

    assert towards.start == away.end == View(0, 0, 1920, 1080)
    assert towards.end == away.start
    assert towards.end.width == pytest.approx(1920 / ZOOM)
    assert towards.end.left == 0
    assert towards.end.top + towards.end.height / 2 > 540


@pytest.mark.parametrize(
    ("kind", "x"),
    [("pan_right", 0.7), ("pan_left", 0.3)],
)
def test_pans_end_at_the_focus(kind: str, x: float) -> None:
    path = Framing(1920, 1080, TALL, Subject(x, 0.5, ())).motion(kind, 0, 5.0)

    assert path.end.left + path.end.width / 2 == pytest.approx(x * 1920)


@pytest.mark.parametrize(
    ("kind", "x"),
    [("pan_right", 0.2), ("pan_left", 0.8)],
)
def test_pans_begin_at_a_focus_near_the_edge_they_come_from(kind: str, x: float) -> None:
    path = Framing(1920, 1080, TALL, Subject(x, 0.5, ())).motion(kind, 0, 5.0)

    assert path.start.left + path.start.width / 2 == pytest.approx(x * 1920)


@pytest.mark.parametrize(
    ("kind", "signs"),
    [
        pytest.param("pan_right", (1, 0), id="right"),
        pytest.param("pan_left", (-1, 0), id="left"),
        pytest.param("pan_down", (0, 1), id="down"),
        pytest.param("pan_up", (0, -1), id="up"),
    ],
)
def test_pans_go_where_they_are_told(kind: str, signs: tuple[int, int]) -> None:
    for x in (0.0, 0.3, 0.5, 1.0):
        path = Framing(1920, 1080, WIDE, Subject(x, x, ())).motion(kind, 0, 5.0)

        across, down = way(path)
        assert (round(across, 6) > 0) - (round(across, 6) < 0) == signs[0]
        assert (round(down, 6) > 0) - (round(down, 6) < 0) == signs[1]


def test_a_short_pan_over_a_panorama_is_no_faster_than_the_eye_follows() -> None:
    path = Framing(8000, 1000, WIDE, CENTRE).motion("pan_right", 0, 1.4)

    assert way(path)[0] / path.start.width == pytest.approx(1.4 / CROSSING_S)


@pytest.mark.parametrize(
    ("size", "aspect", "axis"),
    [
        pytest.param((4000, 1000), WIDE, 0, id="panorama"),
        pytest.param((1920, 1080), TALL, 0, id="wide in tall"),
        pytest.param((1080, 1920), WIDE, 1, id="tall in wide"),
    ],
)
def test_auto_pans_along_what_cropping_leaves(
    size: tuple[int, int], aspect: float, axis: int
) -> None:
    for scene in range(4):
        path = Framing(*size, aspect, CENTRE).motion("auto", scene, 5.0)

        assert abs(way(path)[axis]) > 0.1 * min(path.start.width, path.start.height)
        assert way(path)[1 - axis] == 0


def direction(path: Motion) -> tuple[int, ...]:
    moved = (*way(path), path.end.width - path.start.width)
    if abs(moved[2]) > 1e-6:
        return (0, 0, int(moved[2] > 0) * 2 - 1)
    return tuple((value > 1e-6) - (value < -1e-6) for value in moved)


@pytest.mark.parametrize("before", SHAPES)
@pytest.mark.parametrize("after", SHAPES)
@pytest.mark.parametrize("aspect", [WIDE, TALL])
def test_under_auto_neighbours_of_any_shapes_never_move_alike(
    before: str, after: str, aspect: float
) -> None:
    shapes = [SHAPES[before], SHAPES[after]]
    kinds = [
        direction(Framing(*shapes[n % 2], aspect, CENTRE).motion("auto", n % len(AUTO), 5.0))
        for n in range(9)
    ]

    assert all(a != b for a, b in pairwise(kinds))


def test_auto_zooms_where_a_face_leaves_no_room_for_a_pan() -> None:
    face = Box(0.4, 0.2, 0.31, 0.5)

    path = Framing(1920, 1080, TALL, Subject(0.555, 0.45, (face,))).motion("auto", 1, 5.0)

    assert direction(path)[:2] == (0, 0)
    assert not path.is_still


def test_an_explicit_movement_goes_from_aim_to_aim() -> None:
    framing = Framing(2000, 1000, 2.0, Subject(0.1, 0.1, ()))

    path = framing.explicit(Aim(1.0), Aim(4.0, (0.3, 0.4)))

    assert path.start == View(0, 0, 2000, 1000)
    assert path.end == View(350, 275, 500, 250)


def test_an_aim_without_a_focus_is_at_that_of_the_picture() -> None:
    path = Framing(2000, 1000, 2.0, Subject(0.25, 0.5, ())).explicit(Aim(2.0), Aim(4.0))

    assert path.start == View(0, 250, 1000, 500)
    assert path.end == View(250, 375, 500, 250)


def test_an_aim_gives_way_at_the_edges() -> None:
    path = Framing(2000, 1000, 2.0, CENTRE).explicit(Aim(2.0, (0, 1)), Aim(2.0, (1, 0)))

    assert path.start == View(0, 500, 1000, 500)
    assert path.end == View(1000, 0, 1000, 500)


def test_unknown_motion_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="zoom_in"):
        Framing(640, 360, WIDE, CENTRE).motion("spin", 0, 5.0)
