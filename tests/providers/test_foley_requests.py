import io
import wave

import numpy as np
import numpy.typing as npt
import pytest
from scipy import signal

from jobs.errors import InvalidInput
from providers.foley import Effect, EffectRequest, make_effect
from providers.foley.finishing import limited, loudness_lufs, seamless

RATE = 48_000
Sound = npt.NDArray[np.float64]


def samples_of(effect: Effect) -> Sound:
    with wave.open(io.BytesIO(effect.wav)) as file:
        raw = file.readframes(file.getnframes())
    return np.frombuffer(raw, dtype="<i2").reshape(-1, 2).T / 32768


def made(query: str, duration_s: float | None = None, seed: int = 0) -> Sound:
    return samples_of(make_effect(EffectRequest(query, duration_s, seed)))


def brightness_hz(sound: Sound) -> float:
    power = np.abs(np.fft.rfft(sound.mean(axis=0))) ** 2
    return float((power * np.fft.rfftfreq(sound.shape[1], 1 / RATE)).sum() / power.sum())


def onsets(sound: Sound) -> int:
    level = np.sqrt(np.add.reduceat(sound.mean(axis=0) ** 2, np.arange(0, sound.shape[1], 480)))
    peaks, _ = signal.find_peaks(level, height=0.25 * level.max(), distance=12)
    return len(peaks)


@pytest.mark.parametrize("query", ["rain", "door knock", "glass break", "footsteps", "birds"])
def test_the_same_request_gives_the_same_bytes(query: str) -> None:
    request = EffectRequest(query, 1.5, seed=7)

    assert make_effect(request).wav == make_effect(request).wav


def test_another_seed_is_another_take() -> None:
    assert make_effect(EffectRequest("rain", 1.0, 1)) != make_effect(EffectRequest("rain", 1.0, 2))


@pytest.mark.parametrize(
    ("query", "asked_s", "given_s"),
    [
        pytest.param("rain", 3.3, 3.3, id="a texture is as long as asked"),
        pytest.param("rain", 0.5, 0.5, id="however short"),
        pytest.param("clock ticking", 34.0, 34.0, id="and beyond what is rendered at once"),
        pytest.param("riser", 6.25, 6.25, id="a gesture fills the time"),
        pytest.param("thunder", 1.5, 1.5, id="an event is cut"),
        pytest.param("mouse click", 5.0, 0.3, id="an event is never stretched"),
        pytest.param("foghorn", 1.0, 1.0, id="a squeezed gesture is cut"),
    ],
)
def test_the_duration_is_kept(query: str, asked_s: float, given_s: float) -> None:
    effect = make_effect(EffectRequest(query, asked_s))

    assert effect.duration_s == pytest.approx(given_s, abs=1e-4)
    assert samples_of(effect).shape[1] == round(given_s * RATE)
    assert np.abs(samples_of(effect)).max() > 0.02


@pytest.mark.parametrize("duration_s", [0.0, -1.0, 601.0, float("nan")])
def test_a_senseless_duration_is_refused(duration_s: float) -> None:
    with pytest.raises(InvalidInput, match=r"expected 0\.05 to 600 s"):
        EffectRequest("rain", duration_s)


def test_a_distant_sound_is_duller_and_quieter() -> None:
    near, far = made("thunder"), made("distant thunder")

    assert brightness_hz(far) < brightness_hz(near)
    assert loudness_lufs(far, momentary=True) < loudness_lufs(near, momentary=True) - 5.0


@pytest.mark.parametrize(
    ("query", "least_lu", "most_lu"),
    [
        pytest.param("loud wind", 3.0, 5.0, id="loud"),
        pytest.param("soft wind", -7.0, -5.0, id="soft"),
    ],
)
def test_loud_and_soft_move_the_level(query: str, least_lu: float, most_lu: float) -> None:
    plain, moved = (loudness_lufs(made(q, 3.0), momentary=False) for q in ("wind", query))

    assert least_lu < moved - plain < most_lu


def test_a_small_body_sounds_higher_and_shorter_than_a_big_one() -> None:
    small, big = made("tiny bell"), made("giant bell")

    assert brightness_hz(small) > 1.4 * brightness_hz(big)
    assert small.shape[1] < 0.6 * big.shape[1]


def test_fast_footsteps_are_more_than_slow_ones() -> None:
    assert onsets(made("fast footsteps", 5.0)) > 1.5 * onsets(made("slow footsteps", 5.0))


def test_a_texture_leads_back_into_itself() -> None:
    sound = made("wind", 4.0)
    # The 5 ms fades aside, the level is the same on both sides of the joint.
    end, start = sound[:, -7200:-240], sound[:, 240:7200]

    ratio_db = 10 * np.log10(np.mean(end**2) / np.mean(start**2))

    assert abs(ratio_db) < 3.0


def test_the_seam_continues_the_end() -> None:
    ramp = np.tile(np.linspace(0.0, 1.0, 1200), (2, 1))

    loop = seamless(ramp, 1000)

    assert loop.shape == (2, 1000)
    assert loop[0, 0] == pytest.approx(ramp[0, 1000])
    assert loop[0, 200:] == pytest.approx(ramp[0, 200:1000])


def test_the_limiter_holds_every_peak_and_leaves_the_rest_alone() -> None:
    quiet = 0.1 * np.sin(np.arange(RATE) / 20.0)
    spiky = np.stack([quiet, quiet])
    spiky[:, 24_000] = 3.0

    held = limited(spiky, 0.8)

    assert np.abs(held).max() <= 0.8 + 1e-9
    assert held[:, :20_000] == pytest.approx(spiky[:, :20_000])


def test_loudness_agrees_with_the_standard() -> None:
    # EBU Tech 3341, test 1: a 1 kHz stereo sine at -23 dBFS reads -23.0 LUFS.
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * np.arange(5 * RATE) / RATE)

    assert loudness_lufs(np.stack([tone, tone]), momentary=False) == pytest.approx(-23.0, abs=0.1)
    assert loudness_lufs(np.stack([tone, tone]), momentary=True) == pytest.approx(-23.0, abs=0.1)


def test_a_passing_motorcycle_crosses_from_left_to_right() -> None:
    sound = made("motorcycle", 4.0)
    parts = np.array_split(sound, 5, axis=1)
    balance = [float(np.sum(part[1] ** 2) / np.sum(part**2)) for part in parts]

    assert balance[0] < 0.35
    assert balance[-1] > 0.65
