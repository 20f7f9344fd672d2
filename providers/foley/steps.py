"""Footsteps on several grounds, running, hooves."""

from collections.abc import Callable

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
    noise,
    ring,
    tap,
)

WALK_S = 0.56  # 107 steps a minute, an easy walk
RUN_S = 0.31


def _walk(
    take: Take, period_s: float, step: Callable[[Generator], Mono], wet: float, t60_s: float
) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at, foot = 0.0, 1.0
    while at < n / RATE:
        # No two steps weigh the same, and left and right stand a little apart.
        side = 0.14 * foot + rng.uniform(-0.04, 0.04)
        add_at(out, placed(rng.uniform(0.75, 1.0) * step(rng), side), at)
        foot = -foot
        at += period_s / take.pace * rng.uniform(0.96, 1.04)
    return room(rng, out, t60_s, wet)


def _heel_and_toe(heel: Mono, toe: Mono, apart_s: float) -> Mono:
    step = np.zeros(max(heel.size, toe.size + count(apart_s)))
    add_at(step, heel, 0.0)
    add_at(step, toe, apart_s)
    return step


def _board(rng: Generator, contact_s: float, weight: float) -> Mono:
    """A floor board: a few broad low modes, and the scuff of the sole."""
    size = count(0.28)
    base = rng.uniform(82, 112)
    hz = base * np.array([1.0, 1.83, 2.9, 4.4, 6.7, 9.8])
    strike = tap(size, contact_s)
    body = ring(strike, hz, (0.16, 0.13, 0.10, 0.07, 0.05, 0.035), (1, 0.9, 0.7, 0.6, 0.4, 0.3))
    scuff = noise(rng, size, 1200, 6500) * burst(size, 0.002, 0.03)
    return weight * (14 * body + 0.10 * scuff)


def _wood_step(rng: Generator) -> Mono:
    return _heel_and_toe(_board(rng, 0.0013, 1.0), _board(rng, 0.003, 0.55), rng.uniform(0.07, 0.1))


def _stone_step(rng: Generator, sharp: float = 1.0) -> Mono:
    size = count(0.16)
    strike = tap(size, 0.0005)
    hz = rng.uniform(0.93, 1.07) * np.array([310.0, 1150.0, 2150.0, 3700.0])
    heel = 14 * ring(strike, hz, (0.05, 0.03, 0.022, 0.014), (0.6, 0.9, 0.9 * sharp, 0.5 * sharp))
    grit = noise(rng, size, 2500, 9000) * burst(size, 0.003, 0.05)
    toe = 0.35 * grit + 0.4 * noise(rng, size, 120, 700, -3) * burst(size, 0.003, 0.06)
    return _heel_and_toe(heel + 0.15 * grit, 0.5 * toe, rng.uniform(0.08, 0.11))


def _heel_step(rng: Generator) -> Mono:
    size = count(0.14)
    hz = rng.uniform(0.95, 1.05) * np.array([820.0, 1900.0, 3300.0, 5200.0])
    heel = 18 * ring(tap(size, 0.0003), hz, (0.05, 0.035, 0.025, 0.015), (0.6, 1.0, 0.8, 0.5))
    toe = 0.25 * noise(rng, size, 900, 5000) * burst(size, 0.002, 0.035)
    return _heel_and_toe(heel, toe, rng.uniform(0.06, 0.08))


