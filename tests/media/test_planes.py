import pytest

from media.planes import Planes, yuv_of


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
