"""Bars, tubes, combs and tongues that are struck or plucked, as sums of their modes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from providers.composer.tone import (
    RATE,
    Generator,
    Samples,
    burst,
    partials,
    placed,
    swell,
)


@dataclass(frozen=True)
class Modes:
    """A body's modes, and what hits it.

    Attributes:
      ratios: Frequencies relative to the note.
      gains: Amplitudes of a hard stroke.
      decays_s: Time to 1/e at C5, for each mode.
      hardness: How much faster the upper modes fade with a soft stroke.
      click: Level of the stroke's own noise.
      click_hz: Its band.
      attack_s: Softness of the beater.
    """

    ratios: tuple[float, ...]
    gains: tuple[float, ...]
    decays_s: tuple[float, ...]
    hardness: float = 1.0
    click: float = 0.03
    click_hz: tuple[float, float] = (1500, 7000)
    attack_s: float = 0.001


# Ratios: free bars and tuned bars after Rossing, Science of Percussion Instruments.
GLOCKENSPIEL = Modes((1, 2.756, 5.404, 8.933), (1, 0.32, 0.16, 0.05), (1.6, 0.7, 0.28, 0.1))
CELESTA = Modes(
    (1, 2.0, 3.0, 4.0, 6.8), (1, 0.12, 0.2, 0.12, 0.04), (1.1, 0.7, 0.4, 0.25, 0.08), 1.0, 0.02
)
MUSIC_BOX = Modes(
    (1, 2.001, 3.01, 5.4, 8.2), (1, 0.22, 0.18, 0.16, 0.05), (0.95, 0.6, 0.4, 0.14, 0.06), 0.6,
    0.06, (3000, 9000),
)  # fmt: skip
VIBRAPHONE = Modes(
    (1, 4.0, 10.1), (1, 0.16, 0.06), (2.4, 0.5, 0.08), 1.2, 0.012, (400, 2500), 0.003
)
MARIMBA = Modes((1, 3.93, 9.6), (1, 0.2, 0.07), (0.42, 0.09, 0.03), 1.2, 0.05, (300, 1800), 0.002)
KALIMBA = Modes(
    (1, 2.0, 5.3, 6.9), (1, 0.09, 0.12, 0.06), (0.75, 0.4, 0.07, 0.04), 0.8, 0.05, (500, 4000),
    0.0015,
)  # fmt: skip
TUBULAR_BELLS = Modes(
    (0.5, 1, 1.5, 2, 2.75, 3.36, 4.1, 5.4), (0.3, 0.5, 0.35, 1, 0.5, 0.25, 0.3, 0.1),
    (3.4, 2.8, 2.0, 2.4, 1.4, 1.0, 0.7, 0.4), 0.8, 0.03,
)  # fmt: skip


def struck(modes: Modes, hz: float, velocity: float, seconds: float, rng: Generator) -> Samples:
    """One stroke on a body."""
    ratios, full = np.array(modes.ratios), np.array(modes.gains)
    gains = full * velocity ** (modes.hardness * np.arange(len(full)) * 0.6)
    lasting = np.array(modes.decays_s) * np.clip((523 / hz) ** 0.5, 0.35, 2.0)
    tuned = hz * ratios * 2 ** (rng.uniform(-1.0, 1.0, len(ratios)) / 1200)
    pan = rng.uniform(-0.25, 0.25, len(ratios)) + 1
    sides = np.stack([gains * np.cos(pan * np.pi / 4), gains * np.sin(pan * np.pi / 4)])
    wave = partials(tuned, sides, lasting, seconds)
    n = len(wave)
    click = burst(rng, n, *modes.click_hz, 0.006)
    wave += placed(click * modes.click * velocity, 0.0)
    return wave * swell(n, modes.attack_s)[:, None]


def vibraphone(hz: float, velocity: float, seconds: float, rng: Generator) -> Samples:
    """Struck bars over turning fans: a slow tremolo, opposite in the two ears."""
    wave = struck(VIBRAPHONE, hz, velocity, seconds, rng)
    turn = np.sin(2 * np.pi * 4.6 * np.arange(len(wave)) / RATE)
    fans = np.stack([1 + 0.16 * turn, 1 + 0.16 * np.roll(turn, RATE // 20)], axis=1)
    return (wave * fans).astype(np.float32)


def bell_pad(hz: float, velocity: float, seconds: float, rng: Generator) -> Samples:
    """A bell of the digital synthesizers: bright stroke, long even body, wide."""
    ratios: Sequence[float] = (1, 1.0035, 2, 3.5, 4.01, 7, 9.1)
    gains = np.array([1, 0.8, 0.4, 0.3 * velocity, 0.22, 0.12 * velocity, 0.06 * velocity])
    lasting = np.array([1.8, 1.8, 1.2, 0.5, 0.7, 0.2, 0.1])
    angle = (np.clip(rng.uniform(-0.7, 0.7, len(ratios)), -1, 1) + 1) * np.pi / 4
    sides = np.stack([gains * np.cos(angle), gains * np.sin(angle)])
    wave = partials(hz * np.array(ratios), sides, lasting, seconds)
    return wave * swell(len(wave), 0.004)[:, None]
