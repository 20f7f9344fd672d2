"""Paper, pens and scissors."""

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
    decay,
    drift,
    glide,
    hump,
    line,
    moving_band,
    noise,
    poisson_times,
    ring,
    scatter,
    wide_noise,
)


def _crinkles(rng: Generator, low_hz: float, high_hz: float) -> list[Mono]:
    grains = []
    for _ in range(16):
        size = count(rng.uniform(0.0015, 0.009))
        hz = float(np.exp(rng.uniform(np.log(low_hz), np.log(high_hz))))
        grains.append(noise(rng, size, 0.6 * hz, 1.7 * hz) * decay(size, rng.uniform(0.003, 0.01)))
    return grains


def paper(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    effort = np.maximum(drift(rng, n, 0.22, -0.5, 1.0), 0.0) * line(
        n, (0, 0.3), (0.1, 1), (n / RATE - 0.2, 0.7), (n / RATE, 0)
    )
    at = poisson_times(rng, n, 10 + 500 * effort)
    gains = rng.pareto(2.2, at.size).clip(0.05, 3.5)
    folds = scatter(rng, n, at, gains, _crinkles(rng, 1800, 9000), 0.4)
    rub = wide_noise(rng, n, 1500, 9000, -1, 0.4) * effort
    return room(rng, folds + 0.18 * rub, 0.2, 0.15)


def page_turn(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    sweep = moving_band(
        noise(rng, n, 700, 10_000, -1),
        glide(n, (0, 1600), (0.55 * length, 4200), (length, 2000)),
        1.8,
    )
    slide = sweep * hump(n, 0.45, 2.0)
    at = poisson_times(rng, n, 130 * hump(n, 0.55, 2.0))
    folds = scatter(rng, n, at, rng.uniform(0.1, 0.8, at.size), _crinkles(rng, 2000, 7000), 0.2)
    land = count(0.08)
    flop = noise(rng, land, 200, 1800, -2) * burst(land, 0.004, 0.05)
    out = placed(slide, np.linspace(0.5, -0.4, n)) + folds
    add_at(out, placed(0.5 * flop, -0.4), 0.78 * length)
    return room(rng, out, 0.25, 0.2)


def paper_tear(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    speed = line(n, (0, 0.2), (0.15, 0.8), (0.8 * length, 1.0), (0.9 * length, 0))
    fibres = np.zeros(n)
    at = poisson_times(rng, n, 1300 * speed)
    fibres[np.minimum(n - 1, (at * RATE).astype(np.int64))] = rng.pareto(2.5, at.size).clip(0, 4)
    hz = np.array([1250.0, 2300.0, 3600.0, 5400.0])
    rip = ring(fibres, hz, (0.006, 0.005, 0.004, 0.003), (0.6, 1.0, 1.0, 0.8))
    return room(rng, placed(rip + 0.25 * noise(rng, n, 2000, 9000) * speed), 0.2, 0.15)


def pen_writing(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    at = 0.0
    while at < n / RATE:
        for _ in range(int(rng.integers(3, 9))):
            size = count(rng.uniform(0.05, 0.14) / take.pace)
            hz = np.full(size, rng.uniform(1900, 3600))
            stroke = moving_band(noise(rng, size, 500, 9000, -1), hz, 1.6) * hump(size, 0.4, 0.8)
            add_at(out, rng.uniform(0.5, 1.0) * stroke, at)
            at += size / RATE * rng.uniform(0.85, 1.15)
        at += rng.uniform(0.08, 0.25)
    return room(rng, placed(out), 0.15, 0.2)


def scissors(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    at = 0.0
    while at < n / RATE - 0.1:
        size = count(0.16)
        hz = glide(size, (0, 3600), (0.14, 6800))
        shear = moving_band(noise(rng, size, 1500, 14_000), hz, 1.0) * hump(size, 0.7, 1.2)
        add_at(out, 0.7 * shear, at)
        add_at(out, 0.8 * tick(rng, 0.1, (3100, 5200, 7900), 0.05, 0.3), at + 0.15)
        at += 0.42 / take.pace * rng.uniform(0.94, 1.06)
    return room(rng, placed(out), 0.25, 0.2)


SOUNDS = (
    CatalogueEntry(
        "paper rustle",
        listed(
            "paper, rustling paper, papers, paper crumple, crumpling paper, wrapping paper, bag"
        ),
        paper,
        2.0,
        stretches=True,
        abroad=listed("papier, froissement de papier, papel, Papierrascheln"),
    ),
    CatalogueEntry(
        "page turn",
        listed("turning page, turning pages, book, book page, page flip, flip page, page"),
        page_turn,
        0.8,
        abroad=listed("tourner la page, página, pasar página, umblättern"),
    ),
    CatalogueEntry(
        "paper tear",
        listed("tear, tearing paper, ripping paper, rip, ripping, torn paper"),
        paper_tear,
        0.9,
        stretches=True,
    ),
    CatalogueEntry(
        "pen writing",
        listed("writing, pencil, pen, scribbling, scribble, handwriting, drawing, chalk"),
        pen_writing,
        5.0,
        loop=True,
        periodic=True,
        abroad=listed("stylo, crayon, lápiz, Stift, schreiben"),
    ),
    CatalogueEntry(
        "scissors",
        listed("scissor, snip, cutting paper, cutting hair, haircut, shears"),
        scissors,
        1.4,
        stretches=True,
        abroad=listed("ciseaux, tijeras, Schere"),
    ),
)
