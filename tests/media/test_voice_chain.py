from pathlib import Path

import numpy as np
import pytest
from programmes import RATE, Sound, save, spoken
from scipy import signal

from media.clicks import clicks
from media.loudness import integrated_lufs
from media.voice_chain import sibilant_gains_db, write_clean_voice
from media.wave import open_wave


def cleaned(folder: Path, voice: Sound) -> Sound:
    save(folder / "voice.wav", voice)
    write_clean_voice(folder / "voice.wav", folder / "clean.wav")
    assert sorted(path.name for path in folder.iterdir()) == ["clean.wav", "voice.wav"]
    return open_wave(folder / "clean.wav")[:][:, 0]


def hissing(level: float) -> Sound:
    """A voice with an s of 120 ms every second, of that RMS."""
    voice = spoken(6)
    band = signal.butter(4, (5500, 9500), "band", fs=RATE, output="sos")
    noise = signal.sosfilt(band, np.random.default_rng(2).normal(0, 1, len(voice)))
    envelope = np.zeros(len(voice))
    for second in range(6):
        envelope[second * RATE : second * RATE + 5760] = np.hanning(5760) ** 0.2
    noise *= envelope
    noise *= level / noise[:5760].std()
    return voice + noise.astype(np.float32)


def band_db(sound: Sound, low: float, high: float) -> float:
    hertz, power = signal.welch(sound, RATE, nperseg=min(len(sound), 16_384))
    wanted = (hertz >= low) & (hertz < high)
    return float(10 * np.log10(power[wanted].sum()))


def test_rumble_goes_and_the_voice_stays(tmp_path: Path) -> None:
    voice = spoken(4)
    hum = 0.05 * np.sin(2 * np.pi * 30 * np.arange(len(voice)) / RATE)

    found = cleaned(tmp_path, voice + hum.astype(np.float32))

    before = voice + hum.astype(np.float32)
    assert band_db(found, 25, 35) - band_db(before, 25, 35) < -12
    assert abs(band_db(found, 100, 4000) - band_db(before, 100, 4000)) < 0.6


def test_sharp_sibilants_are_lowered_and_nothing_else(tmp_path: Path) -> None:
    voice = hissing(0.05)

    found = cleaned(tmp_path, voice)

    loud = slice(1000, 5000)  # inside the first s
    quiet = slice(RATE // 2, RATE)
    lowered_db = band_db(found[loud], 5000, 10_000) - band_db(voice[loud], 5000, 10_000)
    others_db = band_db(found[quiet], 200, 10_000) - band_db(voice[quiet], 200, 10_000)
    assert -9 < lowered_db - others_db < -3
    assert 0 <= others_db < 1.5  # all is raised by what the whole has lost


def test_a_voice_without_sharp_sibilants_passes(tmp_path: Path) -> None:
    voice = hissing(0.005)

    found = cleaned(tmp_path, voice)

    change_db = band_db(found, 5000, 10_000) - band_db(voice, 5000, 10_000)
    assert change_db == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(
    "voice",
    [
        pytest.param(spoken(4), id="plain"),
        pytest.param(hissing(0.1), id="sharp"),
        pytest.param(spoken(0.15), id="shorter than a block of the meter"),
        pytest.param(spoken(3) + np.float32(0.2), id="with a constant offset"),
        pytest.param(np.zeros(RATE, np.float32), id="silent"),
        pytest.param(spoken(0.001), id="a millisecond"),
    ],
)
def test_it_comes_out_as_long_and_as_loud_and_without_clicks(tmp_path: Path, voice: Sound) -> None:
    found = cleaned(tmp_path, voice)

    assert len(found) == len(voice)
    assert integrated_lufs(found) == pytest.approx(integrated_lufs(voice), abs=0.05)
    assert clicks(found) == clicks(voice)
    assert np.isfinite(found).all()


def test_a_constant_offset_makes_no_thump(tmp_path: Path) -> None:
    voice = np.concatenate([np.zeros(RATE // 10, np.float32), spoken(3)]) + np.float32(0.2)

    found = cleaned(tmp_path, voice)

    assert np.abs(found[: RATE // 20]).max() < 0.01


def test_the_gain_goes_down_at_once_and_comes_back_slowly() -> None:
    band = np.full(400, -60.0)
    band[100:200] = -20.0  # 7 dB over what is allowed under a voice of -20 dB

    gains = sibilant_gains_db(band, -20.0)

    assert gains[:100] == pytest.approx(0)
    assert gains[110] == pytest.approx(-7 * 2 / 3, abs=0.1)
    assert gains[199] == pytest.approx(-7 * 2 / 3, abs=0.01)
    assert -4 < gains[220] < -2
    assert gains[399] == pytest.approx(0, abs=0.2)
    assert gains.min() >= -8


def test_no_more_than_eight_decibels_are_taken() -> None:
    assert sibilant_gains_db(np.full(100, 20.0), -20.0).min() == pytest.approx(-8, abs=0.01)
