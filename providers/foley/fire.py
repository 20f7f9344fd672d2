"""Flames, matches, fireworks."""

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
    count,
    decay,
    drift,
    glide,
    hump,
    line,
    noise,
    poisson_times,
    scatter,
    sine,
    wide_noise,
)


def _snaps(rng: Generator, low_hz: float, high_hz: float, kinds: int = 14) -> list[Mono]:
    """Wood fibres that burst: very short, each at a pitch of its own."""
    grains = []
    for _ in range(kinds):
        size = count(rng.uniform(0.004, 0.018))
        hz = float(np.exp(rng.uniform(np.log(low_hz), np.log(high_hz))))
        grains.append(noise(rng, size, hz * 0.5, hz * 2.0) * decay(size, rng.uniform(0.004, 0.014)))
    return grains


def _flames(take: Take, crackles_per_s: float, roar: float, hiss: float) -> Stereo:
    rng, n = take.rng, take.n
    # Crackles come in flurries; one in many is a loud snap.
    rate = crackles_per_s * drift(rng, n, 0.25, 0.0, 2.0) * drift(rng, n, 1.1, 0.4, 1.6)
    at = poisson_times(rng, n, rate)
    gains = rng.pareto(2.0, at.size).clip(0.08, 4.0)
    crackle = scatter(rng, n, at, gains, _snaps(rng, 700, 7000), 0.7)
    lapping = drift(rng, n, 0.09, 0.3, 1.0) * drift(rng, n, 0.7, 0.6, 1.0)
    body = wide_noise(rng, n, 45, 420, -4.5, 0.6) * lapping
    gas = wide_noise(rng, n, 1800, 9000, -3, 0.8) * drift(rng, n, 0.3, 0.5, 1.0)
    return crackle + roar * body + hiss * gas


def fire(take: Take) -> Stereo:
    return _flames(take, crackles_per_s=26, roar=1.3, hiss=0.08)


def campfire(take: Take) -> Stereo:
    return _flames(take, crackles_per_s=13, roar=0.3, hiss=0.06)


def blaze(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    gusts = wide_noise(rng, n, 60, 1800, -4, 0.8) * drift(rng, n, 0.16, 0.3, 1.0)
    return _flames(take, crackles_per_s=45, roar=2.4, hiss=0.3) + 2.6 * gusts


def match_strike(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    scratch = noise(rng, n, 2200, 9500) * line(n, (0, 0), (0.02, 0.6), (0.2, 0.9), (0.23, 0))
    scratch *= 0.5 + 0.5 * np.abs(drift(rng, n, 0.003, -1, 1))
    flare = wide_noise(rng, n, 350, 9000, -2.5) * line(
        n, (0.18, 0), (0.25, 1.0), (0.5, 0.45), (1.1, 0.12), (n / RATE, 0.0)
    )
    flutter = noise(rng, n, 60, 300, -3) * line(n, (0.25, 0), (0.4, 0.5), (n / RATE, 0.0))
    flutter *= drift(rng, n, 0.05, 0.2, 1.0)
    at = poisson_times(rng, n, 30 * line(n, (0.2, 0), (0.25, 1), (1.4, 0.2), (n / RATE, 0)))
    sparks = scatter(rng, n, at, rng.uniform(0.1, 0.8, at.size), _snaps(rng, 2000, 9000), 0.3)
    return room(rng, placed(scratch + flutter) + flare + sparks, 0.3, 0.2)


def sizzle(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    at = poisson_times(rng, n, 500 * drift(rng, n, 0.4, 0.5, 1.5))
    spits = scatter(
        rng, n, at, rng.pareto(2.2, at.size).clip(0.05, 5), _snaps(rng, 3500, 12_000), 0.6
    )
    fat = 0.25 * wide_noise(rng, n, 250, 1800, -2) * drift(rng, n, 0.05, 0.2, 1.0)
    return (
        0.6 * spits
        + fat
        + 0.3 * wide_noise(rng, n, 3800, 14_000, -1, 0.8) * drift(rng, n, 0.15, 0.7, 1)
    )


def _shell_burst(rng: Generator, n: int) -> Stereo:
    boom = noise(rng, n, 35, 320, -4) * burst(n, 0.004, 1.1)
    crack = noise(rng, n, 300, 6000, -3) * burst(n, 0.001, 0.22)
    rate = 130 * line(n, (0.25, 0), (0.5, 1), (1.5, 0.2), (2.0, 0))
    at = poisson_times(rng, n, rate)
    stars = scatter(rng, n, at, rng.uniform(0.1, 0.6, at.size), _snaps(rng, 1500, 6000), 0.9)
    return placed(2.0 * boom + 1.1 * crack, rng.uniform(-0.4, 0.4)) + stars


def fireworks(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at = rng.uniform(0.0, 0.05)
    while at < n / RATE - 0.5:
        size = count(0.9)
        climb = sine(glide(size, (0, 700), (0.9, 2300)) * drift(rng, size, 0.03, 0.98, 1.02))
        climb = 0.10 * (climb + noise(rng, size, 1500, 6000)) * hump(size, 0.7, 1.5)
        add_at(out, placed(climb, rng.uniform(-0.6, 0.6)), at)
        add_at(out, rng.uniform(0.6, 1.0) * _shell_burst(rng, count(2.1)), at + 1.0)
        at += rng.uniform(0.7, 1.8)
    return room(rng, out, 1.8, 0.5, 2500)


SOUNDS = (
    CatalogueEntry(
        "fire crackle",
        listed(
            "fire, fireplace, crackling fire, fire crackling, hearth, log fire, flames, burning"
        ),
        fire,
        8.0,
        loop=True,
        abroad=listed("feu, cheminée, feu de cheminée, fuego, chimenea, Feuer, Kaminfeuer"),
    ),
    CatalogueEntry(
        "campfire",
        listed("camp fire, bonfire, embers, twigs burning"),
        campfire,
        8.0,
        loop=True,
        abroad=listed("feu de camp, hoguera, fogata, Lagerfeuer"),
    ),
    CatalogueEntry(
        "blaze",
        listed("inferno, house on fire, burning building, wildfire, forest fire, dragon fire"),
        blaze,
        8.0,
        loop=True,
        abroad=listed("incendie, incendio"),
    ),
    CatalogueEntry(
        "match strike",
        listed("match, striking a match, lighting a match, match lit, lighting a candle"),
        match_strike,
        2.4,
        abroad=listed("allumette, cerilla, Streichholz"),
    ),
    CatalogueEntry(
        "sizzle",
        listed("frying, frying pan, bacon, grill, barbecue, cooking, sizzling steak"),
        sizzle,
        6.0,
        loop=True,
    ),
    CatalogueEntry(
        "fireworks",
        listed("firework, firecracker, pyrotechnics, new year fireworks"),
        fireworks,
        8.0,
        loop=True,
        abroad=listed("feux d'artifice, feu d'artifice, fuegos artificiales, Feuerwerk"),
    ),
)
