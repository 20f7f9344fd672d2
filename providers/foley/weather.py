"""Rain, wind and thunder."""

import numpy as np

from providers.foley.entry import CatalogueEntry, Take, listed
from providers.foley.space import placed, room
from providers.foley.synthesis import (
    RATE,
    Generator,
    Mono,
    Stereo,
    burst,
    clock,
    count,
    decay,
    drift,
    hump,
    line,
    lowpass,
    moving_band,
    noise,
    poisson_times,
    ring,
    scatter,
    tap,
    wide_noise,
)


def _drops(rng: Generator, low_hz: float, high_hz: float, kinds: int = 10) -> list[Mono]:
    """Drops on a hard surface: a tick, and the tone of the bubble that some leave behind."""
    grains = []
    for _ in range(kinds):
        n = count(rng.uniform(0.004, 0.02))
        hz = rng.uniform(low_hz, high_hz)
        tick = noise(rng, n, hz * 0.6, hz * 1.8) * decay(n, 0.006)
        tone = np.sin(2 * np.pi * hz * clock(n)) * decay(n, n / RATE)
        grains.append(0.7 * tick + rng.uniform(0.0, 0.5) * tone)
    return grains


def _rainfall(take: Take, drops_per_s: float, wash: float, low_hz: float, tilt_db: float) -> Stereo:
    rng, n = take.rng, take.n
    # The far drops melt into a wash; only the near ones are heard one by one.
    bed = wide_noise(rng, n, low_hz, 14_000, tilt_db) * drift(rng, n, 0.7, 0.85, 1.0)
    bed += 0.35 * wide_noise(rng, n, 150, 900, -3)
    return wash * bed + _near_drops(take, drops_per_s)


def _near_drops(take: Take, per_s: float) -> Stereo:
    rng, n = take.rng, take.n
    at = poisson_times(rng, n, per_s)
    gains = rng.pareto(2.8, at.size).clip(0.05, 3.5)  # few drops are near, most are far
    return scatter(rng, n, at, gains, _drops(rng, 1800, 7500), 0.9)


def rain(take: Take) -> Stereo:
    return _rainfall(take, drops_per_s=420, wash=0.3, low_hz=900, tilt_db=-1.5)


def heavy_rain(take: Take) -> Stereo:
    roar = wide_noise(take.rng, take.n, 80, 700, -3) * drift(take.rng, take.n, 1.1, 0.7, 1.0)
    return _rainfall(take, drops_per_s=1100, wash=1.1, low_hz=500, tilt_db=-3.0) + 0.6 * roar


