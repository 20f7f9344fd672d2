"""What hands hold: coins, keys, zips, cloth, corks, plates."""

import numpy as np

from providers.foley.clicks import tick
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
    drift,
    glide,
    hump,
    line,
    moving_band,
    noise,
    poisson_times,
    ring,
    saw,
    scatter,
    sine,
    tap,
    wide_noise,
)


def coin(rng: Generator, length_s: float = 0.5) -> Mono:
    """A small metal disc that lands and rings: bending modes of a free plate, high and thin."""
    size = count(length_s)
    base = rng.uniform(3900, 5600)
    hz = base * np.array([1.0, 1.73, 2.33, 3.07])
    return 9 * ring(tap(size, 0.0001), hz, (0.28, 0.2, 0.12, 0.08), (1.0, 0.8, 0.5, 0.3))


def coins(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for at in rng.beta(1.3, 2.2, 26) * (n / RATE - 0.45):
        add_at(out, placed(rng.uniform(0.3, 1.0) * coin(rng), rng.uniform(-0.5, 0.5)), float(at))
    return room(rng, out, 0.3, 0.2)


def coin_drop(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    hz = rng.uniform(4100, 4700) * np.array([1.0, 1.73, 2.33, 3.07])
    at, gap, gain = 0.0, 0.26, 1.0
    while at < n / RATE - 0.03:  # bounces, then the spin that runs down faster and faster
        size = count(0.35)
        strike = rng.uniform(0.6, 1.0, 4) * np.array([1.0, 0.8, 0.5, 0.3])
        add_at(out, gain * 9 * ring(tap(size, 0.0001), hz, (0.25, 0.18, 0.1, 0.06), strike), at)
        at += gap
        gap = max(0.016, gap * 0.72)
        gain *= 0.9 if gap > 0.016 else 0.965
    return room(rng, placed(out), 0.4, 0.3)


def keys(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    shakes = np.clip(sine(3.3 * drift(rng, n, 0.3, 0.8, 1.2)), 0.04, 1.0)
    metal = []
    for _ in range(10):
        size = count(0.14)
        hz = rng.uniform(2900, 5200) * np.array([1.0, 1.41, 2.2, 2.9])
        metal.append(
            9 * ring(tap(size, 0.0001), hz, (0.09, 0.07, 0.05, 0.04), rng.uniform(0.3, 1, 4))
        )
    at = poisson_times(rng, n, 90 * shakes)
    out += scatter(rng, n, at, rng.uniform(0.2, 1.0, at.size), metal, 0.35)
    return room(rng, out * line(n, (n / RATE - 0.15, 1), (n / RATE, 0)), 0.3, 0.2)


def zipper(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    teeth_hz = glide(n, (0, 55), (0.35 * length, 190), (0.85 * length, 330))
    teeth_hz *= drift(rng, n, 0.05, 0.92, 1.08)
    count_of = np.floor(np.cumsum(teeth_hz) / RATE)
    teeth = np.diff(count_of, prepend=0.0) * rng.uniform(0.5, 1.0, n)
    hz = (1750.0, 2900.0, 4300.0, 6400.0, 8800.0)
    body = ring(teeth, hz, (0.006, 0.006, 0.005, 0.004, 0.003), (0.7, 1.0, 1.0, 0.8, 0.5))
    gate = line(n, (0, 0.3), (0.1, 1), (0.88 * length, 1), (0.9 * length, 0))
    out = body * gate + 0.05 * noise(rng, n, 1500, 8000) * gate
    add_at(out, 0.5 * tick(rng, 0.08, (1900, 3400, 5600), 0.02, 0.2), 0.9 * length)
    return room(rng, placed(out, line(n, (0, -0.2), (length, 0.2))), 0.2, 0.15)


def cloth(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    effort = drift(rng, n, 0.25, 0.15, 1.0)
    rub = moving_band(wide_noise(rng, n, 250, 6000, -2.5, 0.5), drift(rng, n, 0.2, 600, 1700), 2.4)
    return room(rng, rub * effort**1.2 * hump(n, 0.45, 0.7), 0.2, 0.1)


def pop(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    cheek = sine(glide(n, (0, 260), (0.045, 780), (0.1, 880))) * burst(n, 0.002, 0.075)
    puff = noise(rng, n, 700, 6000, -2) * burst(n, 0.0006, 0.02)
    return room(rng, placed(cheek + 0.3 * puff), 0.2, 0.15)


def cork(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    bottle = 12 * ring(tap(n, 0.0012), (330, 690, 1120), (0.11, 0.07, 0.05), (1.0, 0.5, 0.3))
    burst_out = noise(rng, n, 400, 6000, -2) * burst(n, 0.0008, 0.05)
    fizz = noise(rng, n, 4000, 14_000) * line(n, (0.04, 0), (0.12, 0.16), (n / RATE - 0.05, 0.0))
    return room(rng, placed(bottle + 0.8 * burst_out + fizz), 0.5, 0.3)


def balloon_pop(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    snap = noise(rng, n, 500, 16_000, -0.5) * burst(n, 0.0002, 0.03)
    shock = noise(rng, n, 120, 900, -2) * burst(n, 0.0004, 0.05)
    return room(rng, placed(snap + 0.9 * shock), 0.6, 0.6)


def can_open(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    add_at(out, 0.9 * tick(rng, 0.1, (1150, 2650, 4300, 6900), 0.04, 0.5), 0.0)
    jet = noise(rng, n, 2500, 14_000) * line(n, (0.012, 0), (0.03, 0.75), (0.3, 0.12), (0.9, 0.0))
    tear = noise(rng, n, 900, 6500) * line(n, (0.24, 0), (0.27, 0.6), (0.36, 0.4), (0.4, 0))
    out += jet + tear * (0.6 + 0.4 * saw(np.full(n, 130.0)))
    add_at(out, 0.6 * tick(rng, 0.12, (880, 2100, 3700), 0.06, 0.2), 0.4)
    return room(rng, placed(out), 0.3, 0.2)


def spray(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    jet = noise(rng, n, 2200, 15_000, 1.0)
    gate = line(n, (0, 0), (0.03, 1), (length - 0.1, 0.85), (length - 0.03, 0))
    return room(rng, placed(jet * gate * drift(rng, n, 0.02, 0.85, 1.0)), 0.2, 0.15)


def cash_register(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    for at in (0.0, 0.09):
        add_at(out, 0.8 * tick(rng, 0.12, (480, 1150, 2300, 4100), 0.04, 0.4), at)
    for at in (0.2, 0.27):  # ka-ching
        bell = ring(
            tap(count(1.4), 0.0002),
            (2080, 4310, 6480, 9400),
            (1.0, 0.7, 0.45, 0.3),
            (7.0, 4.0, 3.0, 1.5),
        )
        add_at(out, bell, at)
    size = count(0.22)
    slide = noise(rng, size, 300, 3000, -2) * hump(size, 0.6, 1.2)
    add_at(out, 0.45 * slide, 0.3)
    add_at(out, 0.9 * tick(rng, 0.2, (230, 520, 1100), 0.09, 0.3), 0.5)
    for at in rng.uniform(0.52, 0.85, 9):
        add_at(out, rng.uniform(0.1, 0.25) * coin(rng, 0.2), float(at))
    return room(rng, placed(out), 0.45, 0.25)


def dishes(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at = 0.0
    while at < n / RATE:
        size = count(0.45)
        if rng.uniform() < 0.6:  # porcelain: short and dry
            hz = rng.uniform(1300, 2300) * np.array([1.0, 1.86, 2.67, 3.9, 5.3])
            piece = 9 * ring(
                tap(size, 0.00025), hz, (0.13, 0.1, 0.08, 0.06, 0.04), (0.8, 1, 0.8, 0.6, 0.4)
            )
        else:  # cutlery: long and bright
            hz = rng.uniform(2400, 4000) * np.array([1.0, 1.6, 2.76, 3.5])
            piece = 6 * ring(tap(size, 0.0001), hz, (0.4, 0.3, 0.2, 0.1), (0.8, 1.0, 0.6, 0.4))
        add_at(out, placed(rng.uniform(0.3, 1.0) * piece, rng.uniform(-0.6, 0.6)), at)
        at += rng.exponential(0.2) / take.pace + 0.02
    return room(rng, out, 0.7, 0.35)


def glasses_clink(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for base, side in ((rng.uniform(1650, 1850), -0.3), (rng.uniform(2050, 2300), 0.3)):
        hz = base * np.array([1.0, 2.32, 4.25, 6.63])  # a bell of glass: modes near n squared
        rim = ring(tap(n, 0.0002), hz, (0.9, 0.6, 0.35, 0.2), (1.0, 0.8, 0.5, 0.3))
        out += placed(7 * rim, side)
    return room(rng, out, 0.6, 0.25)


SOUNDS = (
    CatalogueEntry(
        "coins",
        listed("money, coins falling, coins jingling, treasure, gold coins"),
        coins,
        2.0,
        abroad=listed("pièces de monnaie, monedas, Münzen"),
    ),
    CatalogueEntry(
        "coin drop",
        listed("coin, coin falling, coin spin, spinning coin, penny drop, dropped coin"),
        coin_drop,
        2.2,
        abroad=listed("pièce qui tombe, moneda, Münze"),
    ),
    CatalogueEntry(
        "keys jingle",
        listed("keys, jingling keys, key ring, bunch of keys, car keys, house keys, keychain"),
        keys,
        1.6,
        stretches=True,
        abroad=listed("clés, llaves, Schlüssel"),
    ),
    CatalogueEntry(
        "zipper",
        listed("zip, zip up, unzip, zipping, jacket zipper, tent zipper"),
        zipper,
        0.9,
        stretches=True,
        abroad=listed("fermeture éclair, cremallera, Reißverschluss"),
    ),
    CatalogueEntry(
        "cloth rustle",
        listed("cloth, clothes, clothing, fabric, fabric rustle, clothes rustling, bed sheets"),
        cloth,
        1.6,
        stretches=True,
    ),
    CatalogueEntry(
        "pop", listed("mouth pop, bubble pop, pop up, plop, popping, cartoon pop"), pop, 0.25
    ),
    CatalogueEntry(
        "cork pop",
        listed("cork, champagne, wine bottle, champagne cork, bottle opening, uncork, wine"),
        cork,
        0.9,
        abroad=listed("bouchon, corcho, Korken"),
    ),
    CatalogueEntry(
        "balloon pop", listed("balloon, balloon burst, bursting balloon"), balloon_pop, 0.6
    ),
    CatalogueEntry(
        "can opening",
        listed("soda can, can, beer can, opening a can, soda, beer, fizzy drink"),
        can_open,
        1.0,
    ),
    CatalogueEntry(
        "spray",
        listed("spray can, aerosol, hairspray, spraying, perfume, spray paint, hiss, steam"),
        spray,
        0.8,
        stretches=True,
    ),
    CatalogueEntry(
        "cash register",
        listed("ka-ching, kaching, cha-ching, till, sale, register, shop till, purchase"),
        cash_register,
        1.8,
        abroad=listed("caisse enregistreuse, caja registradora, Kasse"),
    ),
    CatalogueEntry(
        "dishes",
        listed("plates, cutlery, silverware, washing dishes, restaurant, kitchen, crockery, cafe"),
        dishes,
        6.0,
        loop=True,
        periodic=True,
        abroad=listed("vaisselle, couverts, platos, Geschirr"),
    ),
    CatalogueEntry(
        "glasses clink",
        listed("clink, clinking glasses, cheers, toast, wine glasses, glasses toast"),
        glasses_clink,
        1.2,
        abroad=listed("trinquer, brindis, anstoßen"),
    ),
)
