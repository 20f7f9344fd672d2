"""Hits, breaks and blasts."""

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
    line,
    lowpass,
    noise,
    poisson_times,
    ring,
    saw,
    scatter,
    sine,
    tap,
    wide_noise,
)


def thud(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    # A heavy soft body: the pitch falls as the ground gives way, and there is little treble.
    drop = sine(glide(n, (0, 115), (0.06, 62), (0.3, 48))) * burst(n, 0.003, 0.35)
    body = noise(rng, n, 60, 420, -4) * burst(n, 0.003, 0.16)
    dust = noise(rng, n, 500, 2600, -3) * burst(n, 0.002, 0.05)
    return room(rng, placed(drop + 0.9 * body + 0.25 * dust), 0.5, 0.3, 2500)


def punch(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    swing = count(0.09)
    rush = noise(rng, swing, 500, 2600, -2) * np.linspace(0, 1, swing) ** 2
    add_at(out, 0.22 * rush, 0.0)
    size = count(0.25)
    slap = noise(rng, size, 700, 3800, -2) * burst(size, 0.0008, 0.05)
    crunch = noise(rng, size, 180, 900, -3) * burst(size, 0.001, 0.09)
    low = sine(glide(size, (0, 170), (0.05, 75), (0.2, 60))) * burst(size, 0.001, 0.16)
    add_at(out, 1.2 * slap + 1.1 * crunch + 1.0 * low, 0.09)
    return room(rng, placed(out), 0.3, 0.2)


def slap(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    hit = noise(rng, n, 900, 8000, -1) * burst(n, 0.0005, 0.045)
    flesh = noise(rng, n, 350, 1200) * burst(n, 0.001, 0.05)
    return room(rng, placed(hit + 0.6 * flesh), 0.45, 0.35)


def shard(rng: Generator) -> Mono:
    """A splinter of glass that lands: a few high, unrelated modes with little damping."""
    size = count(rng.uniform(0.08, 0.3))
    base = float(np.exp(rng.uniform(np.log(2200), np.log(7500))))
    hz = base * np.array([1.0, 1.47, 2.09, 2.56]) * rng.uniform(0.95, 1.05, 4)
    t60 = rng.uniform(0.05, 0.25) * np.array([1.0, 0.8, 0.6, 0.4])
    return 12 * ring(tap(size, 0.00012), hz, t60, rng.uniform(0.3, 1.0, 4))


def glass_break(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    crack = wide_noise(rng, n, 1500, 15_000, 0, 0.6) * burst(n, 0.0008, 0.16)
    knock_in = noise(rng, n, 180, 900, -2) * burst(n, 0.001, 0.07)
    rate = 420 * decay(n, 1.0) + 26 * line(n, (0.25, 0), (0.45, 1), (1.3, 0.25), (1.8, 0))
    at = poisson_times(rng, n, rate)
    gains = rng.pareto(2.0, at.size).clip(0.1, 3.0) * np.exp(-at / 0.9)
    shards = scatter(rng, n, at, gains, [shard(rng) for _ in range(24)], 0.9)
    return room(rng, 1.5 * crack + placed(0.9 * knock_in) + 0.34 * shards, 0.6, 0.25)


def metal_clang(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    base = rng.uniform(205, 250)
    # A free steel plate: many modes, unrelated, the high ones dying first.
    ratios = np.sort(np.concatenate(([1.0, 1.52, 2.31, 2.78], rng.uniform(3.2, 26, 26))))
    t60 = 2.4 / ratios**0.45
    gains = rng.uniform(0.3, 1.0, ratios.size) / ratios**0.15
    left = ring(tap(n, 0.0002), base * ratios, t60, gains)
    right = ring(tap(n, 0.0002), base * ratios * 1.0007, t60, gains[::-1] * 0.5 + gains * 0.5)
    hit = noise(rng, n, 1500, 12_000) * burst(n, 0.0005, 0.02)
    return room(rng, 8 * np.stack([left, right]) + placed(0.4 * hit), 1.2, 0.4)


def sword(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    base = rng.uniform(1050, 1250)
    ratios = np.array([1.0, 1.51, 2.76, 3.4, 5.4, 6.1, 7.8, 8.93, 11.2])
    for side, detune in ((-0.35, 1.0), (0.35, 1.13)):  # two blades
        t60 = 1.5 / ratios**0.4
        blade = ring(
            tap(n, 0.0001), base * detune * ratios, t60, rng.uniform(0.4, 1.0, ratios.size)
        )
        out += placed(9 * blade, side)
    scrape_n = min(n, count(0.35))
    scrape = noise(rng, scrape_n, 3500, 13_000) * burst(scrape_n, 0.02, 0.3)
    scrape *= 0.5 + 0.5 * np.abs(drift(rng, scrape_n, 0.002, -1, 1))
    out[:, :scrape_n] += placed(0.5 * scrape)
    return room(rng, out, 0.9, 0.3)


def wood_crack(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    times = np.sort(np.concatenate(([0.0, 0.05], rng.beta(1.2, 3.0, 14) * 0.4)))
    for index, at in enumerate(times):
        size = count(0.1)
        base = rng.uniform(380, 1100)
        snap = 10 * ring(
            tap(size, 0.0002),
            base * np.array([1, 1.9, 3.1, 5.3]),
            (0.03, 0.025, 0.02, 0.012),
            (1, 1, 1, 0.8),
        ) + 0.8 * noise(rng, size, 1500, 10_000) * decay(size, 0.012)
        add_at(out, (1.0 if index == 1 else rng.uniform(0.1, 0.5)) * snap, float(at))
    return room(rng, placed(out), 0.5, 0.3)


def explosion(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    blast = wide_noise(rng, n, 30, 9000, -4.5, 0.5) * burst(n, 0.002, 0.8)
    crack = noise(rng, n, 250, 9000, -1) * burst(n, 0.0005, 0.12)
    top = np.stack([lowpass(channel, 500) for channel in wide_noise(rng, n, 28, 900, -4)])
    rumble = top * burst(n, 0.06, 0.9 * length) * drift(rng, n, 0.08, 0.45, 1.0)
    low = sine(glide(n, (0, 95), (0.25, 38), (1.2, 27))) * burst(n, 0.004, 1.3)
    at = poisson_times(rng, n, 45 * line(n, (0.3, 0), (0.6, 1), (2.0, 0.3), (length, 0)))
    grit = [noise(rng, count(0.02), 300, 3500) * decay(count(0.02), 0.015) for _ in range(10)]
    debris = scatter(rng, n, at, rng.pareto(2.0, at.size).clip(0, 3), grit, 0.9)
    out = (
        np.tanh(1.1 * (2.4 * blast + 0.8 * rumble + placed(1.4 * low + 1.4 * crack)))
        + 0.18 * debris
    )
    return room(rng, out * line(n, (length - 1.0, 1), (length, 0)), 2.2, 0.5, 1500)


def gunshot(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    crack = noise(rng, n, 400, 12_000, -1.5) * burst(n, 0.0003, 0.09)
    muzzle = noise(rng, n, 60, 900, -4) * burst(n, 0.001, 0.22)
    out = placed(np.tanh(1.1 * (2.4 * crack + 1.2 * muzzle)))
    for gap, gain in ((0.11, 0.18), (0.19, 0.12), (0.33, 0.10)):  # far walls
        echo = lowpass(crack + muzzle, 1800)
        add_at(out, placed(gain * echo, rng.uniform(-0.8, 0.8)), gap)
    return room(rng, out * line(n, (length - 0.5, 1), (length, 0)), 1.6, 0.22, 2500)


def boom_hit(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    low = sine(glide(n, (0, 88), (0.15, 46), (1.5, 33))) * burst(n, 0.004, 2.6)
    skin = noise(rng, n, 70, 600, -4) * burst(n, 0.002, 0.3)
    snap = noise(rng, n, 900, 6000, -2) * burst(n, 0.001, 0.06)
    out = np.tanh(1.6 * placed(1.3 * low + 0.9 * skin + 0.3 * snap))
    return room(rng, out * line(n, (length - 1.0, 1), (length, 0)), 3.0, 0.7, 1800)


def braam(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    out = np.zeros((2, n))
    # Low brass: detuned saws, an octave and a fifth, whose brightness follows the blow.
    for ratio, gain in ((1.0, 1.0), (2.0, 0.7), (3.0, 0.4), (1.5, 0.35)):
        for side in (-0.7, 0.7):
            hz = 55 * ratio * (1 + rng.uniform(-0.006, 0.006)) * drift(rng, n, 0.3, 0.998, 1.002)
            out += placed(gain * saw(hz, rng.uniform(0, 1)), side)
    swell = burst(n, 0.09, 2.0 * length)
    dark, bright = lowpass(out, 350), lowpass(out, 2600)
    open_up = np.clip(burst(n, 0.12, 0.9 * length), 0, 1) ** 0.8
    growl = np.tanh(0.8 * (dark * (1 - open_up) + bright * open_up))
    impact = noise(rng, n, 40, 300, -3) * burst(n, 0.003, 0.5)
    out = growl * swell + placed(0.9 * impact)
    return room(rng, out * line(n, (length - 1.0, 1), (length, 0)), 2.6, 0.5, 3000)


def drum_roll(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    out = np.zeros(n)
    hits = []
    for _ in range(6):
        size = count(0.16)
        skin = ring(tap(size, 0.0012), (185, 330, 460), (0.14, 0.09, 0.06), (1.0, 0.6, 0.4))
        wires = noise(rng, size, 1800, 9500) * burst(size, 0.001, 0.13)
        hits.append(6 * skin + 0.9 * wires)
    at, crown = 0.0, max(0.2, length - 0.75)
    while at < crown - 0.08:
        level = 0.25 + 0.45 * (at / crown) ** 1.5
        add_at(out, level * rng.uniform(0.8, 1.0) * hits[int(rng.integers(6))], at)
        at += rng.uniform(0.040, 0.047)
    add_at(out, 1.3 * hits[0], crown)
    size = n - count(crown)
    if size > 0:
        plate = noise(rng, size, 3000, 15_000, 0.5) * burst(size, 0.002, 1.2)
        add_at(out, 0.5 * plate * line(size, (0, 1), (0.4, 0.6), (size / RATE, 0)), crown)
    return room(rng, placed(out), 0.7, 0.35)


SOUNDS = (
    CatalogueEntry(
        "thud",
        listed("impact, hit, body fall, heavy impact, dull thud, drop, bump, crash, thump"),
        thud,
        0.8,
        abroad=listed("choc, impacto, golpe, Aufprall"),
    ),
    CatalogueEntry(
        "punch",
        listed("fist, fist fight, fight, boxing, punching, body blow, kick"),
        punch,
        0.5,
        abroad=listed("coup de poing, puñetazo, Faustschlag"),
    ),
    CatalogueEntry("slap", listed("face slap, smack, spank, whip crack"), slap, 0.45),
    CatalogueEntry(
        "glass break",
        listed(
            "breaking glass, broken glass, glass, glass shatter, shattering glass, smash, "
            "window breaking, broken window, bottle breaking, plate breaking, glass smash, shatter"
        ),
        glass_break,
        2.2,
        abroad=listed("verre brisé, bris de verre, cristal roto, vidrio roto, Glasbruch"),
    ),
    CatalogueEntry(
        "metal clang",
        listed(
            "clang, metal hit, metal impact, anvil, metal pipe, hammer on metal, metal, pan hit"
        ),
        metal_clang,
        2.2,
        abroad=listed("choc métallique, Metall"),
    ),
    CatalogueEntry(
        "sword clash",
        listed("sword, swords, blade, sword fight, sword draw, unsheathe, knife"),
        sword,
        1.8,
        abroad=listed("épée, espada, Schwert"),
    ),
    CatalogueEntry(
        "wood crack",
        listed("wood breaking, crack, branch snap, stick breaking, twig snap, bone crack"),
        wood_crack,
        0.9,
    ),
    CatalogueEntry(
        "explosion",
        listed("explode, blast, bomb, detonation, big bang, grenade, dynamite, cannon"),
        explosion,
        4.0,
        abroad=listed("Bombe"),
    ),
    CatalogueEntry(
        "gunshot",
        listed("gun, shot, gun shot, pistol, rifle, shooting, gunfire, bang"),
        gunshot,
        1.8,
        abroad=listed("coup de feu, disparo, Schuss"),
    ),
    CatalogueEntry(
        "boom hit",
        listed("boom, trailer hit, sub drop, bass drop, deep impact"),
        boom_hit,
        3.6,
    ),
    CatalogueEntry(
        "braam",
        listed("brass hit, inception horn, trailer horn, bwaam, braaam"),
        braam,
        3.8,
    ),
    CatalogueEntry(
        "drum roll",
        listed("snare roll, drums, drum, snare, suspense drum, drum fill"),
        drum_roll,
        3.0,
        stretches=True,
        abroad=listed("roulement de tambour, redoble, Trommelwirbel"),
    ),
)
