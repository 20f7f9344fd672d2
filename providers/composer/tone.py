"""Building blocks of every instrument: decaying partials, wavetables, noise, envelopes.

Signals are float32 at 48 kHz, shape (n,) or (n, 2). Everything is band-limited by construction:
partials above 19 kHz are left out, so nothing folds back below half the sample rate.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

RATE = 48_000  # Hz
HIGHEST_HZ = 19_000.0  # above hearing of most, below half the rate with room for vibrato
TABLE = 4096  # samples per cycle, 2^12: linear interpolation errs by -60 dB at harmonic 60
BLOCK = 512
NOISE = 1 << 16  # samples of noise before it repeats
BEND = 64  # a pitch curve has a value per 64 samples: it moves a few times a second

Samples = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]
Phase = npt.NDArray[np.uint32]
Generator = np.random.Generator


def hertz(midi: float) -> float:
    """Frequency of a MIDI pitch in equal temperament, A4 = 69 = 440 Hz."""
    return float(440.0 * 2.0 ** ((midi - 69) / 12))


def partials(hz: Array, gains: Array, decays_s: Array, seconds: float) -> Samples:
    """The sum of decaying sines, each starting at phase 0.

    z^(block start) and z^(sample in block) are small tables, and their product, summed over the
    partials, is one matrix multiplication: tens of times faster than a sine per partial.

    Args:
      hz: Frequencies, shape (p,); those above 19 kHz are silent.
      gains: Amplitudes, shape (p,), or (2, p) for left and right.
      decays_s: Time in which each falls to 1/e (-8.7 dB), shape (p,).
      seconds: Length of the result.

    Returns:
      Shape (n,) or (n, 2), as `gains`.
    """
    n = max(1, round(seconds * RATE))
    audible = hz < HIGHEST_HZ
    hz, decays_s = hz[audible], decays_s[audible]
    sides = np.atleast_2d(gains)[:, audible]
    rate = (-1.0 / np.maximum(decays_s, 1e-4) + 2j * np.pi * hz) / RATE
    blocks = -(-n // BLOCK)
    within = np.exp(np.outer(rate, np.arange(BLOCK)))
    # In double precision: BLAS rounds differently with another number of threads, which after
    # the cast to float32 no longer shows, so the same piece has the same bytes.
    within_parts = np.concatenate([within.real, within.imag])
    starts = np.exp(np.outer(np.arange(blocks) * BLOCK, rate)) * -1j  # cosine to sine
    out = np.empty((n, len(sides)), np.float32)
    for side, gain in enumerate(sides):
        scaled = starts * gain
        parts = np.concatenate([scaled.real, -scaled.imag], axis=1)
        out[:, side] = (parts @ within_parts).reshape(-1)[:n]
    return out if gains.ndim == 2 else out[:, 0]


def cycle(gains: Sequence[float] | Array, hz: float, rng: Generator | None = None) -> Samples:
    """One period of a tone from its harmonics' amplitudes, the ones above 19 kHz left out.

    Args:
      gains: Amplitude of harmonic 1, 2, ...
      hz: The highest fundamental it will be played at.
      rng: Draws the phases, which keeps the peak low; None: all sines in phase.
    """
    heard = np.asarray(gains, np.float64)[: max(1, int(HIGHEST_HZ / hz))]
    phases = np.full(len(heard), -np.pi / 2)
    if rng is not None:
        phases = rng.uniform(0, 2 * np.pi, len(heard))
    spectrum = np.zeros(TABLE // 2 + 1, np.complex128)
    spectrum[1 : len(heard) + 1] = heard * np.exp(1j * phases) * TABLE / 2
    table: Array = fft.irfft(spectrum)
    return np.append(table, table[0]).astype(np.float32)


def read(tables: Sequence[Samples], phase: Phase) -> list[Samples]:
    """Each table read at `phase` by linear interpolation."""
    whole = phase >> np.uint32(20)
    part = (phase & np.uint32(0xFFFFF)).astype(np.float32) * np.float32(2.0**-20)
    return [table[whole] + (table[whole + 1] - table[whole]) * part for table in tables]


def phase(hz: float, n: int, bend_cents: Array | None = None, start: float = 0.0) -> Phase:
    """Where in its period a tone is at each sample, as fractions of 2^32, which wrap by themselves.

    Args:
      hz: Frequency without bend.
      n: Length in samples.
      bend_cents: Pitch curve, one value for every 64 samples, at least n / 64 values.
      start: Phase of the first sample, in periods.
    """
    blocks = -(-n // BEND)
    bend = np.zeros(blocks) if bend_cents is None else bend_cents[:blocks]
    steps = np.round(hz / RATE * np.exp2(bend / 1200) * 2.0**32).astype(np.uint64)
    starts = np.concatenate([np.zeros(1, np.uint64), np.cumsum(steps * np.uint64(BEND))[:-1]])
    starts += np.uint64(round((start % 1.0) * 2**32))
    within = np.arange(BEND, dtype=np.uint32)
    grid = starts.astype(np.uint32)[:, None] + steps.astype(np.uint32)[:, None] * within
    return grid.reshape(-1)[:n]


def vibrato(
    rng: Generator, n: int, rate_hz: float, depth_cents: float, onset_s: float, drift_cents: float
) -> Array:
    """A pitch curve for `phase`: a wobble that grows from `onset_s` on, and a slow drift."""
    time = np.arange(-(-n // BEND)) * BEND / RATE
    swing = np.sin(2 * np.pi * (rate_hz * time + rng.random()))
    grow = np.clip((time - 0.4 * onset_s) / max(onset_s, 1e-3), 0, 1)
    drift = np.sin(2 * np.pi * (rng.uniform(0.15, 0.4) * time + rng.random()))
    return np.asarray(depth_cents * grow * swing + drift_cents * drift)


def line(n: int, *points: tuple[float, float]) -> Samples:
    """Straight lines through (seconds, value), held before the first and after the last."""
    at, value = zip(*points, strict=True)
    return np.asarray(np.interp(np.arange(n) / RATE, at, value), np.float32)


def swell(n: int, attack_s: float) -> Samples:
    """A raised-cosine rise to 1."""
    gain = np.ones(n, np.float32)
    rise = min(n, max(1, round(attack_s * RATE)))
    gain[:rise] = 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)
    return gain


def decay(n: int, tau_s: float) -> Samples:
    """An exponential fall from 1, to 1/e in `tau_s`."""
    return np.exp(-np.arange(n) / (tau_s * RATE)).astype(np.float32)


def noise(rng: Generator, n: int, low_hz: float, high_hz: float, sides: int = 1) -> Samples:
    """Gaussian noise of unit RMS in a band, shape (n,) or (n, sides).

    Drawn in the frequency domain, hence periodic: beyond 1.4 s it repeats, without a seam.
    """
    size = min(NOISE, fft.next_fast_len(n, real=True))
    hz = fft.rfftfreq(size, 1 / RATE)
    shape = 1 / np.sqrt((1 + (low_hz / np.maximum(hz, 1)) ** 4) * (1 + (hz / high_hz) ** 4))
    drawn = rng.standard_normal((2, sides, len(hz)), np.float32)
    spectrum = (drawn[0] + np.complex64(1j) * drawn[1]) * shape.astype(np.float32)
    spectrum[:, 0] = 0
    wave = fft.irfft(spectrum, size).T
    wave = np.tile(wave, (-(-n // size), 1))[:n]
    wave = (wave / max(1e-9, float(np.sqrt(np.mean(wave**2))))).astype(np.float32)
    return wave if sides > 1 else wave[:, 0]


def burst(
    rng: Generator, n: int, low_hz: float, high_hz: float, tau_s: float, attack_s: float = 0.0005
) -> Samples:
    """A puff of noise at the start of `n` samples: what a hammer, a finger or a stick adds."""
    size = min(n, round(8 * tau_s * RATE))
    wave = np.zeros(n, np.float32)
    wave[:size] = noise(rng, size, low_hz, high_hz) * decay(size, tau_s) * swell(size, attack_s)
    return wave


def lowpass(wave: Samples, hz: float, order: int = 2) -> Samples:
    """Butterworth low-pass along time."""
    return _filtered(wave, signal.butter(order, hz, "lowpass", fs=RATE, output="sos"))


def highpass(wave: Samples, hz: float, order: int = 2) -> Samples:
    """Butterworth high-pass along time."""
    return _filtered(wave, signal.butter(order, hz, "highpass", fs=RATE, output="sos"))


def bandpass(wave: Samples, low_hz: float, high_hz: float) -> Samples:
    """Second-order Butterworth band-pass along time."""
    return _filtered(wave, signal.butter(1, (low_hz, high_hz), "bandpass", fs=RATE, output="sos"))


def _filtered(wave: Samples, sos: Any) -> Samples:
    out: Samples = signal.sosfilt(sos.astype(np.float64), wave, axis=0).astype(np.float32)
    return out


def placed(wave: Samples, pan: float) -> Samples:
    """A mono tone on two channels at constant power; `pan` -1 left, 0 middle, 1 right."""
    angle = (pan + 1) * np.pi / 4
    return np.stack([wave * np.cos(angle), wave * np.sin(angle)], axis=1).astype(np.float32)


def peaks(wave: Samples) -> Samples:
    """The larger of both channels' magnitudes, shape (n,)."""
    magnitude = np.abs(wave)  # column by column: a reduction over an axis of two is far slower
    return np.maximum(magnitude[:, 0], magnitude[:, 1])
