import cv2
import numpy as np
import pytest

from jobs.errors import InvalidInput
from jobs.scene import TransitionType
from media.planes import Bytes, Planes
from media.transitions import transition

KINDS = tuple(kind.value for kind in TransitionType if kind is not TransitionType.CUT)
MIRRORED = [
    (first, second, flip)
    for name in ("wipe", "slide", "cover")
    for first, second, flip in (
        (f"{name}_left", f"{name}_right", np.fliplr),
        (f"{name}_up", f"{name}_down", np.flipud),
    )
]


def plain(value: int, width: int = 64, height: int = 36) -> Planes:
    frame = Planes.blank(width, height)
    frame.fill((value, value, value))
    return frame


def busy(seed: int, width: int = 160, height: int = 90) -> Planes:
    """Noise, and larger than one band of rows."""
    frame = Planes.blank(width, height)
    frame.data[:] = np.random.default_rng(seed).integers(16, 236, frame.data.shape, np.uint8)
    return frame


def mixed(kind: str, a: Planes, b: Planes, progress: float) -> Planes:
    frame = plain(0, a.width, a.height)
    transition(kind)(a, b, progress, frame)
    return frame


@pytest.mark.parametrize("size", [(160, 90), (90, 160)], ids=["wide", "tall"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_transition_begins_with_the_old_shot_and_ends_with_the_new(
    kind: str, size: tuple[int, int]
) -> None:
    old, new = busy(1, *size), busy(2, *size)

    begins, ends = mixed(kind, old, new, 1e-6), mixed(kind, old, new, 1 - 1e-6)

    assert np.abs(begins.data.astype(int) - old.data).max() <= 1
    assert np.abs(ends.data.astype(int) - new.data).max() <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_transition_shows_both_shots_or_what_is_between_them(kind: str) -> None:
    values = [mixed(kind, plain(40), plain(200), share / 10).y.mean() for share in range(1, 10)]

    assert sorted(values) == values or kind in ("fade_black", "fade_white")
    assert max(values) - min(values) > 100


@pytest.mark.parametrize(
    ("kind", "corner"),
    [
        pytest.param("wipe_left", (0, -1), id="from the right edge"),
        pytest.param("wipe_right", (0, 0), id="from the left edge"),
        pytest.param("wipe_up", (-1, 0), id="from the bottom"),
        pytest.param("wipe_down", (0, 0), id="from the top"),
        pytest.param("slide_left", (0, -1), id="pushed in from the right"),
        pytest.param("slide_down", (0, 0), id="pushed in from the top"),
        pytest.param("cover_right", (0, 0), id="laid over from the left"),
        pytest.param("cover_up", (-1, 0), id="laid over from the bottom"),
    ],
)
def test_the_new_shot_comes_from_the_named_side(kind: str, corner: tuple[int, int]) -> None:
    frame = mixed(kind, plain(40), plain(200), 0.3)

    opposite = (-1 - corner[0], -1 - corner[1])
    assert (frame.y[corner], frame.y[opposite]) in ((200, 40), (200, 200))
    assert (frame.y == 200).mean() == pytest.approx(0.216, abs=0.03)


@pytest.mark.parametrize(("kind", "other", "flip"), MIRRORED)
def test_opposite_directions_are_mirror_images(kind: str, other: str, flip: object) -> None:
    old, new = busy(1), busy(2)
    assert callable(flip)

    def turned(frame: Planes) -> Planes:
        back = plain(0, frame.width, frame.height)
        for source, target in zip(
            (frame.y, frame.u, frame.v), (back.y, back.u, back.v), strict=True
        ):
            target[:] = flip(source)
        return back

    there = mixed(kind, old, new, 0.4)
    back = turned(mixed(other, turned(old), turned(new), 0.4))

    assert np.array_equal(there.data, back.data)


def test_a_circle_that_closes_is_one_that_opens_run_backwards() -> None:
    old, new = busy(1), busy(2)

    closes = mixed("circle_close", old, new, 0.3)
    opens = mixed("circle_open", new, old, 0.7)

    assert np.array_equal(closes.data, opens.data)


def test_a_slide_moves_both_shots_and_a_cover_only_the_new_one() -> None:
    old = plain(40)
    old.y[:, -2:] = 100

    slides, covers = (mixed(kind, old, plain(200), 0.5) for kind in ("slide_left", "cover_left"))

    assert list(slides.y[0, [0, 29, 30, 32]]) == [40, 40, 100, 200]
    assert list(covers.y[0, [0, 30, 31, 32]]) == [40, 40, 40, 200]


@pytest.mark.parametrize(("kind", "value"), [("fade_black", 16), ("fade_white", 235)])
def test_fades_pass_through_their_colour(kind: str, value: int) -> None:
    assert mixed(kind, plain(40), plain(200), 0.5).y.mean() == value


def test_bright_parts_of_the_new_shot_dissolve_in_first() -> None:
    new = plain(60)
    new.y[:, 32:] = 220

    frame = mixed("dissolve", plain(40), new, 0.4)

    assert (frame.y[0, 0], frame.y[0, -1]) == (40, 220)


def test_a_blur_is_least_sharp_halfway() -> None:
    shot = busy(1, 320, 180)

    detail = [_detail(mixed("blur", shot, shot, share).y) for share in (0.01, 0.2, 0.5, 0.8, 0.99)]

    assert detail[0] > 5 * detail[1] > 5 * detail[2]
    assert detail[2] == min(detail)
    assert detail[0] == detail[4]


def _detail(plane: Bytes) -> float:
    return float(cv2.Laplacian(plane, cv2.CV_64F).std())


def test_luma_and_chroma_of_a_wipe_are_cut_at_the_same_place() -> None:
    frame = mixed("wipe_right", plain(40), plain(200), 0.4)

    assert (frame.y[0] == 200).sum() == 2 * (frame.u[0] == 200).sum()


def test_luma_and_chroma_of_a_circle_have_their_edge_at_the_same_place() -> None:
    frame = mixed("circle_open", plain(0, 640, 360), plain(240, 640, 360), 0.4)

    luma, chroma = (np.argwhere(plane > 120) for plane in (frame.y, frame.u))
    # Chroma is sited on the left column of luma, between two rows.
    centre_of_chroma = chroma.mean(axis=0) * 2 + (0.5, 0)
    assert luma.mean(axis=0) == pytest.approx(centre_of_chroma, abs=0.6)
    assert len(luma) == pytest.approx(4 * len(chroma), rel=0.02)


def test_unknown_transition_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"is not one of cut, crossfade, .*, circle_close"):
        transition("star")
