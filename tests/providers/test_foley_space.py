import numpy as np
import pytest

from providers.foley.space import passing, placed
from providers.foley.synthesis import RATE, moving_band, noise, ring, saw, tap


def pitch_hz(wave: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(wave.size), 1 << 18))
    return float(spectrum.argmax() * RATE / (1 << 18))


def test_a_source_that_passes_is_shifted_as_doppler_says() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(6 * RATE) / RATE)

    left, right = passing(tone, speed_mps=30.0, nearest_m=3.0, nearest_at_s=3.0)

    coming, going = (left + right)[RATE : 2 * RATE], (left + right)[4 * RATE : 5 * RATE]
    # The delay is read at the ear: 1 -+ v/c, the first order of Doppler's formula.
    assert pitch_hz(coming) == pytest.approx(1000 * (1 + 30 / 343), rel=0.01)
    assert pitch_hz(going) == pytest.approx(1000 * (1 - 30 / 343), rel=0.01)


def test_a_source_that_passes_is_loudest_beside_us_and_falls_by_the_distance() -> None:
    tone = np.sin(2 * np.pi * 300 * np.arange(4 * RATE) / RATE)

    passed = passing(tone, speed_mps=20.0, nearest_m=10.0, nearest_at_s=2.0)

    beside, later = (passed[:, at : at + 2400] for at in (2 * RATE - 1200, 3 * RATE - 1200))
    # After a second it is hypot(20, 10) m away, 2.24 times as far: 7 dB.
    fall_db = 10 * np.log10(np.sum(beside**2) / np.sum(later**2))
    assert fall_db == pytest.approx(7.0, abs=0.7)


@pytest.mark.parametrize("position", [-1.0, -0.3, 0.0, 0.8])
def test_panning_keeps_the_power(position: float) -> None:
    stereo = placed(np.ones(10), position)

    assert (stereo**2).sum(axis=0) == pytest.approx(np.ones(10))


def test_a_mode_rings_at_its_pitch_and_dies_by_60_db_in_its_time() -> None:
    wave = ring(tap(RATE, 0.00002), (800.0,), (0.5,), (1.0,))

    assert pitch_hz(wave) == pytest.approx(800.0, abs=1.0)
    early, late = np.abs(wave[:100]).max(), np.abs(wave[24_000:24_100]).max()
    assert 20 * np.log10(late / early) == pytest.approx(-60.0, abs=1.5)


def test_a_moving_band_follows_its_curve() -> None:
    white = noise(np.random.default_rng(1), 2 * RATE)
    centre = np.geomspace(300.0, 6000.0, 2 * RATE)

    shaped = moving_band(white, centre, 0.5)

    for at in (0.4, 1.0, 1.6):
        piece = shaped[int((at - 0.1) * RATE) : int((at + 0.1) * RATE)]
        power = np.abs(np.fft.rfft(piece)) ** 2
        found = (power * np.fft.rfftfreq(piece.size, 1 / RATE)).sum() / power.sum()
        assert found == pytest.approx(centre[int(at * RATE)], rel=0.2)


def test_a_moving_band_as_wide_as_everything_changes_nothing() -> None:
    white = noise(np.random.default_rng(2), RATE, 100, 10_000)

    same = moving_band(white, np.full(RATE, 1000.0), 400.0)

    assert same[2000:-2000] == pytest.approx(white[2000:-2000], abs=0.01)


@pytest.mark.parametrize(("tilt_db", "falls_db"), [(0.0, 0.0), (-3.0, 9.0), (-6.0, 18.0)])
def test_noise_has_its_slope_and_unit_power(tilt_db: float, falls_db: float) -> None:
    wave = noise(np.random.default_rng(3), 4 * RATE, tilt_db=tilt_db)
    power = np.abs(np.fft.rfft(wave)) ** 2
    hz = np.fft.rfftfreq(wave.size, 1 / RATE)
    low, high = (power[(hz > f) & (hz < 1.2 * f)].mean() for f in (500.0, 4000.0))  # 3 octaves

    assert 10 * np.log10(low / high) == pytest.approx(falls_db, abs=0.5)
    assert np.sqrt(np.mean(wave**2)) == pytest.approx(1.0, abs=0.1)


def test_a_saw_does_not_alias() -> None:
    wave = saw(np.full(RATE, 3217.0))  # a pitch whose aliases miss its harmonics

    power = np.abs(np.fft.rfft(wave * np.hanning(RATE))) ** 2
    wanted = np.zeros(power.size, dtype=bool)
    for number in range(1, 8):
        wanted[number * 3217 - 4 : number * 3217 + 5] = True
    assert power[~wanted].sum() < 0.01 * power[wanted].sum()
