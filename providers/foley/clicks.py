"""Small mechanisms: keys, buttons, shutters, clocks."""

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
    hump,
    line,
    noise,
    ring,
    saw,
    tap,
)


def tick(
    rng: Generator, length_s: float, hz: tuple[float, ...], t60_s: float, noise_gain: float
) -> Mono:
    """Two hard parts that meet: a few modes above a short burst of noise, peak about 1."""
    size = count(length_s)
    spread = np.array(hz) * rng.uniform(0.97, 1.03, len(hz))
    body = 7 * ring(
        tap(size, 0.00015),
        spread,
        t60_s * (hz[0] / spread) ** 0.5,
        1.0 / np.arange(1.0, len(hz) + 1) ** 0.3,
    )
    return body + noise_gain * noise(rng, size, 1500, 13_000) * decay(size, t60_s * 0.6)


def _key(rng: Generator) -> Mono:
    size = count(0.16)
    stroke = np.zeros(size)
    down = tick(rng, 0.06, (1450, 2900, 4700), 0.018, 0.25)
    bottom = tick(rng, 0.06, (420, 980, 2200), 0.022, 0.12)
    up = tick(rng, 0.05, (1900, 3600, 5600), 0.012, 0.16)
    add_at(stroke, 0.5 * down, 0.0)
    add_at(stroke, bottom, 0.011)
    add_at(stroke, 0.4 * up, rng.uniform(0.07, 0.1))
    return stroke