def drizzle(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    at = poisson_times(rng, n, 60)
    gains = rng.pareto(2.5, at.size).clip(0.1, 4.0)
    drops = scatter(rng, n, at, gains, _drops(rng, 900, 4500, 14), 0.95)
    return room(rng, drops, 0.3, 0.4) + 0.035 * wide_noise(rng, n, 2500, 12_000)


def hail(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    grains = []
    for _ in range(10):
        size = count(0.03)
        hz = rng.uniform(900, 3200)
        body = ring(tap(size, 0.0003), (hz, 1.62 * hz, 2.41 * hz), (0.03, 0.02, 0.012), (1, 1, 1))
        grains.append(12 * body + noise(rng, size, 3000, 15_000) * decay(size, 0.008))
    at = poisson_times(rng, n, 150 * drift(rng, n, 0.8, 0.6, 1.4))
    stones = scatter(rng, n, at, rng.pareto(2.0, at.size).clip(0.1, 5.0), grains, 0.9)
    return stones + 0.12 * wide_noise(rng, n, 700, 9000, -2)


def _gusts(take: Take, low_hz: float, high_hz: float, period_s: float) -> Stereo:
    rng, n = take.rng, take.n
    force = drift(rng, n, period_s, 0.0, 0.75) + drift(rng, n, period_s / 4, 0.0, 0.25)
    base = wide_noise(rng, n, 50, 9000, -3.0, 0.8)
    # Faster air sheds its eddies faster: level and resonance rise together (Strouhal).
    centre = low_hz * (high_hz / low_hz) ** force
    body = moving_band(base, centre, 3.4)
    return body * (0.12 + force**1.5) + 0.1 * lowpass(base, 200) * (0.3 + force)


def wind(take: Take) -> Stereo:
    return _gusts(take, 220, 1100, 2.2)


def howling_wind(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = 0.7 * _gusts(take, 220, 900, 1.8)
    source = noise(rng, n, 200, 4000, -1.0)
    for low, high, period, side in ((380, 720, 1.6, -0.5), (640, 1250, 1.1, 0.5)):
        force = drift(rng, n, period, 0.0, 1.0)
        whistle = moving_band(source, low * (high / low) ** force, 0.1)
        out += placed(7.0 * whistle * force**2, side)
    return out


def rustling_leaves(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    force = drift(rng, n, 1.6, 0.05, 1.0) ** 1.5
    grains = [
        noise(rng, size, 2500, 12_000) * hump(size, 0.3, 1.5)
        for size in (count(rng.uniform(0.004, 0.03)) for _ in range(12))
    ]
    at = poisson_times(rng, n, 60 + 900 * force)
    leaves = scatter(rng, n, at, rng.pareto(2.5, at.size).clip(0.05, 3.0), grains, 0.9)
    hiss = wide_noise(rng, n, 3000, 11_000, -1, 0.9)
    return leaves + 0.35 * hiss * force + 0.05 * wide_noise(rng, n, 100, 600, -4) * force


def _thunderclap(rng: Generator, n: int, crack: float, claps: int = 16) -> Stereo:
    # The channel is kilometres long: its near end cracks, its far parts arrive for seconds,
    # ever duller. Hence overlapping claps, each later one lower.
    out = np.zeros((2, n))
    for _ in range(claps):
        at = rng.exponential(1.3)
        size = count(rng.uniform(0.4, 1.8))
        top = 900 * np.exp(-at / 1.2) + 90
        clap = noise(rng, size, 28, top, -4) * burst(size, 0.02 + 0.1 * at, 1.4 * size / RATE)
        start = min(int(at * RATE), n - 1)
        piece = placed(clap[: n - start] * np.exp(-at / 3.5), rng.uniform(-0.6, 0.6))
        out[:, start : start + piece.shape[1]] += piece
    rumble = wide_noise(rng, n, 28, 140, -3) * burst(n, 0.25, 9.0) * drift(rng, n, 0.25, 0.3, 1.0)
    size = min(n, count(0.6))
    tear = wide_noise(rng, size, 300, 9000, -3) * burst(size, 0.002, 0.45)
    tear *= np.abs(drift(rng, size, 0.012, -1.0, 1.0))  # a crooked channel: many small cracks
    out = 0.9 * out + 1.2 * rumble
    out[:, :size] += crack * tear
    return np.asarray(out * line(n, (0, 1), (n / RATE - 2.5, 1), (n / RATE, 0)))


def thunder(take: Take) -> Stereo:
    return room(take.rng, _thunderclap(take.rng, take.n, crack=2.2), 2.5, 0.5, 1200)


def storm(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    downpour = wide_noise(rng, n, 220, 12_000, -3.5) + 0.9 * _near_drops(take, 350)
    out = _scaled(downpour, 0.5) + _scaled(wind(take), 0.55)
    at = 0.8
    while at < n / RATE - 2.0:
        start = int(at * RATE)
        size = min(n - start, count(3.6))
        out[:, start : start + size] += _scaled(
            _thunderclap(rng, size, 0.8, claps=5), rng.uniform(0.5, 0.9)
        )
        at += rng.uniform(3.5, 7.0)
    return out


def _scaled(wave: Stereo, rms: float) -> Stereo:
    return wave * (rms / float(np.sqrt(np.mean(wave**2))))


def blizzard(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    grit = wide_noise(rng, n, 4000, 13_000, 0, 0.9) * drift(rng, n, 0.35, 0.1, 1.0) ** 2
    return _scaled(_gusts(take, 350, 1500, 1.2), 1.0) + 0.28 * grit


SOUNDS = (
    CatalogueEntry(
        "rain",
        listed("rainfall, raining, rain shower, rainy, raindrops, rain on window, rain on roof"),
        rain,
        8.0,
        loop=True,
        abroad=listed("pluie, lluvia, Regen"),
    ),
    CatalogueEntry(
        "heavy rain",
        listed("downpour, torrential rain, pouring rain, rain pouring, monsoon, cloudburst"),
        heavy_rain,
        8.0,
        loop=True,
        abroad=listed("pluie forte, averse, lluvia fuerte, aguacero, starker Regen, Platzregen"),
    ),
    CatalogueEntry(
        "drizzle",
        listed("light rain, soft rain, gentle rain, dripping rain, rain dripping, eaves dripping"),
        drizzle,
        8.0,
        loop=True,
        abroad=listed("bruine, llovizna, Nieselregen"),
    ),
    CatalogueEntry("hail", listed("hailstorm, hailstones, sleet"), hail, 8.0, loop=True),
    CatalogueEntry(
        "thunder",
        listed(
            "thunderclap, clap of thunder, roll of thunder, thunder rumble, thunder strike, "
            "lightning, lightning strike"
        ),
        thunder,
        6.0,
        abroad=listed("tonnerre, trueno, Donner"),
    ),
    CatalogueEntry(
        "storm",
        listed("thunderstorm, thunder and rain, rain and thunder, tempest, rainstorm, hurricane"),
        storm,
        8.0,
        loop=True,
        abroad=listed("orage, tempête, tormenta, Gewitter, Sturm"),
    ),
    CatalogueEntry(
        "wind",
        listed("breeze, wind blowing, windy, gust, wind gust, draught, mountain wind, desert wind"),
        wind,
        8.0,
        loop=True,
        abroad=listed("vent, viento"),
    ),
    CatalogueEntry(
        "howling wind",
        listed("wind howling, wind whistling, whistling wind, haunted wind, ghostly wind, gale"),
        howling_wind,
        8.0,
        loop=True,
    ),
    CatalogueEntry(
        "blizzard", listed("snowstorm, snow storm, arctic wind"), blizzard, 8.0, loop=True
    ),
    CatalogueEntry(
        "rustling leaves",
        listed("leaves rustling, leaves, foliage, wind in the trees, trees, rustling trees"),
        rustling_leaves,
        8.0,
        loop=True,
    ),
)
