"""Rolling country: fields on soft hills, hedges, a path and a tree."""

from dataclasses import replace

import numpy as np

from providers.artist.canvas import Canvas, Mask, cover_of, polygon
from providers.artist.colour import Field, Oklch
from providers.artist.noise import curve, fractal, step
from providers.artist.palettes import NAMED, Hour
from providers.artist.scene import Scene
from providers.artist.sky import paint_air

LAYERS = 5


def paint_hills(canvas: Canvas, scene: Scene) -> None:
    """Hill behind hill with ploughed lines; one great tree stands beside the centre."""
    # Words like meadow give green light; the land takes it and the sky stays blue.
    if scene.palette.hour is Hour.DAY and 95 < scene.palette.zenith.hue < 200:
        scene = replace(scene, palette=scene.palette.mixed(NAMED["day"], 0.8))
    palette, unit = scene.palette, canvas.unit
    base = canvas.height * 0.54
    side = 1 if scene.chance(0.5) else -1
    sun = (
        canvas.width * (0.5 - side * scene.between(0.12, 0.24)),
        base - unit * scene.between(0.16, 0.24),
    )
    paint_air(canvas, scene, sun, base, clouds=1.1)
    green = Oklch(0.60, 0.12, 132).mixed(palette.near, 0.30 if not palette.is_dark else 0.75)
    for layer in range(LAYERS):
        near = layer / (LAYERS - 1)
        swell = curve(canvas.width, unit * (0.42 + 0.25 * near), 2, scene.rng, gain=0.25)
        level = base + (canvas.height * 0.90 - base) * near**1.25
        crest = (level + unit * 0.03 - swell * unit * (0.09 + 0.07 * near)).astype(np.float32)
        haze = palette.horizon.mixed(palette.middle, 0.35)
        lit = green.mixed(palette.light, 0.38).mixed(palette.accent, 0.16 * (layer % 2))
        lit = lit.mixed(haze, 0.72 * (1 - near))
        shade = green.mixed(palette.near, 0.40).mixed(haze, 0.62 * (1 - near))
        stops = ((0.0, lit), (0.45, lit.mixed(shade, 0.55)), (1.0, shade))
        canvas.ground(
            crest, stops, unit * (0.16 + 0.20 * near), 1.2, _rows(canvas, scene, crest, near)
        )
        if 0 < layer < LAYERS - 1:
            _hedge(canvas, scene, crest, near, shade.mixed(palette.near, 0.28 * near))
        if layer == LAYERS - 2:
            column = int(canvas.width * (0.5 + 0.24 * side))
            foot = (float(column), float(crest[column]) + unit * 0.006)
            _tree(canvas, scene, foot, unit * 0.20, shade.mixed(palette.near, 0.72), side)


def _rows(canvas: Canvas, scene: Scene, crest: Field, near: float) -> Field:
    """Brightness of ploughed rows that follow the ground and close up in the distance."""
    x, y = canvas.coarse(2)
    line = np.interp(x[0], canvas.x[0], crest).astype(np.float32)
    below = np.maximum(y - line[None, :], 0.0) / np.float32(canvas.unit)
    soft = fractal((y.shape[0], x.shape[1]), canvas.unit * 0.10 / 2, 4, scene.rng, stretch=2.5)
    lean = scene.between(-1.4, 1.4)
    phase = (x / np.float32(canvas.unit) * np.float32(lean) + np.sqrt(below + 0.002)) * (
        30 - 8 * near
    )
    rows = np.sin(phase * 2 * np.pi + soft * 2.0) * np.exp(-below * 5)
    tone = 0.93 + 0.14 * soft + 0.045 * rows * (0.3 + 0.7 * near)
    return np.asarray(tone, dtype=np.float32)


def _hedge(canvas: Canvas, scene: Scene, crest: Field, near: float, colour: Oklch) -> None:
    """Bushes and small round trees along parts of a crest."""
    unit = canvas.unit
    mask = canvas.mask()
    groves = curve(256, 26.0, 2, scene.rng)
    for _ in range(int(150 * canvas.width / unit)):
        where = scene.rng.random()
        if groves[int(where * 255)] < 0.62:
            continue
        column = int(where * (canvas.width - 1))
        size = unit * (0.004 + 0.010 * near) * scene.between(0.5, 1.3)
        _crown(mask, scene, (float(column), float(crest[column]) - size * 0.5), size)
    canvas.over(cover_of(mask), colour.linear())


def _crown(mask: Mask, scene: Scene, at: tuple[float, float], size: float) -> None:
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    phases = scene.rng.random(3) * 6.28
    edge = (
        1
        + 0.10 * np.sin(turn * 5 + phases[0])
        + 0.07 * np.sin(turn * 8 + phases[1])
        + 0.05 * np.sin(turn * 13 + phases[2])
    )
    points = np.stack(
        [at[0] + np.cos(turn) * edge * size, at[1] + np.sin(turn) * edge * size * 0.9], 1
    )
    polygon(mask, points.astype(np.float32))


def _tree(
    canvas: Canvas, scene: Scene, foot: tuple[float, float], height: float, colour: Oklch, side: int
) -> None:
    """A broad tree: a forked trunk and a crown of many leaf clumps, lit from the sun's side."""
    mask = canvas.mask()
    x, y = foot
    wide = height * 0.035
    for lean in (-0.22, -0.06, 0.10, 0.26):
        top = (x + lean * height, y - height * 0.62)
        points = [
            (x - wide, y),
            (x - wide * 0.5, y - height * 0.25),
            top,
            (x + wide * 0.5, y - height * 0.25),
            (x + wide, y),
        ]
        polygon(mask, np.array(points, np.float32))
    canvas.over(cover_of(mask), colour.linear())
    warm = scene.palette.light.mixed(scene.palette.accent, 0.35)
    clumps = []
    for _ in range(90):
        turn, off = scene.between(0, 6.28), float(np.sqrt(scene.rng.random()))
        clumps.append(
            (
                x + np.cos(turn) * off * height * 0.40,
                y - height * 0.70 + np.sin(turn) * off * height * 0.27,
            )
        )
    clumps.sort(key=lambda clump: side * clump[0] * 0.6 - clump[1], reverse=True)
    groups = 6
    for group in range(groups):
        mask = canvas.mask()
        for clump in clumps[group::1][: len(clumps) * (groups - group) // groups]:
            _crown(
                mask,
                scene,
                (clump[0] - side * group * height * 0.012, clump[1] - group * height * 0.010),
                height * scene.between(0.045, 0.085) * (1 - 0.10 * group),
            )
        lit = colour.mixed(warm, 0.05 + 0.07 * group)
        canvas.over(cover_of(mask) * np.float32(1.0 if group == 0 else 0.55), lit.linear())
    shadow = step(
        1.0,
        0.0,
        np.hypot(
            (canvas.x - x - side * height * 0.4) / (height * 0.75),
            (canvas.y - y - height * 0.02) / (height * 0.05),
        ),
    )
    canvas.light *= (1 - 0.35 * shadow * (canvas.y > y))[..., None]