def typing(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at = 0.0
    while at < n / RATE:
        for _ in range(int(rng.integers(2, 9))):  # a word
            add_at(out, placed(rng.uniform(0.5, 1.0) * _key(rng), rng.uniform(-0.35, 0.35)), at)
            at += rng.gamma(9.0, 0.014) / take.pace
        space = 1.2 * tick(rng, 0.09, (260, 610, 1350), 0.035, 0.15)
        add_at(out, placed(space), at)
        at += rng.uniform(0.12, 0.4) / take.pace
    return room(rng, out, 0.2, 0.2)


def typewriter(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at, column = 0.0, 0
    while at < n / RATE:
        size = count(0.16)
        arm = tick(rng, 0.16, (620, 1750, 3150, 5200, 7400), 0.06, 0.5)
        platen = noise(rng, size, 90, 500, -2) * burst(size, 0.001, 0.06)
        add_at(
            out, placed(rng.uniform(0.8, 1.0) * (arm + 0.7 * platen), rng.uniform(-0.2, 0.2)), at
        )
        column += 1
        at += rng.gamma(12.0, 0.0125) / take.pace
        if column == 22:  # the margin bell, then the carriage thrown back
            bell = ring(
                tap(count(1.2), 0.0003), (2650, 5320, 7900), (0.9, 0.5, 0.3), (8.0, 3.0, 1.5)
            )
            add_at(out, placed(bell, -0.4), at)
            slide = count(0.5)
            ratchet = 0.5 + 0.5 * np.sign(saw(np.full(slide, 62.0)))
            carriage = noise(rng, slide, 800, 6000, -2) * ratchet * hump(slide, 0.6, 1.0)
            add_at(out, placed(0.5 * carriage, line(slide, (0, -0.5), (0.5, 0.5))), at + 0.45)
            add_at(out, placed(1.3 * arm, 0.5), at + 0.95)
            at, column = at + 1.25, 0
    return room(rng, out, 0.35, 0.25)


def mouse_click(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    add_at(out, tick(rng, 0.05, (1850, 3900, 6100), 0.009, 0.35), 0.0)
    add_at(out, 0.7 * tick(rng, 0.05, (2450, 4800, 7300), 0.007, 0.3), 0.085)
    return room(rng, placed(out), 0.15, 0.2)


def button(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    add_at(out, tick(rng, 0.07, (780, 1700, 3300), 0.02, 0.2), 0.0)
    add_at(out, 0.6 * tick(rng, 0.07, (1050, 2300, 4100), 0.016, 0.2), 0.16)
    return room(rng, placed(out), 0.2, 0.25)


def light_switch(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    add_at(out, 0.35 * tick(rng, 0.04, (2700, 4500), 0.008, 0.3), 0.0)
    add_at(out, tick(rng, 0.14, (520, 1230, 2650, 4400), 0.04, 0.3), 0.024)
    return room(rng, placed(out), 0.35, 0.4)


def camera_shutter(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    # Mirror up, first curtain, second curtain, mirror down.
    for at, gain, hz in (
        (0.0, 0.8, (650, 1850, 3900)),
        (0.038, 0.6, (2300, 4400, 7200)),
        (0.105, 0.7, (2050, 4100, 6800)),
        (0.132, 1.0, (560, 1600, 3400)),
    ):
        add_at(out, gain * tick(rng, 0.08, hz, 0.02, 0.55), at)
    size = count(0.12)
    whirr = (
        noise(rng, size, 1500, 6000)
        * (0.5 + 0.5 * saw(np.full(size, 210.0)))
        * hump(size, 0.4, 1.0)
    )
    add_at(out, 0.14 * whirr, 0.02)
    return room(rng, placed(out), 0.25, 0.25)


def clock_ticking(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    beat = 0
    while beat / (2 * take.pace) < n / RATE:
        hz = (2050, 3480, 5200) if beat % 2 == 0 else (1720, 2950, 4650)
        strike = tick(rng, 0.09, hz, 0.028, 0.2) + 0.3 * tick(rng, 0.09, (330, 710), 0.03, 0.0)
        at = beat / (2 * take.pace)
        add_at(out, (1.0 if beat % 2 == 0 else 0.75) * strike, at)
        add_at(out, 0.25 * strike, at + 0.021)  # the escape wheel drops against the other pallet
        beat += 1
    return room(rng, placed(out), 0.4, 0.3)


def grandfather_clock(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    beat = 0
    while beat / take.pace < n / RATE:
        hz = (310, 690, 1340, 2400) if beat % 2 == 0 else (255, 590, 1180, 2100)
        add_at(out, tick(rng, 0.2, hz, 0.08, 0.15), beat / take.pace)
        beat += 1
    return room(rng, placed(out), 1.1, 0.5, 3500)


def ratchet(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    at, gap = 0.0, 0.028
    while at < n / RATE - 0.08:
        add_at(
            out, rng.uniform(0.8, 1.0) * tick(rng, 0.05, (1500, 2750, 4700, 6900), 0.02, 0.3), at
        )
        at += gap / take.pace
        gap *= 1.022  # the wheel slows down
    return room(rng, placed(out), 0.3, 0.25)


def dice(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for die in range(2):
        at, gap = 0.04 * die, rng.uniform(0.15, 0.2)
        while gap > 0.012 and at < n / RATE:
            hit = tick(rng, 0.06, (900, 2150, 3700, 5400), 0.018, 0.25)
            table = 6 * ring(tap(count(0.1), 0.0008), (210, 430), (0.06, 0.04), (0.6, 0.4))
            add_at(out, placed((gap / 0.2) ** 0.7 * hit, 0.3 * die - 0.15), at)
            add_at(out, placed((gap / 0.2) ** 0.7 * table), at)
            at += gap
            gap *= rng.uniform(0.68, 0.85)
    return room(rng, out, 0.3, 0.2)


SOUNDS = (
    CatalogueEntry(
        "keyboard typing",
        listed("typing, keyboard, computer keyboard, keys typing, office typing, laptop typing"),
        typing,
        6.0,
        loop=True,
        periodic=True,
        abroad=listed("clavier, teclado, teclear, Tastatur, tippen"),
    ),
    CatalogueEntry(
        "typewriter",
        listed("type writer, old typewriter, typewriter bell, writing machine"),
        typewriter,
        7.0,
        loop=True,
        periodic=True,
        abroad=listed("machine à écrire, máquina de escribir, Schreibmaschine"),
    ),
    CatalogueEntry(
        "mouse click",
        listed("click, computer mouse, mouse, left click, clicking"),
        mouse_click,
        0.3,
        abroad=listed("clic, clic de souris, Mausklick"),
    ),
    CatalogueEntry("button press", listed("button, push button, button click, tap"), button, 0.4),
    CatalogueEntry(
        "light switch",
        listed("switch, lights off, lights on, light on, light off, toggle, flip a switch"),
        light_switch,
        0.45,
        abroad=listed("interrupteur, interruptor, Lichtschalter"),
    ),
    CatalogueEntry(
        "camera shutter",
        listed("camera, photo, camera click, shutter, snapshot, taking a picture, paparazzi"),
        camera_shutter,
        0.5,
        abroad=listed("appareil photo, cámara, Kamera"),
    ),
    CatalogueEntry(
        "clock ticking",
        listed("clock, ticking, tick tock, watch ticking, watch, time passing, tick, stopwatch"),
        clock_ticking,
        8.0,
        loop=True,
        periodic=True,
        abroad=listed("horloge, tic tac, reloj, Uhr, Uhrticken"),
    ),
    CatalogueEntry(
        "grandfather clock",
        listed("pendulum, pendulum clock, wall clock, metronome"),
        grandfather_clock,
        8.0,
        loop=True,
        periodic=True,
        abroad=listed("pendule, Standuhr"),
    ),
    CatalogueEntry(
        "ratchet",
        listed("ratchet wheel, wheel of fortune, spinning wheel, wind up toy, winding up, crank"),
        ratchet,
        1.6,
        stretches=True,
    ),
    CatalogueEntry("dice", listed("dice roll, rolling dice, throw dice, board game"), dice, 1.3),
)
