"""Keyboards with strings, tines or plectra: grand and felt piano, electric piano, harpsichord."""

import numpy as np

from providers.composer.tone import (
    HIGHEST_HZ,
    Array,
    Generator,
    Samples,
    burst,
    partials,
    placed,
    swell,
)


def piano(hz: float, velocity: float, seconds: float, rng: Generator) -> Samples:
    """A grand: stiff strings struck at an eighth of their length, two decays, a knock."""
    return _piano(hz, velocity, seconds, rng, cutoff_hz=900 + 4200 * velocity**2, attack_s=0.0015)


def felt_piano(hz: float, velocity: float, seconds: float, rng: Generator) -> Samples:
    """An upright with felt before the hammers: dark, close, with audible mechanics."""
    wave = _piano(hz, velocity, seconds, rng, cutoff_hz=420 + 1300 * velocity**2, attack_s=0.005)
    thud = burst(rng, len(wave), 150, 900, 0.018, 0.004)
    wave += placed(thud * 0.03 * float(np.max(np.abs(wave))), 0.1)
    return wave


def _piano(
    hz: float, velocity: float, seconds: float, rng: Generator, cutoff_hz: float, attack_s: float
) -> Samples:
    octaves = float(np.log2(hz / 261.6))
    n = np.arange(1, min(40, int(HIGHEST_HZ / hz)) + 1)
    stiffness = 2.1e-4 * 2 ** (0.95 * octaves)  # grows towards the treble, Fletcher & Rossing
    tone = n * hz * np.sqrt((1 + stiffness * n**2) / (1 + stiffness))
    gain = n**-0.55 * (np.abs(np.sin(np.pi * n / 8.2)) + 0.06)
    gain *= np.exp(-tone / (cutoff_hz * 2 ** (0.4 * octaves)))
    lasting = np.clip(2.3 * 2 ** (-0.62 * octaves), 0.25, 5.0) / (1 + 0.5 * tone / 1000)
    # The strings of a note die away together at first, then apart: a fast and a slow decay.
    beat = 2 ** (rng.uniform(0.4, 1.0) / 1200)
    knock = rng.uniform(90, 850, 12)
    hz_all = np.concatenate([tone, tone * beat, knock])
    decays = np.concatenate([lasting * 0.4, lasting * 1.7, rng.uniform(0.012, 0.04, 12)])
    strength = 0.035 * float(np.sum(gain)) * (0.5 + velocity) / 12
    mono = np.concatenate([gain * 0.68, gain * 0.32, np.full(12, strength)])
    wave = partials(hz_all, _spread(mono, rng, 0.22 * octaves / 3), decays, seconds)
    return wave * swell(len(wave), attack_s)[:, None]


def _spread(gain: Array, rng: Generator, pan: float) -> Array:
    """Left and right gains: each partial leaves the soundboard somewhere else."""
    place = np.clip(pan + rng.uniform(-0.35, 0.35, len(gain)), -1, 1)
    angle = (place + 1) * np.pi / 4
    return np.stack([gain * np.cos(angle), gain * np.sin(angle)])


def electric_piano(hz: float, velocity: float, seconds: float, _rng: Generator) -> Samples:
    """A tine before a pickup: round when soft, barking when hard, with a short bell on top."""
    n = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    gain = np.array([1.0, 0.32 * velocity, 0.14 * velocity, 0.05 * velocity**2, 0.03 * velocity**2])
    lasting = np.clip(1.9 * (262 / hz) ** 0.45, 0.4, 3.5) / np.sqrt(n)
    sides = []
    for cents in (-1.5, 1.5):  # a slow chorus, as from its two amplifiers
        tone = np.append(n * hz * 2 ** (cents / 1200), [hz * 7.1, hz * 19.6])
        gains = np.append(gain, [0.16 * velocity**2, 0.05 * velocity**2])
        wave = partials(tone, gains, np.append(lasting, [0.09, 0.03]), seconds)
        drive = 0.5 + 1.4 * velocity
        # The pickup is not symmetric; at this level the bend stays below the band limit.
        sides.append(np.tanh(drive * wave + 0.18) - np.tanh(0.18))
    stereo = np.stack(sides, axis=1).astype(np.float32)
    return stereo * swell(len(stereo), 0.002)[:, None]


def harpsichord(hz: float, _velocity: float, seconds: float, rng: Generator) -> Samples:
    """Two choirs of strings plucked near their end."""
    n = np.arange(1, min(60, int(HIGHEST_HZ / hz)) + 1)
    gain = np.abs(np.sin(np.pi * n * 0.09)) / n**0.7
    lasting = np.clip(1.4 * (262 / hz) ** 0.5, 0.2, 2.5) / (1 + 0.25 * n * hz / 1000)
    octave = 0.45 * gain
    tone = np.concatenate([n * hz, n * hz * 2.0007])
    wave = partials(
        tone,
        _spread(np.concatenate([gain, octave]), rng, 0.0),
        np.concatenate([lasting, lasting * 0.8]),
        seconds,
    )
    return wave * swell(len(wave), 0.001)[:, None]
