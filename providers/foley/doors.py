"""Doors, locks, knocks, curtains of wood."""

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
    noise,
    ring,
    steady_times,
    tap,
)

PANEL = (
    1.0,
    1.58,
    2.24,
    2.92,
    3.6,
    4.7,
    6.3,
)  # bending modes of a plate about twice as high as wide


def panel(rng: Generator, n: int, base_hz: float, contact_s: float, t60_s: float) -> Mono:
    """A struck wooden door: the modes of a plate, damped as wood is, peak of the order of 1."""
    ratios = np.array(PANEL) * rng.uniform(0.97, 1.03, len(PANEL))
    gains = rng.uniform(0.5, 1.0, len(PANEL)) / np.arange(1, len(PANEL) + 1) ** 0.4
    return 9 * ring(tap(n, contact_s), base_hz * ratios, t60_s / ratios**0.7, gains)


def latch(rng: Generator, n: int) -> Mono:
    """The click of a lock: two small steel parts that meet a moment apart."""
    out = np.zeros(n)
    for at, gain in ((0.0, 0.7), (rng.uniform(0.022, 0.035), 1.0)):
        size = min(n, count(0.07))
        hz = rng.uniform(0.95, 1.05) * np.array([1250.0, 2380.0, 3900.0, 5650.0, 7900.0])
        part = 14 * ring(
            tap(size, 0.0002), hz, (0.02, 0.03, 0.025, 0.02, 0.012), (0.5, 1, 0.8, 0.6, 0.4)
        )
        add_at(out, gain * part, at)
    return out


