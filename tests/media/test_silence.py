import numpy as np
import pytest
from programmes import RATE, Sound

from media.silence import Levels
from media.stills import Span


def heard(sound: Sound, block: int = RATE) -> Levels:
    levels = Levels(len(sound))
    for start in range(0, len(sound), block):
        levels.hear(start, sound[start : start + block])
    return levels


def tone(seconds: float, level_db: float) -> Sound:
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * 500 * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def programme(gap_s: float, gap_db: float = -120.0) -> Sound:
    """Three seconds of sound, a gap, and half a second of sound."""
    return np.concatenate([tone(3, -20), tone(gap_s, gap_db), tone(0.55, -20)])


ALL = ((0, 10**9),)


@pytest.mark.parametrize("block", [RATE, 7_001])
def test_silence_is_told_with_its_time(block: int) -> None:
    found = heard(programme(2.5), block).silent(ALL, 0.0)

    assert found == (Span(3.0, 5.5),)


@pytest.mark.parametrize(
    ("gap_s", "gap_db", "gain_db", "count"),
    [
        pytest.param(1.9, -120.0, 0.0, 0, id="a pause"),
        pytest.param(2.1, -120.0, 0.0, 1, id="longer than a pause"),
        pytest.param(3.0, -50.0, 0.0, 0, id="a room"),
        pytest.param(3.0, -62.0, 0.0, 1, id="below a room"),
        pytest.param(3.0, -62.0, 6.0, 0, id="raised afterwards"),
    ],
)
def test_silence_is_two_seconds_below_minus_60(
    gap_s: float, gap_db: float, gain_db: float, count: int
) -> None:
    assert len(heard(programme(gap_s, gap_db)).silent(ALL, gain_db)) == count


def test_silence_where_nothing_was_to_sound_is_meant() -> None:
    sound = np.concatenate([programme(4.0), programme(4.0)])  # silent from 3 to 7, 10.55 to 14.55

    found = heard(sound).silent(((0, 3 * RATE), (9 * RATE, 13 * RATE)), 0.0)

    assert found == (Span(10.6, 13.0),)


def test_silence_lasts_until_the_end() -> None:
    sound = np.concatenate([tone(1, -20), tone(3.02, -120)])

    assert heard(sound).silent(((0, len(sound)),), 0.0) == (Span(1.0, 4.02),)
