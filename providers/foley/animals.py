"""Animals whose voices are simple enough to be made: whistles, pulses and wings."""

import numpy as np

from providers.foley.entry import CatalogueEntry, Take, listed
from providers.foley.space import placed, room
from providers.foley.synthesis import (
    RATE,
    Generator,
    Mono,
    Stereo,
    add_at,
    bandpass,
    count,
    drift,
    glide,
    harmonics,
    hump,
    line,
    noise,
    ring,
    saw,
    sine,
    wide_noise,
)


def _note(rng: Generator, length_s: float, *path_hz: float) -> Mono:
    """A bird's note: nearly a sine, whose pitch runs through `path_hz` at even distances."""
    n = count(length_s)
    points = [(index * length_s / max(1, len(path_hz) - 1), hz) for index, hz in enumerate(path_hz)]
    hz = glide(n, *points)
    if rng.uniform() < 0.5:
        hz = hz * (1 + 0.025 * sine(np.full(n, rng.uniform(22, 45))))
    return harmonics(hz, (1.0, 0.06, 0.02)) * hump(n, 0.4, 0.8)


def _song(rng: Generator, species: int) -> Mono:
    """A phrase of one of four singers: a trill, a whistler, a chirper, a warbler."""
    phrase = np.zeros(count(2.2))
    at = 0.0
    if species == 0:
        top = rng.uniform(4800, 6200)
        for step in range(int(rng.integers(8, 15))):
            add_at(phrase, (0.5 + 0.04 * step) * _note(rng, 0.045, top, top * 0.72), at)
            at += 0.068
    elif species == 1:
        for hz in rng.choice((2350.0, 2800.0, 3150.0, 3520.0), int(rng.integers(2, 5))):
            add_at(phrase, _note(rng, rng.uniform(0.16, 0.3), hz * 0.96, hz, hz * 0.9), at)
            at += rng.uniform(0.26, 0.4)
    elif species == 2:
        for _ in range(int(rng.integers(2, 6))):
            top = rng.uniform(5200, 7200)
            add_at(phrase, _note(rng, 0.07, top * 0.62, top, top * 0.7), at)
            at += rng.uniform(0.13, 0.24)
    else:
        for _ in range(int(rng.integers(9, 18))):
            hz = rng.uniform(2600, 5600)
            add_at(
                phrase, _note(rng, rng.uniform(0.04, 0.11), hz, hz * rng.uniform(0.75, 1.35)), at
            )
            at += rng.uniform(0.06, 0.13)
    return phrase


