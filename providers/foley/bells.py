"""Bells, gongs and chimes: bodies of metal with long, inharmonic tones."""

from collections.abc import Sequence

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
    line,
    noise,
    ring,
    tap,
    wide_noise,
)

# Partials of a tuned church bell over its strike note, from hum to superquint and beyond
# (Fletcher and Rossing, "The Physics of Musical Instruments", ch. 21).
CHURCH = (0.5, 1.0, 1.19, 1.5, 2.0, 2.52, 2.66, 3.01, 4.17, 5.43, 6.8)
TUBE = (1.0, 2.756, 5.404, 8.933)  # bending modes of a free bar or tube


def _bell(
    rng: Generator,
    blows: Mono,
    base_hz: float,
    ratios: Sequence[float],
    t60_s: float,
    damping: float = 0.7,
) -> Mono:
    """A struck bell; each mode is split in two that beat, as no casting is perfectly round."""
    split = np.array(ratios)
    hz = np.concatenate((split, split * (1 + rng.uniform(0.0004, 0.0016, split.size)))) * base_hz
    t60 = t60_s / np.concatenate((split, split)) ** damping
    gains = np.concatenate((np.ones(split.size), np.full(split.size, 0.6)))
    gains *= np.tile(rng.uniform(0.6, 1.0, split.size) * np.minimum(1.0, split), 2)
    return ring(blows, hz, t60, gains)


