import numpy as np
import pytest

from media.sprite import Area, Sprite, halo, inked_area, over, patch_of, rounded_box, shadow


@pytest.mark.parametrize(
    ("x", "y", "shape"),
    [
        pytest.param(1, 0, (2, 2, 4), id="x"),
        pytest.param(0, 3, (2, 2, 4), id="y"),
        pytest.param(0, 0, (3, 2, 4), id="height"),
        pytest.param(0, 0, (2, 5, 4), id="width"),
    ],
)
def test_a_sprite_lies_on_whole_chroma_samples(x: int, y: int, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="not even"):
        Sprite(x, y, np.zeros(shape, np.uint8))


def test_the_inked_area_is_tight() -> None:
    page = np.zeros((20, 30, 3), np.uint8)
    page[5:8, 10:21, 1] = 1

    assert inked_area(page) == Area(10, 5, 21, 8)
    assert inked_area(np.zeros((20, 30, 3), np.uint8)) is None


def test_areas_grow_to_even_numbers_inside_the_picture() -> None:
    assert Area(5, 1, 8, 9).grown(2, 40, 10) == Area(2, 0, 10, 10)


def test_laying_over_keeps_what_is_below_transparent_parts() -> None:
    top = np.array([[[0, 0, 0, 0], [200, 0, 0, 200], [9, 9, 9, 255]]], np.uint8)
    below = np.array([[[10, 20, 30, 255]] * 3], np.uint8)

    assert over(top, below).tolist() == [[[10, 20, 30, 255], [202, 4, 6, 255], [9, 9, 9, 255]]]


def test_a_box_has_round_corners() -> None:
    alpha = rounded_box(40, 30, Area(4, 4, 36, 26), 8.0, 0.5)[:, :, 3]

    assert alpha[15, 20] == alpha[4, 20] == alpha[15, 4] == 128
    assert alpha[4, 4] == alpha[3, 20] == alpha[15, 3] == 0


def test_shadows_fall_and_fade() -> None:
    shape = np.zeros((41, 41), np.uint8)
    shape[18:23, 10:31] = 255

    dark = shadow(shape, 2.0, 6.0, 0.5)[:, :, 3]

    assert 60 < dark.max() <= 128
    assert dark[26, 20] == dark.max()
    assert dark[10, 20] == 0


def test_a_halo_is_as_dark_round_thin_strokes_as_round_thick_ones() -> None:
    shape = np.zeros((200, 400), np.uint8)
    shape[95:105, 97:100] = 255
    shape[60:140, 280:340] = 255

    dark = halo(shape, 20.0, 6.0, 0.5)[:, :, 3]

    assert dark[100, 90] == pytest.approx(127, abs=3)
    assert dark[100, 275] == pytest.approx(127, abs=3)
    assert dark[100, 180] == 0


def test_a_patch_is_small_and_turns_one_picture_into_the_other() -> None:
    before = np.arange(20 * 30 * 4, dtype=np.uint8).reshape(20, 30, 4)
    after = before.copy()
    after[4:6, 7:12] ^= 255

    patch = patch_of(before, after)

    assert patch.area == Area(7, 4, 12, 6)
    assert (patch.applied(before) == after).all()
    assert (patch_of(before, before).applied(before) == before).all()
