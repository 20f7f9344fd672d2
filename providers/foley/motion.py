"""Air that moves: whooshes, swishes, and the rises and falls between scenes."""

import numpy as np

from providers.foley.entry import CatalogueEntry, Take, listed
from providers.foley.space import placed, room
from providers.foley.synthesis import (
    RATE,
    Stereo,
    add_at,
    burst,
    count,
    drift,
    glide,
    harmonics,
    hump,
    line,
    moving_band,
    noise,
    ring,
    saw,
    sine,
    tap,
    wide_noise,
)


def whoosh(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    shape = hump(n, 0.55, 2.6)
    air = noise(rng, n, 60, 9000, -3)
    body = moving_band(air, 180 * 9.0**shape, 2.0) * shape
    low = noise(rng, n, 40, 220, -3) * shape**2
    side = rng.choice((-1.0, 1.0)) * np.linspace(-0.85, 0.85, n)
    return room(rng, placed(body + 0.35 * low, side), 0.6, 0.25)


def swish(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    shape = hump(n, 0.45, 3.0)
    air = noise(rng, n, 900, 15_000)
    body = moving_band(air, 1500 * 4.0**shape, 1.2) * shape
    side = rng.choice((-1.0, 1.0)) * np.linspace(-0.6, 0.6, n)
    return room(rng, placed(body, side), 0.3, 0.15)


def riser(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    climb = np.linspace(0.0, 1.0, n)
    air = moving_band(wide_noise(rng, n, 100, 16_000, -1.5, 0.8), 250 * 32.0**climb, 1.4)
    out = air * climb**2
    for detune, side in ((0.994, -0.6), (1.006, 0.6), (1.5, 0.0)):
        hz = 110 * detune * 8.0 ** (climb**1.3)
        pulse = 0.7 + 0.3 * sine(4.0 * 5.0**climb)  # a tremor that quickens
        out += placed(0.16 * saw(hz) * pulse * climb**1.5, side)
    end = line(n, (length - 0.06, 1), (length - 0.01, 0))
    return room(rng, out * end, 0.8, 0.3)


def downlifter(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    fall = np.linspace(0.0, 1.0, n)
    air = moving_band(wide_noise(rng, n, 60, 16_000, -1.5, 0.8), 7000 * (1 / 48.0) ** fall, 1.4)
    out = air * (1 - fall) ** 1.3
    for detune, side in ((0.994, -0.6), (1.006, 0.6)):
        out += placed(0.13 * saw(880 * detune * (1 / 12.0) ** fall) * (1 - fall) ** 1.2, side)
    return room(rng, out * line(n, (0, 0), (0.03, 1)), 1.2, 0.4)


def reverse_swell(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    # A cymbal and its room, played backwards: all the decay becomes approach.
    ratios = np.sort(rng.uniform(4.0, 34.0, 40))
    plate = ring(tap(n, 0.0002), 390 * ratios, np.full(40, 1.9), rng.uniform(0.3, 1.0, 40))
    wash = wide_noise(rng, n, 2500, 15_000, 0, 0.9) * burst(n, 0.002, 1.8)
    forward = room(rng, placed(1.1 * plate) + 1.1 * wash, 1.8, 0.5)
    tail = line(n, (0, 1), (n / RATE - 0.4, 0.6), (n / RATE, 0))
    out = (forward * tail)[:, ::-1].copy()
    return out * line(n, (n / RATE - 0.02, 1), (n / RATE - 0.004, 0))


def arrow(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    size = count(0.18)
    string = harmonics(glide(size, (0, 190), (0.15, 165)), (1, 0.6, 0.5, 0.3)) * burst(
        size, 0.001, 0.12
    )
    add_at(out, placed(0.4 * string, -0.6), 0.0)
    flight = count(0.45)
    whip = moving_band(noise(rng, flight, 800, 9000), 4200 * 0.35 ** np.linspace(0, 1, flight), 0.8)
    add_at(out, placed(whip * hump(flight, 0.4, 2.0), np.linspace(-0.7, 0.7, flight)), 0.04)
    hit = count(0.4)
    wood = 9 * ring(
        tap(hit, 0.0006), (240, 520, 910, 1500), (0.12, 0.08, 0.05, 0.03), (1, 0.9, 0.6, 0.4)
    )
    shaft = sine(np.full(hit, 62.0)) * ring(tap(hit, 0.001), (240, 410), (0.3, 0.2), (5.0, 3.0))
    add_at(out, placed(wood + 0.7 * shaft, 0.7), 0.5)
    return room(rng, out, 0.4, 0.2)


def wing_flaps(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at = 0.0
    while at < n / RATE - 0.05:
        size = count(0.11)
        beat = noise(rng, size, 150, 1600, -3) * hump(size, 0.35, 2.0)
        feathers = noise(rng, size, 1800, 7000) * hump(size, 0.5, 3.0)
        place = float(np.interp(at, (0.0, n / RATE), (-0.5, 0.6)))
        add_at(out, placed(rng.uniform(0.7, 1.0) * (beat + 0.3 * feathers), place), at)
        at += 0.125 / take.pace * rng.uniform(0.92, 1.08)
    return out * line(n, (0, 1), (n / RATE, 0.25)) * drift(rng, n, 0.3, 0.8, 1.0)


SOUNDS = (
    CatalogueEntry(
        "whoosh",
        listed("woosh, transition, air whoosh, flyby, swoosh, rush of air"),
        whoosh,
        1.1,
        stretches=True,
    ),
    CatalogueEntry(
        "swish",
        listed("swipe, swing, sword swing, whip, slash, stick swing"),
        swish,
        0.4,
        stretches=True,
    ),
    CatalogueEntry(
        "riser",
        listed("rise, build up, buildup, uplifter, tension riser, tension, suspense riser"),
        riser,
        4.0,
        stretches=True,
    ),
    CatalogueEntry(
        "downlifter",
        listed("down lifter, fall down sweep, sweep down, drop down, downer, descending sweep"),
        downlifter,
        3.0,
        stretches=True,
    ),
    CatalogueEntry(
        "reverse cymbal",
        listed("reverse swell, reversed cymbal, reverse, cymbal swell, suck in"),
        reverse_swell,
        2.4,
        stretches=True,
    ),
    CatalogueEntry(
        "arrow",
        listed("arrow shot, bow and arrow, archery, arrow hit, bow"),
        arrow,
        1.1,
        abroad=listed("flèche, flecha, Pfeil"),
    ),
    CatalogueEntry(
        "wing flaps",
        listed("wings, flapping wings, bird taking off, flap, wings flapping, flutter"),
        wing_flaps,
        1.6,
        stretches=True,
    ),
)
