import numpy as np
import pytest

from media.ducking import Breakpoint, ducking_gain, gain_between

SECOND = 48000
TOTAL = 60 * SECOND


def stretch(start: int, end: int, depth_db: float = 10.0) -> tuple[Breakpoint, ...]:
    return (
        Breakpoint(start - 7200, 0.0),
        Breakpoint(start, -depth_db),
        Breakpoint(end, -depth_db),
        Breakpoint(end + 19200, 0.0),
    )


@pytest.mark.parametrize(
    ("speech", "expected"),
    [
        pytest.param([], (), id="nobody speaks"),
        pytest.param(
            [(SECOND, 2 * SECOND)],
            stretch(SECOND, 2 * SECOND),
            id="down before the word, up after it",
        ),
        pytest.param(
            [(SECOND, 2 * SECOND), (2 * SECOND + 33599, 4 * SECOND)],
            stretch(SECOND, 4 * SECOND),
            id="held over a pause below 0.7 s",
        ),
        pytest.param(
            [(SECOND, 2 * SECOND), (2 * SECOND + 33600, 4 * SECOND)],
            stretch(SECOND, 2 * SECOND) + stretch(2 * SECOND + 33600, 4 * SECOND),
            id="up in a pause of 0.7 s",
        ),
        pytest.param(
            [(3 * SECOND, 4 * SECOND), (SECOND, 5 * SECOND)],
            stretch(SECOND, 5 * SECOND),
            id="spans in any order, one inside the other",
        ),
        pytest.param(
            [(0, SECOND)], stretch(0, SECOND), id="the first word: already down at the start"
        ),
        pytest.param([(SECOND, SECOND), (9, 3)], (), id="empty spans"),
        pytest.param([(TOTAL, TOTAL + 5)], (), id="behind the end"),
    ],
)
def test_the_music_steps_back_for_speech(
    speech: list[tuple[int, int]], expected: tuple[Breakpoint, ...]
) -> None:
    assert ducking_gain(speech, TOTAL, 10.0) == expected


def test_no_depth_means_no_movement() -> None:
    assert ducking_gain([(SECOND, 2 * SECOND)], TOTAL, 0.0) == ()


def test_a_negative_depth_is_refused() -> None:
    with pytest.raises(ValueError, match="-3"):
        ducking_gain([], TOTAL, -3.0)


@pytest.mark.parametrize(
    ("sample", "gain_db"),
    [
        pytest.param(0, 0.0, id="long before"),
        pytest.param(SECOND - 7200, 0.0, id="ramp begins"),
        pytest.param(SECOND - 3600, -6.0, id="half way down in dB"),
        pytest.param(SECOND, -12.0, id="first sample of the word"),
        pytest.param(2 * SECOND - 1, -12.0, id="last sample of the word"),
        pytest.param(2 * SECOND + 4800, -9.0, id="a quarter of the way up"),
        pytest.param(2 * SECOND + 19200, 0.0, id="back"),
    ],
)
def test_the_gain_follows_the_breakpoints(sample: int, gain_db: float) -> None:
    points = ducking_gain([(SECOND, 2 * SECOND)], TOTAL, 12.0)

    gain = gain_between(points, sample, sample + 1)

    assert 20 * np.log10(gain[0]) == pytest.approx(gain_db, abs=0.005)


def test_the_gain_of_a_sample_does_not_depend_on_its_block() -> None:
    speech = [(SECOND + k * 70001, SECOND + k * 70001 + 20000) for k in range(20)]
    points = ducking_gain(speech, TOTAL, 9.0)
    whole = gain_between(points, 0, 30 * SECOND)

    for size in (1009, 48000, 100003):
        blocks = [
            gain_between(points, start, min(start + size, 30 * SECOND))
            for start in range(0, 30 * SECOND, size)
        ]
        np.testing.assert_array_equal(np.concatenate(blocks), whole)
