"""Dunes: long crests that part light from shadow."""

import numpy as np

from providers.artist.canvas import Canvas, mixture, softened
from providers.artist.noise import curve, fractal, step
from providers.artist.scene import Scene
from providers.artist.sky import paint_air

LAYERS = 5


def paint_dunes(canvas: Canvas, scene: Scene) -> None:
    """Dune behind dune to a hazy horizon; every crest has a lit and a shaded side."""
    unit = canvas.unit
    base = canvas.height * 0.55
    side = 1 if scene.chance(0.5) else -1
    sun = (canvas.width * (0.5 - 0.22 * side), base - unit * scene.between(0.16, 0.26))
    paint_air(canvas, scene, sun, base, clouds=0.5)
    for layer in range(LAYERS):
        _dune(canvas, scene, layer / (LAYERS - 1), base, side)


def _dune(canvas: Canvas, scene: Scene, near: float, base: float, side: int) -> None:
    palette, unit = scene.palette, canvas.unit
    columns = canvas.width
    swell = curve(columns, unit * (0.45 + 0.35 * near), 2, scene.rng, gain=0.3)
    level = base + (canvas.height * 0.86 - base) * near**1.2
    crest = (level + unit * 0.05 - swell * unit * (0.10 + 0.17 * near)).astype(np.float32)
    haze = palette.horizon.mixed(palette.middle, 0.3)
    dark = palette.near.mixed(palette.accent, 0.25).mixed(haze, 0.72 * (1 - near))
    lit = palette.light.mixed(palette.accent, 0.35).lighter(-0.10).mixed(haze, 0.6 * (1 - near))
    top = int(max(0, crest.min() - 3))
    # Nearer dunes cover the rest.
    bottom = (
        canvas.height if near == 1 else int(min(canvas.height, level + unit * (0.20 + 0.25 * near)))
    )
    y = canvas.y[top:bottom]
    below = y - crest[None, :]
    # The crest line wanders down the face from each summit; one side of it looks at the sun.
    fall = np.gradient(softened(swell[None, :], unit * 0.015)[0]) * unit * 1.6
    wander = (curve(y.shape[0], unit * 0.30, 2, scene.rng) - 0.5)[:, None]
    facing = fall[None, :] * side + wander * 0.7 * np.clip(below / (unit * 0.12), 0, 1)
    edge = 0.03 + 0.35 * np.clip(below / np.float32(unit * 0.35), 0, 1)
    share = np.clip(0.5 + facing / (2 * edge), 0, 1)
    share = share * share * (3 - 2 * share)
    x2, y2 = canvas.coarse(2)
    bend = canvas.full(fractal((y2.shape[0], x2.shape[1]), unit * 0.16 / 2, 3, scene.rng))[
        top:bottom
    ]
    pitch = np.float32(unit * (0.0035 + 0.0065 * near))
    ripple = np.sin(
        (below * 1.0 + bend * unit * 0.16) / pitch * (2.6 - np.clip(below / (unit * 0.6), 0, 1))
    )
    fine = np.clip(below / np.float32(unit * 0.05), 0, 1) * np.float32(0.06 * near)
    foot = np.clip(below / np.float32(unit * (0.20 + 0.25 * near)), 0, 1)
    relief = 1 + ripple * fine * (0.4 + 0.6 * share)
    rim = np.exp(-np.abs(below) / np.float32(unit * 0.0025)) * share * 0.25
    bright, dim = share * relief, (1 - share) * relief
    colour = mixture(
        (bright * (1 - 0.30 * foot) + dim * 0.10 * foot, lit.linear()),
        (bright * 0.10 * foot, haze.linear()),
        (dim * (1 - 0.25 * foot), dark.linear()),
        (rim, palette.light.linear()),
    )
    slope = np.sqrt(1 + np.gradient(crest) ** 2)[None, :]
    rim = np.exp(-np.abs(below) / np.float32(unit * 0.0025)) * share * 0.25
    colour = colour + rim[..., None] * palette.light.linear()
    canvas.over((below / slope + 0.5).astype(np.float32), colour, top)
    if near < 1:
        band = step(1.0, 0.0, np.abs(canvas.y - level - unit * 0.08) / np.float32(unit * 0.09))
        cover = np.broadcast_to(band * np.float32(0.30 * (1 - near)), canvas.light.shape[:2])
        canvas.over(cover, haze.mixed(palette.light, 0.2).linear())