def _crunch(
    rng: Generator, length_s: float, grains: int, low_hz: float, high_hz: float, grain_s: float
) -> Mono:
    """Many small bodies that slip and break under a sole: heel first, then the ball of the foot."""
    size = count(length_s)
    step = np.zeros(size + count(0.05))
    heel = rng.beta(1.6, 5.0, grains * 2 // 5) * 0.5
    ball = 0.42 + rng.beta(1.8, 3.0, grains - heel.size) * 0.55
    bits = []
    for _ in range(16):
        hz = float(np.exp(rng.uniform(np.log(low_hz), np.log(high_hz))))
        length = count(grain_s * rng.uniform(0.5, 1.6))
        bits.append(noise(rng, length, hz * 0.7, hz * 1.5) * decay(length, grain_s))
    for at in np.concatenate((heel, ball)):
        weight = min(rng.pareto(3.0), 1.6)  # the odd large stone, but none that drowns the rest
        add_at(step, weight * bits[int(rng.integers(16))], at * length_s)
    return step


def _gravel_step(rng: Generator) -> Mono:
    step = _crunch(rng, 0.34, 60, 1300, 6500, 0.008)
    weight = noise(rng, step.size, 70, 260, -3) * burst(step.size, 0.01, 0.12)
    return step + 0.35 * weight


def _snow_step(rng: Generator) -> Mono:
    # Snow grains bind: the crunch is denser, lower and squeaks as the sole packs it.
    step = _crunch(rng, 0.4, 110, 450, 2300, 0.006)
    pack = noise(rng, step.size, 350, 1500, -2) * hump(step.size, 0.45, 1.5)
    return step + 0.4 * pack


def _leaf_step(rng: Generator) -> Mono:
    step = _crunch(rng, 0.38, 90, 3000, 11_000, 0.014)
    swish = noise(rng, step.size, 2500, 9000) * hump(step.size, 0.4, 2.0)
    return (
        step + 0.22 * swish + 0.2 * noise(rng, step.size, 70, 250, -3) * burst(step.size, 0.01, 0.1)
    )


def _run_step(rng: Generator) -> Mono:
    size = count(0.2)
    thud = noise(rng, size, 55, 420, -4) * burst(size, 0.003, 0.09)
    slap = noise(rng, size, 600, 4500, -2) * burst(size, 0.001, 0.035)
    scuff = noise(rng, size, 2500, 8000) * hump(size, 0.35, 3.0)
    return 1.2 * thud + 0.8 * slap + 0.12 * scuff


def wooden_steps(take: Take) -> Stereo:
    return _walk(take, WALK_S, _wood_step, wet=0.4, t60_s=0.5)


def stone_steps(take: Take) -> Stereo:
    return _walk(take, WALK_S, _stone_step, wet=0.3, t60_s=0.7)


def high_heels(take: Take) -> Stereo:
    return _walk(take, 0.52, _heel_step, wet=0.6, t60_s=1.2)


def gravel_steps(take: Take) -> Stereo:
    return _walk(take, WALK_S, _gravel_step, wet=0.06, t60_s=0.2)


def snow_steps(take: Take) -> Stereo:
    return _walk(take, 0.64, _snow_step, wet=0.05, t60_s=0.2)


def leaf_steps(take: Take) -> Stereo:
    return _walk(take, 0.6, _leaf_step, wet=0.06, t60_s=0.2)


def running(take: Take) -> Stereo:
    return _walk(take, RUN_S, _run_step, wet=0.3, t60_s=0.5)


def _hoof(rng: Generator) -> Mono:
    size = count(0.12)
    base = rng.uniform(0.92, 1.08)
    hollow = 20 * ring(
        tap(size, 0.0008),
        base * np.array([560.0, 1080.0, 1750.0]),
        (0.06, 0.035, 0.02),
        (1.0, 0.6, 0.3),
    )
    return hollow + 0.3 * noise(rng, size, 80, 300, -3) * burst(size, 0.002, 0.06)


def hooves(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at = 0.0
    # A gallop: three beats and a breath. Each foot has its pitch and its place.
    while at < n / RATE:
        for beat, side in ((0.0, -0.2), (0.115, 0.15), (0.225, 0.0)):
            hit = rng.uniform(0.7, 1.0) * _hoof(rng)
            add_at(out, placed(hit, side), at + (beat + rng.uniform(0, 0.008)) / take.pace)
        at += 0.46 / take.pace * rng.uniform(0.98, 1.02)
    return room(rng, out, 0.5, 0.25)


SOUNDS = (
    CatalogueEntry(
        "footsteps",
        listed(
            "footstep, steps, walking, walk, footfall, footsteps on concrete, walking on pavement, "
            "footsteps on stone, footsteps on tiles, footsteps in a corridor"
        ),
        stone_steps,
        6.0,
        loop=True,
        periodic=True,
        abroad=listed("pas, bruits de pas, pasos, Schritte"),
    ),
    CatalogueEntry(
        "footsteps on wood",
        listed("wooden footsteps, walking on wood, footsteps on stairs, footsteps on floor, boots"),
        wooden_steps,
        6.0,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "footsteps on gravel",
        listed("walking on gravel, steps on gravel, gravel, footsteps on stones, pebbles"),
        gravel_steps,
        6.0,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "footsteps on snow",
        listed("walking in snow, steps in snow, snow crunch, snow, footsteps on ice"),
        snow_steps,
        6.0,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "footsteps on leaves",
        listed("walking on leaves, walking through grass, footsteps on grass, footsteps in forest"),
        leaf_steps,
        6.0,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "high heels",
        listed("heels, heel clicks, stiletto, walking in heels, woman walking"),
        high_heels,
        6.0,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "running",
        listed("running footsteps, run, sprint, jogging, runner, chase, person running"),
        running,
        5.0,
        loop=True,
        periodic=True,
        abroad=listed("courir, course à pied, correr, corriendo, rennen, laufen"),
    ),
    CatalogueEntry(
        "horse hooves",
        listed("horse, hooves, gallop, horse galloping, hoofbeats, horse trot, cavalry"),
        hooves,
        6.0,
        loop=True,
        periodic=True,
        abroad=listed("cheval, galop, caballo, galope, Pferd"),
    ),
)
