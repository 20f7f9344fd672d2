"""The percussion, each piece synthesized from its skin, its wood or its metal."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from providers.composer.tone import (
    RATE,
    Generator,
    Samples,
    bandpass,
    burst,
    decay,
    lowpass,
    noise,
    partials,
    placed,
    swell,
)


@dataclass(frozen=True)
class Piece:
    """One instrument of the kit.

    Attributes:
      sound: Makes a stroke from its velocity; mono, any level.
      peak: Peak of a stroke at velocity 1, where a held melody note has an RMS of about 0.1.
      pan: -1 left to 1 right.
      wet: How much of it goes to the room.
    """

    sound: Callable[[float, Generator], Samples]
    peak: float
    pan: float = 0.0
    wet: float = 0.15


def stroke(piece: Piece, velocity: float, rng: Generator) -> Samples:
    """One hit, shape (n, 2), at the level of velocity 1."""
    wave = piece.sound(velocity, rng)
    n = len(wave)
    fade = min(n, 480)
    wave[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    wave *= piece.peak / max(1e-9, float(np.max(np.abs(wave))))
    return placed(wave, piece.pan)


def _drum(
    velocity: float,
    rng: Generator,
    *,
    high_hz: float,
    low_hz: float,
    drop_s: float,
    tau_s: float,
    click: float,
    drive: float = 1.0,
) -> Samples:
    """A skin whose pitch falls as its tension relaxes, and the beater's click."""
    n = round(min(2.5, tau_s * 7) * RATE)
    time = np.arange(n) / RATE
    low, high = low_hz * rng.uniform(0.985, 1.015), high_hz * (0.7 + 0.3 * velocity)
    turns = low * time + (high - low) * drop_s * (1 - np.exp(-time / drop_s))
    skin = np.sin(2 * np.pi * turns).astype(np.float32) * decay(n, tau_s) * swell(n, 0.0008)
    beater = burst(rng, n, 1200, 6000, 0.004, 0.0003)
    wave = np.tanh(drive * skin) + click * velocity * beater
    return np.asarray(wave, np.float32)


def _kick(velocity: float, rng: Generator) -> Samples:
    return _drum(
        velocity, rng, high_hz=190, low_hz=52, drop_s=0.022, tau_s=0.16, click=0.12, drive=1.6
    )


def _soft_kick(velocity: float, rng: Generator) -> Samples:
    return _drum(velocity, rng, high_hz=110, low_hz=55, drop_s=0.02, tau_s=0.13, click=0.015)


def _house_kick(velocity: float, rng: Generator) -> Samples:
    return _drum(
        velocity, rng, high_hz=260, low_hz=48, drop_s=0.03, tau_s=0.2, click=0.1, drive=2.2
    )


def _lofi_kick(velocity: float, rng: Generator) -> Samples:
    wave = _drum(
        velocity, rng, high_hz=140, low_hz=56, drop_s=0.02, tau_s=0.15, click=0.06, drive=2.0
    )
    return lowpass(wave, 2200)


def _boom(velocity: float, rng: Generator) -> Samples:
    wave = _drum(
        velocity, rng, high_hz=85, low_hz=42, drop_s=0.06, tau_s=0.5, click=0.02, drive=1.3
    )
    return wave + 0.1 * burst(rng, len(wave), 50, 250, 0.16, 0.003)


def _taiko(velocity: float, rng: Generator) -> Samples:
    """Three players, who are never quite together."""
    wave = np.zeros(round(1.6 * RATE), np.float32)
    for player in range(3):
        one = _drum(
            velocity, rng, high_hz=170 + 12 * player, low_hz=74 + 5 * player, drop_s=0.03,
            tau_s=0.2, click=0.1, drive=1.5,
        )  # fmt: skip
        stick = burst(rng, len(one), 250, 1400, 0.022, 0.0008)
        one = one + 0.25 * velocity * stick
        at = round(abs(rng.normal(0, 0.006)) * RATE)
        stop = min(len(wave), at + len(one))
        wave[at:stop] += one[: stop - at]
    return wave


def _tom(hz: float) -> Callable[[float, Generator], Samples]:
    def sound(velocity: float, rng: Generator) -> Samples:
        return _drum(
            velocity,
            rng,
            high_hz=hz * 1.7,
            low_hz=hz,
            drop_s=0.03,
            tau_s=0.17,
            click=0.06,
            drive=1.2,
        )

    return sound


def _conga(hz: float) -> Callable[[float, Generator], Samples]:
    def sound(velocity: float, rng: Generator) -> Samples:
        bend = rng.uniform(0.985, 1.015)
        modes = np.array([1, 1.55, 2.1, 2.65, 3.4]) * hz * bend
        gains = np.array([1, 0.35 * velocity, 0.25 * velocity, 0.2 * velocity, 0.1])
        wave = partials(modes, gains, np.array([0.14, 0.06, 0.045, 0.03, 0.02]), 0.8)
        slap = burst(rng, len(wave), 900, 5000, 0.008)
        return (wave + 0.2 * velocity**2 * slap) * swell(len(wave), 0.0008)

    return sound


