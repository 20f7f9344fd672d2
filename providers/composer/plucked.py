"""Plucked strings: guitars, harp, ukulele, lute, pizzicato and the basses."""

from dataclasses import dataclass

import numpy as np

from providers.composer.tone import (
    HIGHEST_HZ,
    Array,
    Generator,
    Samples,
    burst,
    decay,
    partials,
    placed,
    swell,
)


@dataclass(frozen=True)
class StringKind:
    """A string, the finger that plucks it and the box it sits on.

    Attributes:
      at: Where it is plucked, as a part of its length; harmonics with a node there are missing.
      bright_hz: Above this the pluck has little: a finger is dull, a plectrum sharp.
      decay_s: Time to 1/e of the fundamental at C4.
      damping: How much sooner high partials fade; gut more than steel.
      stiffness: Inharmonicity.
      body: Resonances of the box: (hz, gain, width in octaves).
      touch: Level of the finger's noise.
      thump: Level of the box's knock.
      wide: How far its partials spread between the speakers, 0 to 1.
    """

    at: float
    bright_hz: float
    decay_s: float
    damping: float
    stiffness: float
    body: tuple[tuple[float, float, float], ...]
    touch: float
    thump: float
    wide: float = 0.4


_GUITAR = ((105, 1.2, 0.25), (210, 1.0, 0.3), (420, 0.5, 0.3), (2600, 0.3, 0.6))
NYLON = StringKind(0.17, 1500, 1.1, 0.9, 2e-5, _GUITAR, 0.03, 0.05)
STEEL = StringKind(0.13, 3200, 1.7, 0.45, 6e-5, _GUITAR, 0.05, 0.04, 0.55)
UKULELE = StringKind(0.2, 2000, 0.5, 0.8, 1e-5, ((270, 1.2, 0.3), (520, 0.7, 0.4)), 0.04, 0.06, 0.5)
LUTE = StringKind(0.1, 3600, 0.75, 0.5, 4e-5, ((180, 0.9, 0.4), (900, 0.8, 0.5)), 0.06, 0.07)
CLEAN = StringKind(0.15, 2400, 2.0, 0.55, 4e-5, ((400, 0.2, 0.8), (2200, 0.6, 0.6)), 0.02, 0.0)
HARP = StringKind(0.3, 1800, 1.6, 0.7, 1e-5, ((160, 0.4, 0.5), (380, 0.4, 0.5)), 0.01, 0.03, 0.5)
PIZZICATO = StringKind(
    0.22, 1500, 0.3, 1.3, 1e-5, ((280, 1.0, 0.4), (480, 0.8, 0.4)), 0.02, 0.05, 0.6
)
UPRIGHT = StringKind(0.24, 620, 0.75, 1.5, 2e-5, ((98, 0.9, 0.5), (190, 0.4, 0.4)), 0.02, 0.05, 0.0)
FINGERED = StringKind(
    0.18, 900, 1.4, 0.9, 3e-5, ((120, 0.2, 0.8), (800, 0.3, 0.6)), 0.012, 0.0, 0.0
)


def plucked(
    kind: StringKind, hz: float, velocity: float, seconds: float, rng: Generator
) -> Samples:
    """One plucked note."""
    n = np.arange(1, min(60, int(HIGHEST_HZ / hz)) + 1)
    tone = n * hz * np.sqrt((1 + kind.stiffness * n**2) / (1 + kind.stiffness))
    at = kind.at * rng.uniform(0.94, 1.06)  # a hand never plucks twice at the same place
    bright = kind.bright_hz * (0.45 + 0.85 * velocity)
    gain = (np.abs(np.sin(np.pi * n * at)) + 0.02) / n * np.exp(-tone / bright / 1.6)
    gain *= 1 + _box(tone, kind.body)
    lasting = kind.decay_s * np.clip((262 / hz) ** 0.5, 0.3, 1.9)
    lasting = lasting / (1 + kind.damping * (tone / 1000) ** 1.1)
    # A string swings in two planes; the one across the box gives its energy away sooner.
    slow = 2 ** (rng.uniform(0.3, 0.9) / 1200)
    hz_all = np.concatenate([tone, tone * slow])
    mono = np.concatenate([0.62 * gain, 0.38 * gain])
    decays = np.concatenate([0.55 * lasting, 1.35 * lasting])
    place = rng.uniform(-kind.wide, kind.wide, len(mono))
    angle = (place + 1) * np.pi / 4
    sides = np.stack([mono * np.cos(angle), mono * np.sin(angle)])
    wave = partials(hz_all, sides, decays, seconds)
    size = len(wave)
    level = float(np.max(np.abs(wave)))
    touch = kind.touch * velocity * burst(rng, size, 1800, 7000, 0.005, 0.001)
    if kind.thump:
        touch += kind.thump * burst(rng, size, 70, 260, 0.03, 0.001)
    wave += placed(touch * level, 0.0)
    return wave * swell(size, 0.0012)[:, None]


def muted_strings(hz: float, velocity: float, seconds: float, rng: Generator) -> Samples:
    """An electric guitar with the palm on the strings."""
    wave = plucked(CLEAN, hz, velocity, min(seconds, 0.7), rng)
    return wave * decay(len(wave), 0.12)[:, None]


def driven_guitar(hz: float, velocity: float, seconds: float, rng: Generator) -> Samples:
    """An electric guitar at the edge of breaking up, each string by itself: chords stay clear."""
    wave = plucked(CLEAN, hz, velocity, seconds, rng)
    wave = wave / max(1e-6, float(np.max(np.abs(wave))))
    return np.asarray(np.tanh((1.2 + 1.6 * velocity) * wave), np.float32)


def _box(tone: Array, body: tuple[tuple[float, float, float], ...]) -> Array:
    total = np.zeros_like(tone)
    for centre, gain, width in body:
        total = total + gain * np.exp(-((np.log2(tone / centre) / width) ** 2))
    return total
