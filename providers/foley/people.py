"""People without words: crowds, clapping, hearts, breath."""

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
    harmonics,
    hump,
    line,
    moving_band,
    noise,
    poisson_times,
    ring,
    saw,
    sine,
    tap,
    wide_noise,
)

# First three formants of a, e, i, o, u and schwa, in Hz (after Peterson and Barney, 1952).
VOWELS = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (300, 2200, 2950),
    (570, 840, 2410),
    (320, 880, 2240),
    (500, 1400, 2400),
)


def syllable(rng: Generator, pitch_hz: float, length_s: float, bend: float = 0.9) -> Mono:
    """A spoken sound of no language: a hiss or none, then a voice through one vowel's formants."""
    n = count(length_s)
    hz = pitch_hz * glide(n, (0, 1.0), (length_s, bend)) * drift(rng, n, 0.03, 0.985, 1.015)
    source = np.diff(saw(hz), prepend=0.0) * 4 + 0.03 * rng.standard_normal(n)
    formants = np.array(VOWELS[int(rng.integers(len(VOWELS)))]) * rng.uniform(0.92, 1.12)
    voice = ring(source, formants, 13.8 / (np.pi * np.array([80, 100, 140])), (1.0, 0.6, 0.25))
    voice = voice * hump(n, 0.35, 0.7)
    if rng.uniform() < 0.3:
        start = noise(rng, n, 2500, 7500) * burst(n, 0.01, 0.1)
        voice = voice + 0.10 * float(np.abs(voice).max()) * start
    return voice / max(float(np.abs(voice).max()), 1e-9)


