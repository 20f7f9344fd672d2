from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from media.mix import Clip, MixPlan
from media.wave import FloatWave

RATE = 48000
Sound = NDArray[np.float32]


def save(path: Path, sound: Sound) -> Path:
    sound = sound.reshape(len(sound), -1)
    with FloatWave(path, len(sound), sound.shape[1]) as file:
        file.write(sound)
    return path


def spoken(seconds: float, seed: int = 0) -> Sound:
    """Pulses through two moving formants, in syllables: as peaky and as gappy as speech."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE)
    pitch_hz = 120 + 25 * np.sin(np.arange(n) / RATE * 4.1)
    phase = np.cumsum(pitch_hz / RATE)
    pulses = np.diff(np.floor(phase), prepend=0.0) + rng.normal(0, 0.02, n)
    voice = np.zeros(n)
    for formant_hz, width_hz in ((600, 90), (1500, 120), (2700, 200)):
        radius = np.exp(-np.pi * width_hz / RATE)
        turn = 2 * np.cos(2 * np.pi * formant_hz / RATE)
        voice += signal.lfilter([1 - radius], [1, -radius * turn, radius**2], pulses)
    syllables = np.repeat(rng.uniform(0.05, 1.0, n // 9600 + 1), 9600)[:n]
    voice *= signal.sosfiltfilt(signal.butter(2, 12, fs=RATE, output="sos"), syllables)
    voice = signal.sosfilt(signal.butter(2, 80, "high", fs=RATE, output="sos"), voice)
    return np.asarray(voice * 0.3 / np.abs(voice).max(), np.float32)


def played(seconds: float) -> Sound:
    """Plucked chords with overtones, stereo."""
    n = round(seconds * RATE)
    out = np.zeros((n, 2))
    for beat in range(int(seconds * 2)):
        start = beat * RATE // 2
        t = np.arange(n - start) / RATE
        for number, midi in enumerate((45, 57, 60, 64, 69)):
            hertz = 440 * 2 ** ((midi + (beat // 4 % 3) * 2 - 69) / 12)
            note = sum(
                np.sin(2 * np.pi * hertz * k * t) * np.exp(-t * (3 + k)) / k for k in range(1, 6)
            )
            note *= np.minimum(t / 0.004, 1)
            out[start:, number % 2] += note
            out[start:, 1 - number % 2] += 0.5 * note
    return np.asarray(out * 0.4 / np.abs(out).max(), np.float32)


def struck(seconds: float = 0.8, seed: int = 5) -> Sound:
    """A hard impact, stereo, peak near full scale."""
    t = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).normal(0, 1, (len(t), 2)) * np.exp(-t * 60)[:, None]
    body = (np.sin(2 * np.pi * 70 * t) * np.exp(-t * 9))[:, None]
    out = (noise + 2 * body) * np.minimum(t / 0.001, 1)[:, None]
    return np.asarray(out * 0.95 / np.abs(out).max(), np.float32)


def blocks_of(sound: Sound) -> Callable[[int, int], Sound]:
    return lambda start, stop: sound[start:stop]


def plan(total: int, *, voices: tuple[Clip, ...] = (), effects: tuple[Clip, ...] = (),
         speech: tuple[tuple[int, int], ...] = (), music_gain_db: float = 0.0,
         ducking_db: float = 10.0) -> MixPlan:  # fmt: skip
    return MixPlan(total, voices, effects, speech, music_gain_db, ducking_db)
