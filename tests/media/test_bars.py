import numpy as np
import pytest

from media.bars import find_bars
from media.timeline import SAMPLE_RATE_HZ
from tests.media.bands import Played, band, rain
from tests.media.programmes import Sound, spoken

MOST_OFF_S = 0.02


def off_s(played: Played) -> float:
    """How far the furthest bar line that was found within a track lies from one of its own."""
    bars = find_bars(played.sound)
    assert bars is not None
    true_s = np.array(played.lines_s)
    found_s = np.array(bars.track.lines) / SAMPLE_RATE_HZ
    inside = found_s[(found_s > true_s[0] - 0.1) & (found_s < true_s[-1] + 0.1)]
    assert len(inside) >= len(true_s) // 2 - 1  # a fast tempo is told as half of it
    return float(max(np.abs(true_s - line).min() for line in inside))


@pytest.mark.parametrize(
    "played",
    [
        pytest.param(band(62, 12, opening_s=0.4), id="62 a minute"),
        pytest.param(band(90, 12, drums=False), id="90, piano alone"),
        pytest.param(band(100, 16, swing=1 / 6), id="100 with swing"),
        pytest.param(band(120, 16, opening_s=1.3), id="120"),
        pytest.param(band(128, 16, off_time_s=0.01), id="128 by people"),
        pytest.param(band(174, 24), id="174"),
        pytest.param(band(96, 16, metre=3), id="a waltz"),
    ],
)
def test_bar_lines_are_found_where_bars_begin(played: Played) -> None:
    assert off_s(played) <= MOST_OFF_S


@pytest.mark.parametrize(("metre", "bpm"), [(4, 108), (3, 132)])
def test_the_metre_and_the_tempo_are_told(metre: int, bpm: float) -> None:
    bars = find_bars(band(bpm, 16, metre=metre).sound)

    assert bars is not None
    assert bars.beats == metre
    assert bars.tempo_bpm == pytest.approx(bpm, rel=0.005)


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(rain(30), id="rain"),
        pytest.param(np.stack([spoken(30)] * 2, axis=1), id="speech"),
        pytest.param(band(80, 16, drums=False, rubato=0.15).sound, id="free time"),
        pytest.param(band(120, 2).sound, id="two bars"),
        pytest.param(np.zeros((96_000, 2), np.float32), id="silence"),
        pytest.param(np.zeros((1, 2), np.float32), id="one sample"),
    ],
)
def test_what_has_no_clear_bars_gets_none(sound: Sound) -> None:
    assert find_bars(sound) is None


def test_bars_that_sound_alike_are_of_one_kind() -> None:
    bars = find_bars(band(110, 16).sound)

    assert bars is not None
    kinds = bars.track.kinds
    assert kinds[4:8] == kinds[8:12]
    assert len(set(kinds[4:8])) == 4


def test_the_last_chord_is_found() -> None:
    played = band(110, 12)

    bars = find_bars(played.sound)

    assert bars is not None
    assert bars.track.last_onset is not None
    last_s = bars.track.last_onset / SAMPLE_RATE_HZ
    assert last_s == pytest.approx(played.lines_s[-1], abs=0.03)


def test_a_loop_has_no_ending_and_all_its_bars() -> None:
    played = band(100, 8, has_ending=False)

    bars = find_bars(played.sound)

    assert bars is not None
    assert bars.track.last_onset is None
    assert len(bars.track.kinds) == 8
    assert bars.track.lines[-1] == pytest.approx(len(played.sound), abs=0.02 * SAMPLE_RATE_HZ)