def crowd_murmur(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for talker in range(17):
        pitch = rng.uniform(95, 140) if talker % 2 else rng.uniform(170, 240)
        words = [
            syllable(rng, pitch * rng.uniform(0.85, 1.2), rng.uniform(0.12, 0.24)) for _ in range(6)
        ]
        place, level = rng.uniform(-0.9, 0.9), rng.uniform(0.25, 1.0)
        at = rng.uniform(-0.5, 1.5)
        while at < n / RATE:
            for _ in range(int(rng.integers(4, 14))):
                if at >= 0:
                    word = rng.uniform(0.5, 1.0) * level * words[int(rng.integers(6))]
                    add_at(out, placed(word, place), at)
                at += rng.uniform(0.13, 0.26)
            at += rng.uniform(0.2, 1.4)
    return room(rng, out, 1.0, 0.65, 3600)


def _clap(rng: Generator) -> Mono:
    size = count(0.06)
    hz = float(rng.uniform(750, 1900))
    hands = noise(rng, size, 0.6 * hz, 2.2 * hz) * burst(size, 0.0006, 0.022)
    snap = noise(rng, size, 1800, 9000) * burst(size, 0.0004, 0.010)
    return hands + 0.6 * snap


def _clapping(rng: Generator, n: int, people: int) -> Stereo:
    out = np.zeros((2, n))
    for _ in range(people):
        hands = placed(_clap(rng), rng.uniform(-0.95, 0.95)) * rng.uniform(0.15, 1.0) ** 1.5
        period = rng.uniform(0.2, 0.31)
        at = rng.uniform(0, period)
        while at < n / RATE:
            add_at(out, hands * rng.uniform(0.7, 1.0), at)
            at += period * rng.uniform(0.95, 1.05)
    return out


def applause(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    near = _clapping(rng, n, 60)
    # The far rows are a wash in the same bands.
    far = wide_noise(rng, n, 700, 5500, -2, 0.95) * drift(rng, n, 0.1, 0.85, 1.0)
    return room(rng, near + 0.10 * far, 1.3, 0.7, 5000)


def cheering(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    shouts = [
        syllable(rng, rng.uniform(190, 420), rng.uniform(0.7, 1.6), rng.uniform(0.8, 1.25))
        for _ in range(16)
    ]
    for at in poisson_times(rng, n, 9.0):
        shout = rng.uniform(0.2, 1.0) * shouts[int(rng.integers(16))]
        add_at(out, placed(shout, rng.uniform(-0.9, 0.9)), float(at))
    roar = moving_band(wide_noise(rng, n, 300, 5000, -2, 0.9), drift(rng, n, 0.7, 800, 1250), 1.8)
    claps = _clapping(rng, n, 14)
    return room(rng, 0.8 * out + 0.9 * roar + 0.4 * claps, 1.6, 0.7, 4000)


def clap(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    add_at(out, _clap(rng), 0.0)
    return room(rng, placed(out), 0.7, 0.6)


def finger_snap(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    rub = count(0.03)
    add_at(out, 0.12 * noise(rng, rub, 1500, 6000) * hump(rub, 0.8, 1.0), 0.0)
    size = count(0.08)
    palm = 10 * ring(tap(size, 0.0002), (1650, 2450, 3700), (0.03, 0.022, 0.015), (1.0, 0.9, 0.6))
    add_at(out, palm + 0.3 * noise(rng, size, 1500, 9000) * decay(size, 0.012), 0.03)
    return room(rng, placed(out), 0.6, 0.5)


def heartbeat(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    at = 0.0
    while at < n / RATE:
        for gap, gain, hz, length in ((0.0, 1.0, 58.0, 0.2), (0.30, 0.7, 72.0, 0.15)):
            size = count(0.3)
            # A valve closes: a dull tone in the chest, with an edge small speakers can show.
            tone = sine(glide(size, (0, hz * 1.5), (0.05, hz), (0.25, hz * 0.8)))
            beat = (tone + 0.35 * np.tanh(3 * tone)) * burst(size, 0.012, length)
            edge = noise(rng, size, 90, 330, -3) * burst(size, 0.008, 0.08)
            add_at(out, gain * (beat + 0.5 * edge), at + gap)
        at += 0.86 / take.pace * rng.uniform(0.985, 1.015)
    return room(rng, placed(out), 0.3, 0.15, 900)


def breathing(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    at = 0.0
    while at < n / RATE:
        for gap, length, low, high, gain in (
            (0.0, 1.25 / take.pace, 1100, 1900, 0.7),
            (1.5 / take.pace, 1.5 / take.pace, 900, 550, 1.0),
        ):
            size = count(length)
            air = noise(rng, size, 250, 7000, -2)
            throat = moving_band(air, np.geomspace(low, high, size), 2.0)
            add_at(out, gain * throat * hump(size, 0.45, 1.4), at + gap)
        at += 3.4 / take.pace
    return room(rng, placed(out), 0.2, 0.1)


def wolf_whistle(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    for at, path in (
        (0.0, ((0, 900), (0.3, 2250), (0.36, 2300))),
        (0.5, ((0, 1000), (0.18, 1950), (0.5, 820))),
    ):
        size = count(path[-1][0])
        hz = glide(size, *path)
        lips = harmonics(hz, (1.0, 0.05, 0.02)) + 0.03 * noise(rng, size, 1200, 5000)
        add_at(out, lips * hump(size, 0.5, 0.5), at)
    return room(rng, placed(out), 0.6, 0.25)


def crowd_gasp(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for _ in range(16):
        size = count(rng.uniform(0.35, 0.6))
        air = noise(rng, size, 400, 7000, -1)
        breath = moving_band(
            air, np.geomspace(rng.uniform(800, 1200), rng.uniform(1900, 2800), size), 1.4
        )
        gasp = breath * hump(size, 0.6, 1.2)
        add_at(
            out, placed(rng.uniform(0.4, 1.0) * gasp, rng.uniform(-0.9, 0.9)), rng.uniform(0, 0.12)
        )
    return room(rng, out, 0.9, 0.4) * line(n, (n / RATE - 0.2, 1), (n / RATE, 0))


SOUNDS = (
    CatalogueEntry(
        "crowd murmur",
        listed("crowd, people talking, murmur, chatter, walla, crowd talking, people, bar, market"),
        crowd_murmur,
        8.0,
        loop=True,
        abroad=listed("foule, brouhaha, multitud, gente, Menschenmenge, Stimmengewirr"),
    ),
    CatalogueEntry(
        "applause",
        listed("clapping, audience clapping, ovation, audience, clapping hands, crowd clapping"),
        applause,
        7.0,
        loop=True,
        abroad=listed("applaudissements, aplausos, Applaus, Beifall"),
    ),
    CatalogueEntry(
        "crowd cheering",
        listed("cheering, cheer, stadium, crowd cheer, hooray, crowd roar, football match, fans"),
        cheering,
        6.0,
        loop=True,
        abroad=listed("acclamations, stade, ovación, estadio, Jubel, Stadion"),
    ),
    CatalogueEntry("clap", listed("hand clap, single clap, handclap"), clap, 0.5),
    CatalogueEntry(
        "finger snap", listed("snap, snapping fingers, fingers, finger click"), finger_snap, 0.5
    ),
    CatalogueEntry(
        "heartbeat",
        listed("heart, heart beating, heart beat, pulse, beating heart"),
        heartbeat,
        6.9,
        loop=True,
        periodic=True,
        abroad=listed("battement de cœur, coeur, latido, corazón, Herzschlag, Herz"),
    ),
    CatalogueEntry(
        "breathing",
        listed("breath, breathe, inhale, exhale, sleeping person, sigh, panting"),
        breathing,
        6.8,
        loop=True,
        periodic=True,
        abroad=listed("respiration, respiración, Atmen"),
    ),
    CatalogueEntry(
        "wolf whistle",
        listed("human whistle, cat call, whistling, fingers whistle"),
        wolf_whistle,
        1.3,
    ),
    CatalogueEntry("gasp", listed("crowd gasp, shocked crowd, shock, surprise"), crowd_gasp, 1.0),
)
