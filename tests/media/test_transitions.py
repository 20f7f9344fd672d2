import pytest

from jobs.errors import InvalidInput
from media.planes import Planes
from media.transitions import transition

KINDS = (
    "crossfade", "fade_black", "fade_white", "wipe_left", "wipe_right",
    "wipe_up", "wipe_down", "slide_left", "slide_right",
)  # fmt: skip


def plain(value: int) -> Planes:
    frame = Planes.blank(64, 36)
    frame.fill((value, value, value))
    return frame


@pytest.mark.parametrize("kind", KINDS)
def test_a_transition_begins_with_the_old_shot_and_ends_with_the_new(kind: str) -> None:
    frame = plain(0)

    transition(kind)(plain(40), plain(200), 0.001, frame)
    begins = frame.y.mean()
    transition(kind)(plain(40), plain(200), 0.999, frame)
    ends = frame.y.mean()

    assert (round(begins), round(ends)) == (40, 200)


@pytest.mark.parametrize(
    ("kind", "corner"),
    [
        pytest.param("wipe_left", (0, -1), id="from the right edge"),
        pytest.param("wipe_right", (0, 0), id="from the left edge"),
        pytest.param("wipe_up", (-1, 0), id="from the bottom"),
        pytest.param("wipe_down", (0, 0), id="from the top"),
        pytest.param("slide_left", (0, -1), id="pushed in from the right"),
        pytest.param("slide_right", (0, 0), id="pushed in from the left"),
    ],
)
def test_the_new_shot_comes_from_the_named_side(kind: str, corner: tuple[int, int]) -> None:
    frame = plain(0)

    transition(kind)(plain(40), plain(200), 0.3, frame)

    assert frame.y[corner] == 200
    assert frame.y[-1 - corner[0], -1 - corner[1]] == 40 or kind in ("wipe_up", "wipe_down")
    assert frame.y.mean() < 120


@pytest.mark.parametrize(("kind", "value"), [("fade_black", 16), ("fade_white", 235)])
def test_fades_pass_through_their_colour(kind: str, value: int) -> None:
    frame = plain(0)

    transition(kind)(plain(40), plain(200), 0.5, frame)

    assert frame.y.mean() == value


def test_luma_and_chroma_of_a_wipe_are_cut_at_the_same_place() -> None:
    frame = plain(0)

    transition("wipe_right")(plain(40), plain(200), 0.4, frame)

    assert (frame.y[0] == 200).sum() == 2 * (frame.u[0] == 200).sum()


def test_unknown_transition_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="crossfade"):
        transition("star")
