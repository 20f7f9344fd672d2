from fractions import Fraction
from typing import Any

import pytest

from jobs.document import job_from
from jobs.output import Loudness, Output


def output(**fields: Any) -> Output:
    return job_from({"prompt": "x", "output": fields}).output


@pytest.mark.parametrize(
    ("ratio", "height", "size"),
    [
        pytest.param("16:9", 1080, (1920, 1080), id="wide"),
        pytest.param("9:16", 1080, (1080, 1920), id="tall"),
        pytest.param("1:1", 1080, (1080, 1080), id="square"),
        pytest.param("4:5", 1080, (1080, 1350), id="portrait"),
        pytest.param("16:9", 480, (854, 480), id="853.3 becomes even"),
        pytest.param("9:16", 144, (144, 256), id="smallest"),
        pytest.param("16:9", 2160, (3840, 2160), id="largest"),
        pytest.param("4:5", 146, (146, 182), id="182.5 becomes even"),
    ],
)
def test_height_is_the_shorter_side(ratio: str, height: int, size: tuple[int, int]) -> None:
    assert output(aspect_ratio=ratio, height=height).size == size


@pytest.mark.parametrize("ratio", ["16:9", "9:16", "1:1", "4:5"])
def test_both_sides_are_even_and_within_two_pixels_of_the_ratio(ratio: str) -> None:
    across, down = map(int, ratio.split(":"))

    for height in range(144, 2161, 2):
        width, tall = output(aspect_ratio=ratio, height=height).size
        assert (width % 2, tall % 2) == (0, 0)
        assert abs(width * down - tall * across) <= max(across, down)


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        pytest.param(30, Fraction(30), id="whole"),
        pytest.param("30000/1001", Fraction(30000, 1001), id="exact"),
    ],
)
def test_frame_rates_are_exact(fps: object, rate: Fraction) -> None:
    assert output(fps=fps).frame_rate == rate


def test_loudness_profiles_have_their_published_numbers() -> None:
    assert {profile.value: (profile.lufs, profile.peak_dbtp) for profile in Loudness} == {
        "web": (-14, -1),
        "podcast": (-16, -1),
        "ebu": (-23, -1),
        "atsc": (-24, -2),
    }
