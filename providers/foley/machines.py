"""Machines and tools."""

import numpy as np

from providers.foley.entry import CatalogueEntry, Take, listed
from providers.foley.space import placed, room
from providers.foley.synthesis import (
    RATE,
    Stereo,
    add_at,
    bandpass,
    burst,
    count,
    decay,
    drift,
    glide,
    harmonics,
    line,
    lowpass,
    moving_band,
    noise,
    ring,
    saw,
    sine,
    tap,
    wide_noise,
)
from providers.foley.vehicles import firing


def machine_hum(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    mains = harmonics(np.full(n, 100.0), (1.0, 0.5, 0.25, 0.3, 0.12, 0.15, 0.06, 0.08))
    beat = harmonics(np.full(n, 98.3), (0.4, 0.2, 0.1))  # the motor slips behind the mains
    fan = wide_noise(rng, n, 120, 3500, -5, 0.7)
    return placed(mains + beat) * drift(rng, n, 1.5, 0.9, 1.0) + 0.5 * fan


def factory(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = 0.5 * machine_hum(take) + 0.3 * wide_noise(rng, n, 200, 6000, -3)
    at, beat = 0.0, 0
    while at < n / RATE:
        press = count(0.4)
        stamp = noise(rng, press, 50, 500, -3) * burst(press, 0.004, 0.3)
        steel = 6 * ring(
            tap(press, 0.0004),
            (480, 913, 1620, 2710, 4100),
            (0.3, 0.25, 0.2, 0.15, 0.1),
            (1, 1, 0.8, 0.6, 0.4),
        )
        add_at(out, placed(2.4 * stamp + 0.9 * steel, -0.4), at)
        air = count(0.25)
        vent = noise(rng, air, 2500, 11_000) * burst(air, 0.01, 0.3)
        add_at(out, placed(0.7 * vent, 0.5), at + 0.5 / take.pace)
        at += 1.0 / take.pace
        beat += 1
    return room(rng, out, 1.2, 0.4)


def drill(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    load = drift(rng, n, 0.5, 0.0, 1.0)
    hz = 330 * (1 - 0.12 * load)
    motor = saw(hz) * 0.5 + 0.35 * saw(hz * 3.02) + 0.2 * sine(hz * 11.0)
    bite = noise(rng, n, 900, 7000, -1) * (0.4 + 0.6 * np.abs(sine(hz / 9.0))) * (0.3 + load)
    return room(rng, placed(np.tanh(motor) + 0.6 * bite), 0.5, 0.3)


def chainsaw(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    revs = 68 + 75 * np.clip(drift(rng, n, 0.7, -0.3, 1.2), 0, 1)
    engine = np.tanh(3.0 * firing(rng, n, revs, cylinders=1)) + 0.35 * saw(revs)
    chain = noise(rng, n, 1500, 8000, -1) * (revs - 60) / 90
    return room(rng, placed(engine + 0.22 * chain), 0.6, 0.2)


def hammering(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    at, pitch = 0.0, 1.0
    while at < n / RATE:
        size = count(0.22)
        wood = 8 * ring(
            tap(size, 0.0007), (170, 340, 610, 980), (0.1, 0.08, 0.06, 0.04), (1, 1, 0.8, 0.6)
        )
        nail = 8 * ring(
            tap(size, 0.0001),
            pitch * np.array([2350.0, 3900.0, 6100.0]),
            (0.09, 0.07, 0.04),
            (0.5, 0.5, 0.3),
        )
        add_at(out, rng.uniform(0.8, 1.0) * (wood + nail), at)
        pitch = 1.0 if pitch > 1.25 else pitch * 1.05  # a nail driven in rings higher
        at += 0.46 / take.pace * rng.uniform(0.96, 1.04)
    return room(rng, placed(out), 0.6, 0.35)


def sawing(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    stroke = np.sin(2 * np.pi * np.cumsum(np.full(n, 1.15 * take.pace)) / RATE)
    speed = np.abs(stroke) ** 0.8 * np.where(stroke > 0, 1.0, 0.6)
    teeth = 0.6 + 0.4 * saw(40 + 260 * np.abs(stroke))
    rasp = moving_band(noise(rng, n, 500, 9000, -1), np.where(stroke > 0, 2100.0, 1500.0), 2.2)
    body = bandpass(noise(rng, n, 150, 900), 250, 500)
    return room(rng, placed((rasp * teeth + 0.5 * body) * speed), 0.4, 0.2)


def vacuum_cleaner(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    hz = 245 * drift(rng, n, 0.9, 0.985, 1.015)
    motor = harmonics(hz, (0.5, 0.8, 0.3, 0.5, 0.2, 0.15, 0.2, 0.1))
    return placed(0.45 * motor) + 1.1 * wide_noise(rng, n, 250, 7500, -2, 0.6)


def robot(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    at = 0.0
    while at < n / RATE - 0.15:
        size = count(rng.uniform(0.14, 0.34))
        low, high = rng.uniform(240, 420), rng.uniform(600, 1100)
        path = (low, high) if rng.uniform() < 0.5 else (high, low)
        hz = glide(size, (0, path[0]), (0.6 * size / RATE, path[1]), (size / RATE, path[1] * 0.97))
        servo = (0.5 * saw(hz) + 0.4 * saw(hz * 2.51)) * line(
            size, (0, 0), (0.015, 1), (size / RATE - 0.02, 0.9), (size / RATE, 0)
        )
        add_at(out, servo + 0.15 * noise(rng, size, 2500, 9000) * decay(size, 0.3), at)
        stop = count(0.06)
        click = 8 * ring(tap(stop, 0.0003), (950, 2100, 3700), (0.03, 0.02, 0.015), (1, 0.8, 0.6))
        add_at(out, 0.7 * click, at + size / RATE)
        at += size / RATE + rng.uniform(0.04, 0.16)
    return room(rng, placed(lowpass(out, 6500)), 0.35, 0.25)


SOUNDS = (
    CatalogueEntry(
        "machine hum",
        listed("hum, machine, electric hum, refrigerator, fridge, fan, server room, transformer"),
        machine_hum,
        6.0,
        loop=True,
        periodic=True,
        abroad=listed("ronronnement, zumbido, Brummen"),
    ),
    CatalogueEntry(
        "factory",
        listed("industrial machine, assembly line, heavy machinery, machinery, workshop press"),
        factory,
        8.0,
        loop=True,
        periodic=True,
        abroad=listed("usine, fábrica, Fabrik"),
    ),
    CatalogueEntry(
        "drill",
        listed("power drill, electric drill, drilling, dentist, screwdriver, power tool"),
        drill,
        4.0,
        loop=True,
        abroad=listed("perceuse, taladro, Bohrer, Bohrmaschine"),
    ),
    CatalogueEntry(
        "chainsaw",
        listed("chain saw, power saw, lawn mower, lawnmower, leaf blower, cutting trees"),
        chainsaw,
        5.0,
        loop=True,
        abroad=listed("tronçonneuse, motosierra, Kettensäge"),
    ),
    CatalogueEntry(
        "hammering",
        listed("hammer, hammering nails, nail, construction, construction site, carpenter"),
        hammering,
        4.0,
        loop=True,
        periodic=True,
        abroad=listed("marteau, martillo"),
    ),
    CatalogueEntry(
        "sawing",
        listed("saw, hand saw, sawing wood, cutting wood"),
        sawing,
        4.5,
        loop=True,
        periodic=True,
        abroad=listed("scie, serrucho, Säge"),
    ),
    CatalogueEntry(
        "vacuum cleaner",
        listed("vacuum, hoover, hair dryer, blow dryer, hand dryer"),
        vacuum_cleaner,
        6.0,
        loop=True,
        abroad=listed("aspirateur, aspiradora, Staubsauger"),
    ),
    CatalogueEntry(
        "robot",
        listed("robot moving, servo, servo motor, robotic arm, mechanical movement, android"),
        robot,
        2.5,
        stretches=True,
    ),
)
