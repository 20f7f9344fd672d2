"""Sea, streams, drops and bubbles."""

import numpy as np

from providers.foley.entry import CatalogueEntry, Take, listed
from providers.foley.space import placed, room
from providers.foley.synthesis import (
    RATE,
    Generator,
    Mono,
    Stereo,
    add_at,
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
    scatter,
    sine,
    wide_noise,
)


def bubble(radius_mm: float, rise: float = 0.1) -> Mono:
    """A bubble of air that rings as it closes and nears the surface, peak about 1.

    Minnaert's resonance is 3.26 m/s over the radius; damping and rising pitch follow van den
    Doel, "Physically based models for liquid sounds", 2005.
    """
    hz = 3260.0 / radius_mm
    radius_m = radius_mm / 1000
    damping = 0.13 / radius_m + 0.0072 / radius_m**1.5  # 1/s
    n = count(min(0.25, 6.0 / damping))
    time = clock(n)
    grain = np.exp(-damping * time) * sine(hz * (1 + rise * damping * time))
    grain[: min(n, 24)] *= np.linspace(0, 1, 24)[:n]
    return np.asarray(grain, dtype=np.float64)


def _bubbles(rng: Generator, least_mm: float, most_mm: float, kinds: int = 14) -> list[Mono]:
    radii = np.exp(rng.uniform(np.log(least_mm), np.log(most_mm), kinds))
    return [bubble(float(radius), rng.uniform(0.02, 0.25)) for radius in radii]


