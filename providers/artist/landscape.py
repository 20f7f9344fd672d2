"""Mountains in layers of air, with a sun or moon, mist and, where the words ask, a lake."""

import numpy as np

from providers.artist.canvas import Canvas, softened
from providers.artist.colour import Field, Oklch
from providers.artist.noise import curve, fractal, sampled, step
from providers.artist.scene import Scene
from providers.artist.sky import paint_air
from providers.artist.trees import pine_row

LAYERS = 6


def paint_mountains(canvas: Canvas, scene: Scene) -> None:
    """Ridge behind ridge; each nearer one is darker, less blue and sharper."""
    palette, unit = scene.palette, canvas.unit
    has_lake = "lake" in scene.traits or (
        not scene.traits & {"snow", "pines"} and scene.chance(0.3)
    )
    base = canvas.height * (0.60 if has_lake else 0.66)
    sun = (canvas.width * scene.between(0.3, 0.7), base - unit * scene.between(0.24, 0.30))
    paint_air(canvas, scene, sun, base)
    snowy = palette.horizon.lightness > 0.8 and not scene.traits & {"dunes"}
    for layer in range(LAYERS):
        near = layer / (LAYERS - 1)
        rise = unit * (0.36 - 0.22 * near) * (0.7 if layer == 0 else 1.0)
        crest = _crest(canvas, scene, near, rise, base)
        _ridge(canvas, scene, crest, near, rise, snowy=snowy and layer < 3)
        if layer < LAYERS - 1:
            _mist(canvas, scene, float(np.median(crest)) + rise * 0.55, unit * 0.07, near)
    if has_lake:
        paint_lake(canvas, scene, int(canvas.height * 0.70))
    else:
        crest = curve(canvas.width, unit * 0.7, 3, scene.rng) * unit * 0.08 + canvas.height * 0.86
        pine_row(canvas, scene, crest, palette.near.lighter(-0.02), unit * 0.085)


def _crest(canvas: Canvas, scene: Scene, near: float, rise: float, base: float) -> Field:
    cell = canvas.unit * (0.62 - 0.25 * near)
    shape = curve(canvas.width, cell, 8, scene.rng, gain=0.48, ridged=near < 0.7)
    # The bulk, not only the detail, must differ along the row, or ridges read as saw teeth.
    bulk = curve(canvas.width, canvas.unit * 0.9, 2, scene.rng)
    drop = canvas.height * 0.20 * near**1.3
    return np.asarray(base + drop - rise * (0.55 * shape + 0.45 * bulk), dtype=np.float32)


def _ridge(
    canvas: Canvas, scene: Scene, crest: Field, near: float, rise: float, *, snowy: bool
) -> None:
    palette = scene.palette
    distance = (1 - near) ** 1.25
    body = palette.near.mixed(palette.middle, 0.18).mixed(
        palette.horizon.mixed(palette.middle, 0.45), distance * 0.88
    )
    foot = body.mixed(palette.horizon, 0.30 + 0.30 * distance)
    x, y = canvas.coarse(3)
    cell = canvas.unit * 0.10 / 3
    rough = fractal(
        (y.shape[0], x.shape[1]), cell, 5, scene.rng, gain=0.55, stretch=0.8, ridged=True
    )
    lit = np.diff(softened(rough, 1.0), axis=1, prepend=rough[:, :1])
    spread = float(lit.std()) or 1.0
    relief = np.clip(lit / spread, -2, 2) * np.float32(0.14 * (1 - near) ** 0.7 + 0.02)
    texture = (1 + relief).astype(np.float32)
    canvas.ground(crest, ((0.0, body), (1.0, foot)), rise * 1.5, 1.2, texture)
    if snowy:
        _snow(canvas, crest, relief, rise, palette.light.mixed(body, 0.25 + 0.35 * distance))


def _snow(canvas: Canvas, crest: Field, relief: Field, rise: float, colour: Oklch) -> None:
    x, y = canvas.coarse(3)
    line = np.interp(x[0], canvas.x[0], crest).astype(np.float32)
    high = float(line.min())
    # Snow lies on high ground, thins downwards and keeps to one side of every rib.
    below = (y - line[None, :]) / np.float32(rise * 0.42)
    altitude = (line[None, :] - high) / np.float32(rise * 0.75)
    cover = step(0.1, 0.75, 1.15 - below - altitude + relief * 2.2) * (y > line[None, :] - 1)
    top = int(max(0, high - 3))
    slope = np.clip(canvas.y - crest[None, :] + 0.5, 0, 1)
    full = np.clip(canvas.full(cover.astype(np.float32)), 0, 1) * slope
    canvas.over(full[top:] * np.float32(0.85), colour.linear(), top)


def _mist(canvas: Canvas, scene: Scene, level: float, thickness: float, near: float) -> None:
    x, y = canvas.coarse(6)
    cloud = fractal((y.shape[0], x.shape[1]), canvas.unit * 0.5 / 6, 4, scene.rng, stretch=3.0)
    lift = (cloud - 0.5) * np.float32(thickness * 1.6)
    band = np.exp(-(((y - level - lift) / np.float32(thickness)) ** 2))
    cover = canvas.full(
        (band * (0.35 + 0.5 * cloud) * np.float32(0.55 * (1 - near))).astype(np.float32)
    )
    canvas.over(cover, scene.palette.horizon.mixed(scene.palette.light, 0.25).linear())


def paint_lake(canvas: Canvas, scene: Scene, waterline: int) -> None:
    """Still water from `waterline` (row) down: the picture above, upside down and rippled."""
    depth = canvas.height - waterline
    mirrored = canvas.mirror(waterline, depth)
    rows = np.arange(depth, dtype=np.float32)[:, None]
    ripple = fractal((depth, canvas.width), canvas.unit * 0.016, 3, scene.rng, stretch=7.0)
    far = rows / np.float32(depth)
    shift = (ripple - 0.5) * (np.float32(canvas.unit * 0.05) * far + 1)
    columns = np.arange(canvas.width, dtype=np.float32)[None, :]
    water = sampled(mirrored, columns + shift * 0.15, rows + shift)
    dark = scene.palette.near.mixed(scene.palette.zenith, 0.5).linear()
    share = 0.16 + 0.42 * far
    glint = step(0.70, 0.92, ripple) * np.exp(-far * 5) * np.float32(0.25)
    pale = scene.palette.horizon.linear()
    for channel in range(3):
        body = water[..., channel] * (1 - share) + dark[channel] * share * np.float32(0.8)
        canvas.light[waterline:, :, channel] = body + glint * pale[channel]
    shore = np.exp(-(((canvas.y - waterline) / np.float32(canvas.unit * 0.004)) ** 2))
    canvas.over(
        np.broadcast_to(shore, canvas.light.shape[:2]) * 0.35, scene.palette.horizon.linear()
    )
