import numpy as np
import pytest

from media.planes import Planes, split, yuv_of


@pytest.mark.parametrize(
    ("color", "yuv"),
    [
        pytest.param("#000000", (16, 128, 128), id="black"),
        pytest.param("#ffffff", (235, 128, 128), id="white"),
        pytest.param("#ff0000", (63, 102, 240), id="red"),
        pytest.param("#00ff00", (173, 42, 26), id="green"),
        pytest.param("#0000ff", (32, 240, 118), id="blue"),
    ],
)
def test_colours_have_the_code_values_of_bt709(color: str, yuv: tuple[int, int, int]) -> None:
    assert yuv_of(color) == yuv


def test_a_frame_is_laid_out_as_raw_video() -> None:
    frame = Planes.blank(4, 2)

    frame.fill((1, 2, 3))

    assert frame.data.tobytes() == bytes([1] * 8 + [2] * 2 + [3] * 2)


def test_a_picture_splits_into_full_luma_and_half_chroma() -> None:
    picture = np.full((4, 6, 3), (255, 0, 0), np.uint8)

    y, u, v = split(picture, (6, 4))

    assert (y.shape, u.shape, v.shape) == ((4, 6), (2, 3), (2, 3))
    assert (y[0, 0], u[0, 0], v[0, 0]) == yuv_of("#ff0000")


@pytest.mark.parametrize("size", [(32, 24), (8, 6)], ids=["larger", "smaller"])
def test_a_picture_is_split_at_another_size(size: tuple[int, int]) -> None:
    picture = np.zeros((12, 16, 3), np.uint8)
    picture[:, 8:] = (255, 0, 0)

    y, u, v = split(picture, size)

    width, height = size
    assert (y.shape, u.shape, v.shape) == ((height, width), *[(height // 2, width // 2)] * 2)
    assert (y[0, 0], u[0, 0], v[0, 0]) == yuv_of("#000000")
    assert (y[0, -1], u[0, -1], v[0, -1]) == yuv_of("#ff0000")