def door_creak(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    # A dry hinge sticks and slips; each slip is a pulse into the wood, faster as the door moves.
    slips = glide(n, (0, 38), (0.3 * length, 95), (0.55 * length, 150), (length, 45))
    slips *= drift(rng, n, 0.12, 0.8, 1.25)
    turns = np.floor(np.cumsum(slips * rng.uniform(0.9, 1.1, n)) / RATE)
    pulses = np.diff(turns, prepend=0.0) * rng.uniform(0.4, 1.0, n)
    hz = rng.uniform(0.92, 1.08) * np.array([430.0, 810.0, 1290.0, 1850.0, 2700.0, 3900.0])
    wood = ring(pulses, hz, (0.03, 0.028, 0.022, 0.018, 0.012, 0.008), (0.5, 1, 1, 0.9, 0.6, 0.4))
    move = line(n, (0, 0), (0.08, 0.7), (0.5 * length, 1), (0.85 * length, 0.5), (length - 0.1, 0))
    return room(rng, placed(wood * move, line(n, (0, -0.15), (length, 0.15))), 0.8, 0.45, 4500)


def door_open(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    add_at(out, 0.9 * latch(rng, count(0.15)), 0.02)
    add_at(out, 0.45 * panel(rng, count(0.3), 105, 0.003, 0.2), 0.09)
    size = max(1, n - count(0.18))
    swing = noise(rng, size, 180, 1800, -3) * burst(size, 0.18, 0.9)
    slips = np.floor(np.cumsum(glide(size, (0, 60), (0.4, 130), (0.8, 40))) / RATE)
    creak = ring(
        np.diff(slips, prepend=0.0), (620, 1400, 2300), (0.02, 0.015, 0.01), (0.7, 1.0, 0.6)
    )
    add_at(out, 0.15 * swing, 0.18)
    add_at(out, 0.25 * creak * line(size, (0, 0), (0.15, 1), (0.7, 0.3), (0.85, 0)), 0.18)
    return room(rng, placed(out), 0.6, 0.4)


def door_close(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    thud = panel(rng, count(0.5), 88, 0.0025, 0.28)
    air = noise(rng, thud.size, 45, 200, -3) * burst(thud.size, 0.004, 0.16)
    add_at(out, thud + 0.8 * air, 0.01)
    add_at(out, 0.55 * latch(rng, count(0.15)), 0.03)
    return room(rng, placed(out), 0.6, 0.45)


def door_slam(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    size = count(0.8)
    add_at(out, 1.5 * panel(rng, size, 72, 0.0009, 0.45), 0.0)
    add_at(out, 1.6 * noise(rng, size, 35, 180, -3) * burst(size, 0.003, 0.4), 0.0)
    add_at(out, 0.9 * noise(rng, size, 700, 7000, -3) * burst(size, 0.001, 0.07), 0.0)
    for at in (0.07, 0.12, 0.16, 0.19):  # the frame and the handle rattle after it
        add_at(out, rng.uniform(0.1, 0.3) * latch(rng, count(0.12)), at)
    return room(rng, placed(out), 1.3, 0.8, 4000)


def knock(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    at = 0.0
    for weight in (0.85, 1.0, 0.9):
        size = count(0.25)
        knuckle = panel(rng, size, 148, 0.0012, 0.13)
        skin = noise(rng, size, 900, 4200) * burst(size, 0.001, 0.012)
        add_at(out, weight * (knuckle + 0.35 * skin), at)
        at += 0.21 / take.pace * rng.uniform(0.95, 1.05)
    return room(rng, placed(out), 0.5, 0.4)


def lock(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    for pin in (0.02, 0.06, 0.095, 0.125, 0.15):  # the key lifts one pin after the other
        size = count(0.03)
        hz = rng.uniform(2600, 4600)
        add_at(out, 3.5 * ring(tap(size, 0.0002), (hz, hz * 1.7), (0.012, 0.008), (1.0, 0.6)), pin)
    add_at(out, 0.5 * latch(rng, count(0.15)), 0.42)
    bolt = panel(rng, count(0.3), 190, 0.001, 0.1) + 0.9 * latch(rng, count(0.3))
    add_at(out, bolt, 0.62)
    return room(rng, placed(out), 0.35, 0.3)


def drawer(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    speed = line(n, (0, 0.2), (0.15, 1), (0.55, 0.8), (0.68, 0), (length, 0))
    slide = noise(rng, n, 140, 2600, -3) * speed * drift(rng, n, 0.02, 0.5, 1.0)
    out = 0.5 * slide
    for at in steady_times(rng, count(0.65), 0.085, 0.5):
        size = count(0.08)
        add_at(out, rng.uniform(0.05, 0.2) * panel(rng, size, 260, 0.001, 0.05), float(at))
    add_at(out, 0.9 * panel(rng, count(0.3), 150, 0.002, 0.12), 0.67)
    size = count(0.2)
    add_at(out, 0.25 * noise(rng, size, 2000, 7000) * decay(size, 0.04), 0.675)
    return room(rng, placed(out), 0.35, 0.3)


SOUNDS = (
    CatalogueEntry(
        "door creak",
        listed(
            "creak, creaking door, squeaky door, creaking hinge, gate, gate opening, "
            "squeak, floor creak"
        ),
        door_creak,
        2.2,
        stretches=True,
        abroad=listed("porte qui grince, grincement, crujido, Knarren"),
    ),
    CatalogueEntry(
        "door open",
        listed("open door, opening door, door opens, door, door handle"),
        door_open,
        1.3,
        abroad=listed("porte, porte qui s'ouvre, puerta, Tür"),
    ),
    CatalogueEntry(
        "door close",
        listed("close door, closing door, shut door, door shutting, door shut"),
        door_close,
        0.9,
        abroad=listed("porte qui se ferme, fermeture de porte, cerrar puerta, Tür schließen"),
    ),
    CatalogueEntry(
        "door slam",
        listed("slam, slamming door, door bang, door slammed shut"),
        door_slam,
        1.6,
        abroad=listed("claquement de porte, porte qui claque, portazo, Tür zuschlagen"),
    ),
    CatalogueEntry(
        "door knock",
        listed("knock, knock on door, knocking, knocking on the door, rap on the door"),
        knock,
        1.2,
        abroad=listed("toc toc, frapper à la porte, llamar a la puerta, Klopfen, Türklopfen"),
    ),
    CatalogueEntry(
        "door lock",
        listed("lock, unlock, key in lock, unlocking door, deadbolt, latch, key turning"),
        lock,
        1.1,
        abroad=listed("serrure, cerradura"),
    ),
    CatalogueEntry(
        "drawer",
        listed("drawer opening, open drawer, close drawer, cupboard, sliding drawer"),
        drawer,
        1.2,
        abroad=listed("tiroir, cajón, Schublade"),
    ),
)
