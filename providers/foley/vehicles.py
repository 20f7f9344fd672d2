"""Vehicles on the road, on rails and in the air."""

import numpy as np

from providers.foley.entry import CatalogueEntry, Take, listed
from providers.foley.space import passing, placed, room
from providers.foley.synthesis import (
    RATE,
    Generator,
    Mono,
    Stereo,
    add_at,
    bandpass,
    burst,
    count,
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


def firing(rng: Generator, n: int, hz: Mono, cylinders: int = 4) -> Mono:
    """An engine at `hz` firings a second: one blow of gas a stroke, through exhaust and block.

    Each cylinder has a strength of its own, which is what makes an idle uneven.
    """
    strokes = np.floor(np.cumsum(hz * drift(rng, n, 0.05, 0.96, 1.04)) / RATE)
    at = np.flatnonzero(np.diff(strokes, prepend=-1.0))
    own = rng.uniform(0.6, 1.0, cylinders)
    blows = np.zeros(n)
    blows[at] = own[np.arange(at.size) % cylinders] * rng.uniform(0.85, 1.0, at.size)
    exhaust = ring(
        blows, (62, 118, 205, 390, 760), (0.10, 0.07, 0.05, 0.03, 0.02), (1.0, 1.0, 0.7, 0.5, 0.35)
    )
    # Gas hisses only while the valve is open: noise gated by the same strokes.
    open_valve = np.asarray(lowpass(blows, 40.0, 1)) * 120
    return exhaust + 0.25 * open_valve * noise(rng, n, 200, 3500, -3)


def engine_idle(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    engine = firing(rng, n, np.full(n, 27.0 * take.pace))
    belt = 0.02 * harmonics(np.full(n, 405.0) * drift(rng, n, 0.4, 0.99, 1.01), (1, 0.4, 0.3))
    return room(rng, placed(engine + belt), 0.3, 0.3) + 0.05 * wide_noise(rng, n, 80, 2500, -4)


def _road_car(rng: Generator, n: int, rpm_hz: float) -> Mono:
    tyres = noise(rng, n, 250, 5000, -2) * drift(rng, n, 0.05, 0.8, 1.0)
    motor = firing(rng, n, np.full(n, rpm_hz))
    return 0.55 * tyres + 0.8 * motor


def car_pass(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    return passing(_road_car(rng, n, 92), 19.0, 4.0, 0.5 * n / RATE)


def motorcycle(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    hz = glide(n, (0, 62), (0.35 * length, 118), (0.36 * length, 84), (length, 150))
    engine = np.tanh(1.8 * firing(rng, n, hz, cylinders=2))
    engine += 0.2 * saw(hz) * drift(rng, n, 0.03, 0.6, 1.0)
    return passing(engine, 24.0, 5.0, 0.45 * length)


def traffic(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = 0.30 * wide_noise(rng, n, 50, 1300, -4, 0.9) * drift(rng, n, 1.2, 0.7, 1.0)
    size = count(4.6)
    start = -int(rng.uniform(1.0, 2.2) * RATE)
    while start < n:
        speed = rng.choice((-1.0, 1.0)) * rng.uniform(9, 15)
        car = passing(_road_car(rng, size, rng.uniform(60, 110)), speed, rng.uniform(7, 14), 2.3)
        car *= rng.uniform(0.5, 1.0) * line(size, (0, 0), (0.8, 1), (3.8, 1), (4.6, 0))
        add_at(out, car[:, max(0, -start) :], max(0, start) / RATE)
        start += int(rng.uniform(1.9, 3.4) * RATE)
    return out


def car_horn(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    out = np.zeros(n)
    for hz, offset in ((415.0, 0.0), (523.0, 0.4)):  # two discs, about a third apart
        buzz = np.tanh(2.0 * saw(np.full(n, hz), offset))
        out += bandpass(buzz, 380, 3800)
    gate = np.zeros(n)
    for begin, end in ((0.0, 0.22), (0.34, length - 0.3)):
        gate += line(n, (begin, 0), (begin + 0.012, 1), (end - 0.02, 1), (end, 0))
    return room(rng, placed(out * gate), 0.9, 0.3)


def train(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    rumble = wide_noise(rng, n, 35, 320, -3, 0.6) * drift(rng, n, 0.2, 0.75, 1.0)
    hiss = wide_noise(rng, n, 700, 5000, -4, 0.8) * drift(rng, n, 0.5, 0.5, 1.0)
    out = rumble + 0.3 * hiss
    # Two axles a bogie, two bogies a joint: ta-tam, ta-tam.
    at = 0.1
    while at < n / RATE:
        for axle, weight in ((0.0, 0.85), (0.13, 1.0), (0.36, 0.75), (0.49, 0.9)):
            size = count(0.2)
            wheel = 9 * ring(
                tap(size, 0.0011),
                np.array([130.0, 310.0, 560.0, 1180.0, 2050.0]) * rng.uniform(0.98, 1.02),
                (0.14, 0.12, 0.09, 0.05, 0.03),
                (1.0, 0.8, 0.7, 0.5, 0.3),
            )
            add_at(out, placed(1.1 * weight * wheel, rng.uniform(-0.3, 0.3)), at + axle / take.pace)
        at += 1.0 / take.pace
    return room(rng, out, 0.5, 0.25)


def train_horn(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    out = np.zeros((2, n))
    for hz in (311.1, 370.0, 415.3, 493.9, 622.3):  # a five-chime air horn
        wind_up = line(n, (0, 0.965), (0.18, 1.0), (length - 0.7, 1.0), (length - 0.5, 0.97))
        chime = harmonics(hz * wind_up, (1, 0.9, 0.7, 0.5, 0.4, 0.3, 0.22, 0.15))
        out += placed(chime, rng.uniform(-0.4, 0.4))
    out += 0.25 * wide_noise(rng, n, 600, 5000, -3)
    gate = line(n, (0, 0), (0.08, 1), (length - 0.75, 1), (length - 0.55, 0))
    return room(rng, out * gate, 2.2, 0.5, 2800)


def helicopter(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    rotor = 11.5 * take.pace
    blades = np.floor(np.cumsum(np.full(n, rotor)) / RATE)
    at = np.flatnonzero(np.diff(blades, prepend=-1.0))
    out = np.zeros((2, n))
    size = count(0.085)
    for start in at:
        slap = noise(rng, size, 45, 900, -4) * burst(size, 0.012, 0.09)
        add_at(out, placed(rng.uniform(0.85, 1.0) * slap, rng.uniform(-0.15, 0.15)), start / RATE)
    turbine = harmonics(np.full(n, 1480.0) * drift(rng, n, 0.8, 0.997, 1.003), (0.08, 0.05, 0.02))
    wash = wide_noise(rng, n, 200, 5000, -3, 0.8) * (
        0.35 + 0.65 * np.abs(sine(np.full(n, rotor / 2)))
    )
    return room(rng, 2.4 * out + 0.2 * wash + placed(turbine), 0.6, 0.2, 3000)


def airplane(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    roar = noise(rng, n, 45, 6000, -3.5)
    whine = harmonics(np.full(n, 2350.0), (0.10, 0.04)) + harmonics(np.full(n, 1790.0), (0.07,))
    jet = roar * drift(rng, n, 0.09, 0.75, 1.0) + whine
    fly_over = passing(jet, 85.0, 130.0, 0.48 * length, 0.8)
    # What the ground sends back arrives a little later: the comb that sweeps as it passes.
    late = count(0.0045)
    fly_over[:, late:] += 0.6 * fly_over[:, :-late]
    return room(rng, fly_over, 1.8, 0.3, 1800) * line(
        n, (0, 0), (0.5, 1), (length - 0.8, 1), (length, 0)
    )


def cabin(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    air = wide_noise(rng, n, 70, 5000, -4.5, 0.7) * drift(rng, n, 0.6, 0.92, 1.0)
    engines = harmonics(np.full(n, 96.0), (0.5, 0.2)) + harmonics(np.full(n, 97.1), (0.5, 0.2))
    return air + placed(0.16 * engines)


def spaceship(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for hz, side in ((41.0, -0.5), (41.6, 0.5), (61.7, 0.0), (123.9, -0.3)):
        out += placed(lowpass(saw(np.full(n, hz), rng.uniform(0, 1)), 260), side)
    shimmer = moving_band(wide_noise(rng, n, 300, 6000, -2), drift(rng, n, 1.8, 500, 2200), 0.35)
    return room(rng, out * drift(rng, n, 1.0, 0.8, 1.0) + 0.5 * shimmer, 1.6, 0.5)


SOUNDS = (
    CatalogueEntry(
        "engine idle",
        listed(
            "engine, car engine, motor, idling, car idling, engine running, truck, bus, "
            "tractor, car"
        ),
        engine_idle,
        6.0,
        loop=True,
        abroad=listed("moteur, moteur de voiture, coche, voiture, Auto"),
    ),
    CatalogueEntry(
        "car pass-by",
        listed("car passing, car passes, car driving by, car drive, vehicle passing, speeding car"),
        car_pass,
        4.0,
        stretches=True,
        abroad=listed("voiture qui passe, coche pasando, vorbeifahrendes Auto"),
    ),
    CatalogueEntry(
        "motorcycle",
        listed("motorbike, bike passing, scooter, moped, racing bike"),
        motorcycle,
        4.0,
        stretches=True,
        abroad=listed("moto, motocicleta, Motorrad"),
    ),
    CatalogueEntry(
        "traffic",
        listed(
            "cars, road, highway, motorway, city, busy street, city street, downtown, rush hour"
        ),
        traffic,
        8.0,
        loop=True,
        abroad=listed("circulation, tráfico, Verkehr"),
    ),
    CatalogueEntry(
        "car horn",
        listed("horn, honk, honking, beeping car, klaxon, car honking"),
        car_horn,
        1.4,
        abroad=listed("bocina, Hupe"),
    ),
    CatalogueEntry(
        "train",
        listed("railway, train passing, train ride, railroad, subway, metro, tram, locomotive"),
        train,
        8.0,
        loop=True,
        periodic=True,
        abroad=listed("tren, Zug, Eisenbahn"),
    ),
    CatalogueEntry(
        "train horn", listed("train whistle, locomotive horn, air horn"), train_horn, 3.2
    ),
    CatalogueEntry(
        "helicopter",
        listed("chopper, rotor, helicopter hovering, helicopter blades, drone"),
        helicopter,
        8.0,
        loop=True,
        abroad=listed("hélicoptère, helicóptero, Hubschrauber"),
    ),
    CatalogueEntry(
        "airplane",
        listed("plane, aeroplane, jet, aircraft, jet flyover, plane passing, airliner, airport"),
        airplane,
        7.0,
        stretches=True,
        abroad=listed("avion, Flugzeug"),
    ),
    CatalogueEntry(
        "airplane cabin",
        listed("plane cabin, plane interior, aircraft cabin, brown noise"),
        cabin,
        8.0,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "spaceship",
        listed("space ship, spacecraft, space drone, sci-fi hum, starship, ufo, space"),
        spaceship,
        8.0,
        loop=True,
        periodic=True,
    ),
)