def _snare(velocity: float, rng: Generator) -> Samples:
    n = round(0.4 * RATE)
    skin = partials(
        np.array([188.0, 331.0, 478.0]),
        np.array([1, 0.6, 0.25]),
        np.array([0.07, 0.045, 0.03]),
        0.4,
    )
    wires = noise(rng, n, 1400, 9500) * (0.75 * decay(n, 0.055) + 0.25 * decay(n, 0.13))
    return (skin * 0.55 + wires * (0.14 + 0.12 * velocity)) * swell(n, 0.0006)


def _gated_snare(velocity: float, rng: Generator) -> Samples:
    wave = _snare(velocity, rng)
    n = len(wave)
    hall = noise(rng, n, 500, 7000) * 0.1
    gate = np.interp(np.arange(n) / RATE, (0, 0.01, 0.19, 0.26), (0, 1, 0.75, 0)).astype(np.float32)
    return wave + hall * gate


def _lofi_snare(velocity: float, rng: Generator) -> Samples:
    return lowpass(_snare(velocity * 0.8, rng), 4200)


def _rim(velocity: float, rng: Generator) -> Samples:
    wave = partials(
        np.array([482.0, 1140.0, 1725.0, 2630.0]) * rng.uniform(0.99, 1.01),
        np.array([0.5, 0.6, 1.0, 0.4 * velocity]),
        np.array([0.02, 0.016, 0.014, 0.009]),
        0.15,
    )
    return wave * swell(len(wave), 0.0004)


def _clap(_velocity: float, rng: Generator) -> Samples:
    n = round(0.35 * RATE)
    time = np.arange(n) / RATE
    gain = 0.5 * np.exp(-time / 0.07)
    for at in (0.0, 0.011 + rng.uniform(0, 0.003), 0.023 + rng.uniform(0, 0.003)):
        gain += np.where(time >= at, np.exp(-(time - at) / 0.006), 0) * 0.8
    return noise(rng, n, 850, 3200) * (gain * swell(n, 0.001)).astype(np.float32)


def _snap(_velocity: float, rng: Generator) -> Samples:
    n = round(0.2 * RATE)
    pop = partials(np.array([1650.0, 2480.0]), np.array([1, 0.5]), np.array([0.012, 0.008]), 0.2)
    return (pop + 0.4 * burst(rng, n, 1500, 5000, 0.02)) * swell(n, 0.0008)


def _metal(
    rng: Generator, low_hz: float, high_hz: float, tau_s: float, seconds: float, modes: int = 48
) -> Samples:
    """A plate: dozens of modes too close to make a pitch, the high ones gone first."""
    hz = np.exp(rng.uniform(np.log(low_hz), np.log(high_hz), modes))
    gains = rng.uniform(0.3, 1.0, modes) * rng.choice((-1, 1), modes)
    return partials(hz, gains, tau_s * rng.uniform(0.5, 1.4, modes) * (low_hz / hz) ** 0.3, seconds)


def _closed_hat(_velocity: float, rng: Generator) -> Samples:
    wave = _metal(rng, 5200, 15000, 0.03, 0.2)
    n = len(wave)
    air = burst(rng, n, 7500, 16000, 0.022)
    return (wave / 6 + 0.6 * air) * swell(n, 0.0006)


def _open_hat(_velocity: float, rng: Generator) -> Samples:
    wave = _metal(rng, 4800, 14500, 0.2, 0.7)
    n = len(wave)
    air = burst(rng, n, 7000, 16000, 0.13)
    return (wave / 6 + 0.5 * air) * swell(n, 0.001)


def _ride(velocity: float, rng: Generator) -> Samples:
    wash = _metal(rng, 2600, 12500, 0.45, 1.6, 64)
    ping = partials(
        np.array([2960.0, 4310.0, 5740.0, 7350.0]), np.array([0.5, 1, 0.7, 0.5]) * velocity,
        np.array([0.25, 0.18, 0.12, 0.08]), 1.6,
    )  # fmt: skip
    tip = burst(rng, len(wash), 5000, 14000, 0.006)
    return np.asarray((wash / 9 + 0.6 * ping + 0.4 * tip) * swell(len(wash), 0.0006))


def _crash(_velocity: float, rng: Generator) -> Samples:
    wave = _metal(rng, 1500, 13500, 0.9, 3.0, 90)
    n = len(wave)
    return (wave / 9 + 0.5 * burst(rng, n, 3500, 14000, 0.4)) * swell(n, 0.006)


def _triangle(_velocity: float, _rng: Generator) -> Samples:
    hz = np.array([1290.0, 2640.0, 3985.0, 5430.0, 7120.0, 8890.0, 11200.0])
    gains = np.array([0.15, 0.4, 0.8, 1.0, 0.7, 0.5, 0.3])
    wave = partials(hz, gains, np.array([0.7, 0.8, 0.8, 0.6, 0.5, 0.4, 0.25]), 2.2)
    return wave * swell(len(wave), 0.0006)