def bell(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    blows = np.zeros(n)
    base = rng.uniform(1050, 1150)
    for at, gain in ((0.0, 1.0), (0.34, 0.8), (0.68, 0.95), (1.02, 0.75)):
        add_at(blows, gain * tap(count(0.01), 0.0004), at)
    tone = _bell(rng, blows, base, (1, 2.01, 2.98, 4.4, 6.2), 1.4)
    return room(rng, placed(tone), 0.9, 0.3)


def church_bell(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    blows = np.zeros(n)
    clang = np.zeros(n)
    for at in np.arange(0.0, max(0.1, n / RATE - 1.0), 2.3):
        force = rng.uniform(0.85, 1.0)
        add_at(blows, force * tap(count(0.01), 0.0005), float(at))
        size = count(0.1)
        add_at(clang, force * noise(rng, size, 900, 5000) * burst(size, 0.001, 0.05), float(at))
    # The clapper strikes a bell that still rings: one set of modes hears all the blows.
    toll = _bell(rng, blows, 233.0, CHURCH, 9.0, 0.9)
    out = room(rng, placed(toll + 0.004 * clang), 2.6, 0.4, 3500)
    return out * line(n, (n / RATE - 1.2, 1), (n / RATE, 0))


def small_bell(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    tone = _bell(rng, tap(n, 0.0002), 2637.0, (1.0, 2.41, 4.2, 5.6), 1.8)
    return room(rng, placed(tone), 0.5, 0.2)


def gong(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    out = np.zeros((2, n))
    ratios = np.sort(np.concatenate(([1.0, 1.48, 2.03, 2.71], rng.uniform(3.0, 26.0, 44))))
    for low, high, bloom in ((0.0, 3.0, 0.02), (3.0, 8.0, 0.25), (8.0, 30.0, 0.6)):
        # A gong passes its energy upward: the higher modes swell after the blow.
        some = ratios[(ratios >= low) & (ratios < high)]
        rise = line(n, (0, 0.15), (bloom, 1.0))
        for side in (-0.6, 0.6):
            hz = 78.0 * some * (1 + rng.uniform(-0.001, 0.001, some.size))
            gains = rng.uniform(0.3, 1.0, some.size) * (2.5 if low else 1.0)
            out += placed(ring(tap(n, 0.0012), hz, 8.0 / some**0.42, gains) * rise, side)
    return room(rng, out, 2.2, 0.3) * line(n, (length - 1.5, 1), (length, 0))


def singing_bowl(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    blow = tap(n, 0.002)
    for side, detune in ((-0.5, 1.0), (0.5, 1.0031)):
        out += placed(_bell(rng, blow, 262.0 * detune, (1.0, 2.71, 5.02, 7.8), 9.0, 0.8), side)
    return room(rng, out, 2.2, 0.3) * line(n, (n / RATE - 2.0, 1), (n / RATE, 0))


def bicycle_bell(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    strikes = np.zeros(n)
    for begin in (0.0, 0.42):  # dring, dring: the geared clapper hits many times a push
        for hit in range(7):
            at = begin + 0.032 * hit + rng.uniform(0, 0.003)
            strikes[min(n - 1, int(at * RATE))] += rng.uniform(0.6, 1.0)
    hz = rng.uniform(2150, 2350) * np.array([1.0, 1.006, 2.37, 4.02, 5.1])
    dome = ring(strikes, hz, (0.9, 0.85, 0.6, 0.4, 0.25), (1.0, 0.7, 0.8, 0.5, 0.3))
    return room(rng, placed(dome), 0.3, 0.15)


def doorbell(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    for at, hz in ((0.0, 659.3), (0.62, 523.3)):
        size = max(1, n - count(at))
        bar = ring(
            tap(size, 0.0012), hz * np.array(TUBE), (1.9, 0.7, 0.25, 0.1), (1.0, 0.35, 0.2, 0.1)
        )
        add_at(out, bar + 0.3 * ring(tap(size, 0.0012), (hz * 2,), (1.0,), (1.0,)), at)
    return room(rng, placed(out), 0.6, 0.3)


def school_bell(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    strikes = np.zeros(n)
    for at in np.arange(0.0, max(0.2, length - 0.6), 0.041):
        strikes[min(n - 1, int((at + rng.uniform(0, 0.002)) * RATE))] = rng.uniform(0.7, 1.0)
    hz = 640 * np.array([1.0, 1.61, 2.42, 3.3, 4.55, 5.9, 7.7])
    shell = ring(strikes, hz, np.full(7, 0.55), (0.5, 1.0, 1.0, 0.9, 0.7, 0.5, 0.4))
    return room(rng, placed(shell), 1.6, 0.6, 5000)


def wind_chimes(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    tubes = 587.3 * np.array([1.0, 9 / 8, 5 / 4, 3 / 2, 5 / 3, 2.0])  # a pentatonic scale
    at = 0.0
    while at < n / RATE:
        for _ in range(int(rng.integers(1, 4))):  # the clapper brushes neighbours
            which = int(rng.integers(tubes.size))
            size = count(2.4)
            tone = ring(
                tap(size, 0.0006),
                tubes[which] * np.array(TUBE),
                (2.2, 1.0, 0.5, 0.2),
                (0.7, 1, 0.5, 0.2),
            )
            place = float(np.interp(which, (0, tubes.size - 1), (-0.7, 0.7)))
            add_at(out, placed(rng.uniform(0.3, 1.0) * tone, place), at)
            at += rng.uniform(0.04, 0.2)
        at += rng.exponential(0.5) / take.pace
    return room(rng, out, 1.2, 0.25)


def sleigh_bells(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    shells = []
    for _ in range(16):
        size = count(0.2)
        hz = rng.uniform(3300, 6200) * np.array([1.0, 1.52, 2.2])
        shells.append(ring(tap(size, 0.0001), hz, (0.16, 0.11, 0.08), (1.0, 0.7, 0.4)))
    at, beat = 0.0, 0
    while at < n / RATE:
        for _ in range(22):
            jingle = rng.uniform(0.2, 1.0) * (1.0 if beat % 2 == 0 else 0.6)
            shell = shells[int(rng.integers(16))]
            add_at(out, placed(jingle * shell, rng.uniform(-0.5, 0.5)), at + rng.gamma(2.0, 0.022))
        at += 0.3 / take.pace
        beat += 1
    return room(rng, out, 0.5, 0.2)


def cymbal_crash(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    ratios = np.sort(rng.uniform(4.0, 46.0, 60))
    plate = ring(tap(n, 0.0001), 320 * ratios, 3.2 / ratios**0.2, rng.uniform(0.3, 1.0, 60))
    wash = wide_noise(rng, n, 3000, 16_000, 0.5, 0.9) * burst(n, 0.004, 2.2)
    hit = wide_noise(rng, n, 600, 12_000, 0, 0.5) * burst(n, 0.001, 0.12)
    out = placed(1.4 * plate) + 1.2 * wash + 0.9 * hit
    return out * line(n, (length - 0.8, 1), (length, 0))


SOUNDS = (
    CatalogueEntry(
        "bell",
        listed("hand bell, bells, ringing bell, town crier, brass bell, bell ringing"),
        bell,
        2.6,
        abroad=listed("cloche, clochette, campana, Glocke, Klingel"),
    ),
    CatalogueEntry(
        "small bell",
        listed("ding, service bell, reception bell, hotel bell, desk bell, triangle, ting"),
        small_bell,
        1.6,
    ),
    CatalogueEntry(
        "church bell",
        listed(
            "church bells, cathedral bell, tolling bell, bell tower, bell toll, church, big ben"
        ),
        church_bell,
        8.0,
        abroad=listed("cloches d'église, campana de iglesia, Kirchenglocke, Kirchenglocken"),
    ),
    CatalogueEntry(
        "gong", listed("tam tam, tamtam, chinese gong, temple gong, dinner gong"), gong, 6.0
    ),
    CatalogueEntry(
        "singing bowl",
        listed("tibetan bowl, meditation bell, meditation, temple bell, zen bell, bowl"),
        singing_bowl,
        7.0,
    ),
    CatalogueEntry(
        "bicycle bell",
        listed("bike bell, bicycle, bike, cycle bell"),
        bicycle_bell,
        1.5,
        abroad=listed("sonnette de vélo, timbre de bicicleta, Fahrradklingel"),
    ),
    CatalogueEntry(
        "doorbell",
        listed("door bell, ding dong, front door bell, door chime, house bell"),
        doorbell,
        2.2,
        abroad=listed("sonnette, timbre, Türklingel"),
    ),
    CatalogueEntry(
        "school bell",
        listed("school, class bell, recess bell, fire bell, boxing bell, end of class"),
        school_bell,
        3.2,
        stretches=True,
    ),
    CatalogueEntry(
        "wind chimes",
        listed("wind chime, chimes, chime, windchimes, garden chimes"),
        wind_chimes,
        8.0,
        loop=True,
        abroad=listed("carillon à vent, Windspiel"),
    ),
    CatalogueEntry(
        "sleigh bells",
        listed("jingle bells, christmas bells, santa, sleigh, reindeer, christmas"),
        sleigh_bells,
        5.4,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "cymbal crash", listed("cymbal, crash cymbal, cymbals, splash cymbal"), cymbal_crash, 2.8
    ),
)
