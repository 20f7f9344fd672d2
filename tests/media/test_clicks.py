from collections.abc import Callable

import numpy as np
import pytest
from programmes import RATE, Sound, played, spoken, struck
from scipy import signal

from media.clicks import clicks

QUIET = np.zeros(RATE, np.float32)


def hum(seconds: float = 1.0) -> Sound:
    time_s = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(0.3 * np.sin(2 * np.pi * 220 * time_s), np.float32)


def hiss() -> Sound:
    noise = np.random.default_rng(4).normal(0, 0.1, 3 * RATE)
    return np.asarray(
        signal.sosfilt(signal.butter(2, 8000, fs=RATE, output="sos"), noise), np.float32
    )


def crackling(at: tuple[int, ...], size: float, under: Sound) -> Sound:
    damaged = under.copy()
    damaged[list(at)] += size
    return damaged


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(lambda: crackling((20_000,), 0.05, hum()), (20_000,), id="in a tone"),
        pytest.param(lambda: crackling((20_000,), 0.02, QUIET), (20_000,), id="in silence"),
        pytest.param(
            lambda: crackling((20_000, 20_400), 0.3, spoken(1)),
            (20_000, 20_400),
            id="a pair in speech",
        ),
        pytest.param(lambda: crackling((20_000,), 0.3, played(1)), (20_000,), id="in music"),
        pytest.param(
            lambda: np.delete(hum(), slice(20_000, 20_060)), (20_000,), id="samples missing"
        ),
        pytest.param(
            lambda: np.concatenate([hum()[:20_020], QUIET]),
            (20_020,),
            id="a tone cut off in mid-wave",
        ),
        pytest.param(
            lambda: np.concatenate([QUIET, hum()[20_020:]]),
            (48_000,),
            id="a tone entering in mid-wave",
        ),
    ],
)
def test_clicks_are_found(make: Callable[[], Sound], expected: tuple[int, ...]) -> None:
    found = clicks(make())

    assert found == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: QUIET, id="silence"),
        pytest.param(lambda: np.zeros(2, np.float32), id="next to nothing"),
        pytest.param(hum, id="a tone"),
        pytest.param(lambda: spoken(8), id="speech"),
        pytest.param(lambda: spoken(8) + 0.05 * hiss()[0], id="speech with an offset"),
        pytest.param(lambda: played(6), id="music"),
        pytest.param(struck, id="an impact"),
        pytest.param(hiss, id="noise"),
        pytest.param(lambda: np.concatenate([QUIET, hiss()]), id="noise that starts"),
    ],
)
def test_clean_sound_has_no_clicks(make: Callable[[], Sound]) -> None:
    assert clicks(make()) == ()


def test_a_click_on_one_channel_of_two_counts_once() -> None:
    both = np.stack([hum(), hum()], axis=1)
    one = both.copy()
    one[20_000, 1] += 0.1
    both[20_000] += 0.1

    assert clicks(one) == clicks(both) == (20_000,)