def ocean_waves(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = 0.10 * wide_noise(rng, n, 60, 3500, -4, 0.9) * drift(rng, n, 1.5, 0.6, 1.0)
    # A breaker swells, falls in a crash rich in treble, then fizzes back over the beach.
    swell, bright = np.zeros(n), np.zeros(n)
    at = -rng.uniform(0.5, 2.0)
    while at < n / RATE:
        size = count(rng.uniform(4.5, 6.0))
        crash = rng.uniform(0.32, 0.42)
        force = rng.uniform(0.7, 1.0)
        begin = max(0, int(-at * RATE))
        start = max(0, int(at * RATE))
        for track, shape in (
            (swell, hump(size, crash, 1.6)),
            (bright, hump(size, crash + 0.14, 1.3) ** 1.5),
        ):
            piece = force * shape[begin : begin + n - start]
            track[start : start + piece.size] += piece
        at += rng.uniform(3.2, 4.4)
    out += moving_band(
        wide_noise(rng, n, 60, 5000, -4, 0.8), 220 * 4.0 ** swell.clip(0, 1.2), 3.2
    ) * (1.4 * swell)
    hiss = wide_noise(rng, n, 1500, 11_000, -2, 0.95)
    return out + 0.30 * hiss * bright


def stream(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    at = poisson_times(rng, n, 330 * drift(rng, n, 0.5, 0.6, 1.4))
    gains = rng.pareto(2.2, at.size).clip(0.05, 3.0)
    babble = scatter(rng, n, at, gains, _bubbles(rng, 0.7, 5.5, 70), 0.9)
    flow = wide_noise(rng, n, 300, 5000, -3, 0.9) * drift(rng, n, 0.4, 0.7, 1.0)
    return babble + 0.16 * flow


def waterfall(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    roar = wide_noise(rng, n, 90, 9000, -3.5, 0.95) * drift(rng, n, 0.25, 0.88, 1.0)
    at = poisson_times(rng, n, 500)
    splashes = scatter(rng, n, at, rng.pareto(3.0, at.size), _bubbles(rng, 1.2, 9.0, 70), 0.9)
    return roar + 0.35 * splashes


def water_drip(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    period = 1.05 / take.pace
    at = 0.02
    while at < n / RATE:
        # The fall's click, then the bubble it drags under: the pitch of a drip rises.
        drop = np.zeros(count(0.12))
        add_at(drop, 0.25 * noise(rng, 200, 2500, 12_000) * decay(200, 0.004), 0.0)
        add_at(drop, bubble(rng.uniform(2.3, 4.0), rng.uniform(0.08, 0.2)), 0.011)
        add_at(drop, 0.35 * bubble(rng.uniform(1.2, 2.0), 0.3), rng.uniform(0.04, 0.07))
        add_at(out, placed(drop * rng.uniform(0.7, 1.0), rng.uniform(-0.25, 0.25)), at)
        at += period * rng.uniform(0.75, 1.25)
    return room(rng, out, 1.3, 0.55, 5000)


def splash(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    slap = wide_noise(rng, n, 150, 5000, -3) * burst(n, 0.004, 0.35)
    spray = wide_noise(rng, n, 1200, 12_000, -1) * burst(n, 0.05, 1.3)
    plunge = noise(rng, n, 50, 260, -3) * burst(n, 0.01, 0.3)
    rate = 420 * decay(n, 2.2) * line(n, (0.02, 0), (0.12, 1))
    at = poisson_times(rng, n, rate)
    gains = rng.uniform(0.1, 0.8, at.size) * np.exp(-at / 0.8)
    drops = scatter(rng, n, at, gains, _bubbles(rng, 1.0, 8.0, 50), 0.8)
    return room(rng, 1.3 * slap + 0.45 * spray + 1.1 * placed(plunge) + drops, 0.6, 0.2)


def bubbles(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    rate = 26 * drift(rng, n, 0.35, 0.1, 1.9) * take.pace
    at = poisson_times(rng, n, rate)
    gains = rng.uniform(0.3, 1.0, at.size)
    return scatter(rng, n, at, gains, _bubbles(rng, 2.5, 11.0, 50), 0.7)


def boiling_water(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    at = poisson_times(rng, n, 190 * drift(rng, n, 0.3, 0.6, 1.3))
    gains = rng.pareto(3.0, at.size).clip(0.05, 2.5)
    simmer = scatter(rng, n, at, gains, _bubbles(rng, 5.0, 24.0, 60), 0.5)
    steam = wide_noise(rng, n, 3500, 12_000, -2, 0.8)
    return simmer + 0.02 * steam + 0.07 * wide_noise(rng, n, 60, 400, -3)


def underwater(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    # Water carries the low; the ear under it hears hardly anything above 500 Hz.
    pressure = wide_noise(rng, n, 40, 320, -3, 0.5) * drift(rng, n, 1.4, 0.5, 1.0)
    flow = moving_band(wide_noise(rng, n, 100, 900, -3, 0.8), drift(rng, n, 1.0, 160, 420), 1.0)
    rate = 10 * np.maximum(drift(rng, n, 0.8, -1.0, 1.6), 0.0)
    at = poisson_times(rng, n, rate)
    blobs = scatter(rng, n, at, rng.uniform(0.3, 1, at.size), _bubbles(rng, 5.0, 13.0, 16), 0.7)
    return lowpass(room(rng, pressure + 0.8 * flow + 2.2 * blobs, 1.6, 0.6, 700), 750)


def pouring_water(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    # The air column above the rising water shortens: its resonance climbs as the glass fills.
    filled = np.linspace(0.0, 0.85, n)
    column = 343.0 / (4 * (0.14 * (1 - filled) + 0.012))
    jet = noise(rng, n, 250, 9000, -2) * drift(rng, n, 0.06, 0.6, 1.0)
    tone = moving_band(jet, column, 0.5)
    at = poisson_times(rng, n, 150)
    glugs = scatter(
        rng, n, at, rng.pareto(2.5, at.size).clip(0.05, 2), _bubbles(rng, 1.2, 6.0, 50), 0.3
    )
    gate = line(n, (0, 0), (0.08, 1), (n / RATE - 0.25, 1), (n / RATE - 0.05, 0))
    pour = placed(2.2 * tone + 0.12 * jet) + 0.55 * glugs
    return room(rng, pour * gate, 0.4, 0.2)


SOUNDS = (
    CatalogueEntry(
        "ocean waves",
        listed(
            "ocean, sea, waves, surf, seashore, seaside, shore, beach, sea waves, breaking waves, "
            "waves on the beach, waves crashing, coast, tide"
        ),
        ocean_waves,
        8.0,
        loop=True,
        abroad=listed("vagues, mer, olas, mar, Meeresrauschen, Wellen, Meer, Brandung"),
    ),
    CatalogueEntry(
        "stream",
        listed(
            "river, water, brook, creek, babbling brook, flowing water, running water, "
            "water flowing"
        ),
        stream,
        8.0,
        loop=True,
        abroad=listed("rivière, ruisseau, rio, arroyo, Fluss"),
    ),
    CatalogueEntry(
        "waterfall",
        listed("cascade, rapids, rushing water, cataract, shower, fountain"),
        waterfall,
        8.0,
        loop=True,
        abroad=listed("chute d'eau, cascada, Wasserfall"),
    ),
    CatalogueEntry(
        "water drip",
        listed("drip, dripping tap, water drop, drops, droplet, dripping faucet, leak, cave drip"),
        water_drip,
        8.0,
        loop=True,
        periodic=True,
        abroad=listed("goutte, gouttes d'eau, gota, gotas, Tropfen"),
    ),
    CatalogueEntry(
        "splash",
        listed("water splash, dive, jump into water, plunge, cannonball"),
        splash,
        2.2,
    ),
    CatalogueEntry(
        "bubbles",
        listed("bubbling, bubbling liquid, potion, aquarium, gurgle, fizzing bubbles"),
        bubbles,
        6.0,
        loop=True,
    ),
    CatalogueEntry(
        "boiling water",
        listed("boiling, water boiling, boiling pot, simmering, cooking pot, lava, cauldron"),
        boiling_water,
        6.0,
        loop=True,
    ),
    CatalogueEntry(
        "underwater",
        listed("under water, submerged, deep sea, scuba, diving ambience"),
        underwater,
        8.0,
        loop=True,
        abroad=listed("sous l'eau, bajo el agua, unter Wasser"),
    ),
    CatalogueEntry(
        "pouring water",
        listed("pour, pouring, water pouring, pour a drink, filling a glass, pouring coffee"),
        pouring_water,
        3.2,
        stretches=True,
    ),
)