def birds(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    near, far = np.zeros((2, n)), np.zeros((2, n))
    for species in range(4):
        place, is_far = rng.uniform(-0.85, 0.85), species in (1, 2)
        at = rng.uniform(0.0, 1.2)
        while at < n / RATE:
            phrase = placed(rng.uniform(0.6, 1.0) * _song(rng, species), place)
            add_at(far if is_far else near, phrase, at)
            at += rng.uniform(1.9, 3.6)
    air = wide_noise(rng, n, 200, 3500, -4, 0.9)
    out = room(rng, near, 0.8, 0.2, 7000) + 0.45 * room(rng, far, 1.4, 0.8, 5000)
    return out + 0.035 * air


def bird_chirp(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    for at in (0.0, 0.19, 0.38):
        top = rng.uniform(4600, 5200)
        add_at(out, _note(rng, 0.1, top * 0.7, top, top * 0.8, top * 1.05), at)
    return room(rng, placed(out), 0.6, 0.2)


def _gull_cry(rng: Generator, length_s: float, top_hz: float) -> Mono:
    n = count(length_s)
    hz = glide(
        n,
        (0, 0.62 * top_hz),
        (0.25 * length_s, top_hz),
        (0.6 * length_s, 0.9 * top_hz),
        (length_s, 0.6 * top_hz),
    )
    hz *= 1 + 0.012 * drift(rng, n, 0.006, -1, 1)  # the rough edge of a scream
    voice = harmonics(hz, (0.5, 1.0, 0.85, 0.55, 0.35, 0.22, 0.14, 0.08))
    return voice * hump(n, 0.35, 0.8) + 0.05 * noise(rng, n, 1500, 6000) * hump(n, 0.35, 1.0)


def seagulls(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at = 0.1
    while at < n / RATE:
        place, level, top = rng.uniform(-0.8, 0.8), rng.uniform(0.35, 1.0), rng.uniform(880, 1150)
        long_call = rng.uniform() < 0.5
        for cry in range(int(rng.integers(3, 7)) if long_call else 1):
            length = rng.uniform(0.22, 0.3) if long_call else rng.uniform(0.55, 0.8)
            call = level * (1 - 0.06 * cry) * _gull_cry(rng, length, top * (1 - 0.015 * cry))
            add_at(out, placed(call, place), at)
            at += length + rng.uniform(0.06, 0.12)
        at += rng.uniform(0.1, 0.9)
    sea = wide_noise(rng, n, 80, 1800, -4, 0.9) * drift(rng, n, 2.0, 0.03, 0.1)
    return room(rng, out, 1.6, 0.45, 4500) + sea


def owl(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    for at, length, bend in (
        (0.0, 0.42, 0.95),
        (0.85, 0.16, 1.0),
        (1.08, 0.16, 1.0),
        (1.3, 0.6, 0.93),
    ):
        size = count(length)
        hz = glide(size, (0, 350), (0.3 * length, 372), (length, 372 * bend))
        hz *= 1 + 0.012 * sine(np.full(size, 14.0)) * line(size, (0.15, 0), (length, 1))
        hoot = harmonics(hz, (1.0, 0.14, 0.05)) + 0.03 * noise(rng, size, 300, 900)
        add_at(out, hoot * hump(size, 0.3, 0.7), at)
    return room(rng, placed(out), 1.8, 0.5, 2000)


def cuckoo(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    for start in (0.0, 1.25):
        for at, hz, length in ((0.0, 667.0, 0.16), (0.33, 545.0, 0.26)):  # a falling major third
            size = count(length)
            bend = glide(size, (0, hz * 0.98), (0.4 * length, hz * 1.02), (length, hz * 0.99))
            add_at(out, harmonics(bend, (1.0, 0.1, 0.05)) * hump(size, 0.35, 0.7), start + at)
    return room(rng, placed(out), 1.5, 0.4, 3000)


def crickets(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for singer in range(7):
        carrier, rate = rng.uniform(4100, 5100), rng.uniform(1.9, 2.9)
        level = 1.0 if singer < 2 else rng.uniform(0.08, 0.35)
        time = (np.arange(n) / RATE + rng.uniform(0, 1)) * rate
        within = (time % 1.0) / rate
        # Three or four strokes of the wing a chirp, each a short swell of the carrier.
        strokes = int(rng.integers(3, 5))
        wing = np.clip(np.sin(np.pi * within / 0.017), 0, 1) ** 2 * (within < 0.034 * strokes)
        voice = sine(np.full(n, carrier)) * wing
        out += placed(level * voice, rng.uniform(-0.9, 0.9))
    meadow = sine(np.full(n, 5650.0)) * (0.6 + 0.4 * sine(np.full(n, 52.0)))
    out += placed(0.04 * meadow * drift(rng, n, 0.9, 0.5, 1.0))
    return room(rng, out, 0.7, 0.25, 8000) + 0.012 * wide_noise(rng, n, 300, 2500, -3)


def cicadas(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for _ in range(5):
        # Each insect's tymbal rings at a pitch of its own; the chorus is a band, not a hiss.
        pitch = rng.uniform(4300, 6400)
        buzz = bandpass(noise(rng, n), 0.95 * pitch, 1.05 * pitch)
        clicks = 0.5 + 0.5 * saw(np.full(n, rng.uniform(95, 140)))
        swell = drift(rng, n, 1.6, 0.2, 1.0)
        out += placed(buzz * clicks * swell, rng.uniform(-0.9, 0.9))
    return out


def frogs(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for frog in range(5):
        place, rate = rng.uniform(-0.85, 0.85), rng.uniform(42, 78)
        hz = rng.uniform(0.85, 1.2) * np.array([620.0, 1340.0, 2150.0])
        level = 1.0 if frog < 2 else rng.uniform(0.2, 0.5)
        at = rng.uniform(0, 0.8)
        while at < n / RATE:
            length = rng.uniform(0.24, 0.4)
            size = count(length)
            rising = glide(size, (0, rate * 0.8), (length, rate * 1.35))
            beats = np.diff(np.floor(np.cumsum(rising) / RATE), prepend=0.0)
            croak = ring(beats, hz, (0.03, 0.02, 0.014), (1.0, 0.8, 0.4)) * hump(size, 0.6, 0.7)
            add_at(out, placed(level * croak, place), at)
            at += length + rng.uniform(0.25, 0.9) / take.pace
    return room(rng, out, 0.8, 0.3, 4000) + 0.02 * wide_noise(rng, n, 200, 2000, -3)


def bees(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for _ in range(5):
        hz = rng.uniform(185, 260) * drift(rng, n, 0.25, 0.93, 1.08)
        wing = harmonics(hz, (1.0, 0.9, 0.6, 0.5, 0.3, 0.25, 0.15))
        near = drift(rng, n, rng.uniform(0.5, 1.1), 0.0, 1.0) ** 2
        out += placed(wing * near, drift(rng, n, 0.7, -0.9, 0.9))
    return out + 0.03 * wide_noise(rng, n, 300, 3000, -3)


def woodpecker(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    beats = np.zeros(n)
    at, gain = 0.0, 1.0
    while at < 0.75:
        beats[min(n - 1, int(at * RATE))] = gain * rng.uniform(0.85, 1.0)
        at += 0.052 - 0.012 * at
        gain *= 0.965
    hz = rng.uniform(0.95, 1.05) * np.array([720.0, 1480.0, 2300.0, 3900.0])
    trunk = ring(beats, hz, (0.05, 0.035, 0.025, 0.015), (1.0, 0.8, 0.6, 0.4))
    return room(rng, placed(trunk), 1.5, 0.5, 3500)


def rattlesnake(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    shakes = 0.5 + 0.5 * np.sign(sine(np.full(n, 62.0)))
    hiss = noise(rng, n, 4500, 14_000) * (0.25 + 0.75 * shakes * rng.uniform(0.7, 1.0, n))
    shape = line(n, (0, 0), (0.35, 1), (length - 0.5, 0.9), (length - 0.05, 0))
    return room(rng, placed(hiss * shape, 0.1), 0.3, 0.15)


SOUNDS = (
    CatalogueEntry(
        "birds",
        listed("birdsong, birds singing, birds chirping, forest, rain forest, songbirds, jungle"),
        birds,
        8.0,
        loop=True,
        abroad=listed("oiseaux, chants d'oiseaux, pájaros, Vögel, Vogelgezwitscher, forêt"),
    ),
    CatalogueEntry(
        "bird chirp",
        listed("chirp, bird, tweet, sparrow, robin, bird call, canary"),
        bird_chirp,
        1.0,
        abroad=listed("oiseau, pájaro"),
    ),
    CatalogueEntry(
        "seagulls",
        listed("seagull, gull, gulls, sea gulls, sea birds, harbor, harbour, port"),
        seagulls,
        8.0,
        loop=True,
        abroad=listed("mouettes, gaviotas, Möwen"),
    ),
    CatalogueEntry(
        "owl",
        listed("owl hoot, owls, hoot, hooting owl"),
        owl,
        3.2,
        abroad=listed("hibou, chouette, búho, Eule"),
    ),
    CatalogueEntry(
        "cuckoo",
        listed("cuckoo bird, cuckoo clock"),
        cuckoo,
        3.0,
        abroad=listed("coucou, cuco, Kuckuck"),
    ),
    CatalogueEntry(
        "crickets",
        listed("cricket, night insects, insects, summer night, grasshopper, night crickets"),
        crickets,
        8.0,
        loop=True,
        abroad=listed("grillons, grillos, Grillen"),
    ),
    CatalogueEntry(
        "cicadas",
        listed("cicada, locusts, tropical insects"),
        cicadas,
        8.0,
        loop=True,
        abroad=listed("cigales, cigarras, Zikaden"),
    ),
    CatalogueEntry(
        "frogs",
        listed("frog, croak, croaking, toad, pond, swamp, marsh"),
        frogs,
        8.0,
        loop=True,
        abroad=listed("grenouilles, ranas, Frösche"),
    ),
    CatalogueEntry(
        "bees",
        listed("bee, buzzing bee, swarm, wasp, fly, flies, mosquito, buzzing insect, hive"),
        bees,
        7.0,
        loop=True,
        abroad=listed("abeilles, abejas, Bienen"),
    ),
    CatalogueEntry("woodpecker", listed("wood pecker, bird pecking"), woodpecker, 1.6),
    CatalogueEntry(
        "rattlesnake",
        listed("rattle snake, snake, snake rattle, snake hiss, maracas"),
        rattlesnake,
        2.0,
        stretches=True,
    ),
)