def _shaker(_velocity: float, rng: Generator) -> Samples:
    n = round(0.16 * RATE)
    time = np.arange(n) / RATE
    gain = np.minimum(1, time / 0.022) ** 1.5 * np.exp(-np.maximum(time - 0.022, 0) / 0.026)
    return noise(rng, n, 4200, 12500) * gain.astype(np.float32)


def _jingles(
    low_hz: float, high_hz: float, tau_s: float, count: int, spread_s: float
) -> Callable[[float, Generator], Samples]:
    def sound(_velocity: float, rng: Generator) -> Samples:
        n = round(0.5 * RATE)
        wave = np.zeros(n, np.float32)
        for _ in range(count):
            one = _metal(rng, low_hz, high_hz, tau_s, 0.35, 12)
            at = round(rng.uniform(0, spread_s) * RATE)
            stop = min(n, at + len(one))
            wave[at:stop] += one[: stop - at] * np.float32(rng.uniform(0.4, 1))
        return wave * swell(n, 0.001)

    return sound


def _brush(velocity: float, rng: Generator) -> Samples:
    n = round(0.4 * RATE)
    time = np.arange(n) / RATE
    rise = 0.012 + 0.03 * (1 - velocity)
    gain = np.minimum(1, time / rise) * np.exp(-np.maximum(time - rise, 0) / 0.07)
    skin = partials(np.array([205.0, 340.0]), np.array([1, 0.5]), np.array([0.05, 0.03]), 0.4)
    return noise(rng, n, 1300, 8500) * gain.astype(np.float32) + 0.5 * velocity * skin * swell(
        n, 0.004
    )


def _woodblock(velocity: float, rng: Generator) -> Samples:
    wave = partials(
        np.array([890.0, 1560.0, 2310.0, 3480.0]) * rng.uniform(0.99, 1.01),
        np.array([1, 0.5, 0.3 * velocity, 0.15 * velocity]),
        np.array([0.03, 0.02, 0.012, 0.008]),
        0.25,
    )
    return wave * swell(len(wave), 0.0006)


def _crackle(_velocity: float, rng: Generator) -> Samples:
    """A worn record: dust, and the hiss between."""
    n = round(1.6 * RATE)
    dust = np.zeros(n, np.float32)
    at = rng.integers(0, n, 26)
    dust[at] = rng.uniform(0.15, 1, 26) ** 2 * rng.choice((-1, 1), 26)
    edges = np.minimum(1, np.minimum(np.arange(n), n - np.arange(n)) / (0.25 * RATE))
    hiss = 0.012 * noise(rng, n, 1500, 9000) * edges.astype(np.float32)
    return bandpass(dust, 900, 5500) + hiss


PIECES: dict[str, Piece] = {
    "kick": Piece(_kick, 0.46, 0.0, 0.06),
    "soft kick": Piece(_soft_kick, 0.38, 0.0, 0.1),
    "house kick": Piece(_house_kick, 0.46, 0.0, 0.03),
    "lofi kick": Piece(_lofi_kick, 0.45, 0.0, 0.06),
    "boom": Piece(_boom, 0.44, 0.0, 0.35),
    "taiko": Piece(_taiko, 0.45, -0.15, 0.4),
    "low tom": Piece(_tom(82), 0.34, 0.3, 0.25),
    "mid tom": Piece(_tom(118), 0.32, 0.05, 0.25),
    "high tom": Piece(_tom(165), 0.3, -0.25, 0.25),
    "conga low": Piece(_conga(176), 0.3, 0.28, 0.2),
    "conga high": Piece(_conga(262), 0.24, -0.2, 0.2),
    "snare": Piece(_snare, 0.36, 0.04, 0.22),
    "gated snare": Piece(_gated_snare, 0.4, 0.0, 0.3),
    "lofi snare": Piece(_lofi_snare, 0.32, 0.03, 0.14),
    "rim": Piece(_rim, 0.2, -0.12, 0.2),
    "clap": Piece(_clap, 0.26, 0.06, 0.25),
    "snap": Piece(_snap, 0.16, -0.15, 0.25),
    "closed hat": Piece(_closed_hat, 0.11, 0.28, 0.08),
    "hat": Piece(_closed_hat, 0.11, 0.28, 0.08),
    "open hat": Piece(_open_hat, 0.13, 0.28, 0.1),
    "ride": Piece(_ride, 0.13, 0.35, 0.15),
    "crash": Piece(_crash, 0.18, -0.3, 0.3),
    "triangle": Piece(_triangle, 0.06, 0.4, 0.35),
    "shaker": Piece(_shaker, 0.1, -0.38, 0.12),
    "tambourine": Piece(_jingles(5200, 13500, 0.05, 7, 0.02), 0.12, -0.3, 0.15),
    "sleigh bells": Piece(_jingles(3800, 11500, 0.11, 10, 0.03), 0.13, 0.25, 0.25),
    "brush": Piece(_brush, 0.15, 0.1, 0.18),
    "crackle": Piece(_crackle, 0.045, 0.0, 0.0),
    "woodblock": Piece(_woodblock, 0.14, -0.25, 0.25),
}
