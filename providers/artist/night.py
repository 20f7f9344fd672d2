"""Night skies: the Milky Way over a ridge, and the aurora over snow or water."""

import numpy as np

from providers.artist.canvas import Canvas
from providers.artist.colour import Field
from providers.artist.landscape import paint_lake
from providers.artist.noise import curve, fractal, step, warped
from providers.artist.palettes import NAMED, Palette
from providers.artist.scene import Scene
from providers.artist.sky import paint_stars_field
from providers.artist.trees import pine_row


def paint_stars(canvas: Canvas, scene: Scene) -> None:
    """The Milky Way rising from a dark ridge with conifers."""
    palette, unit = darkened(scene.palette), canvas.unit
    base = canvas.height * 0.86
    canvas.sky((0.0, palette.zenith), (0.6, palette.middle), (0.95, palette.horizon))
    lean = scene.between(0.35, 0.75) * (1 if scene.chance(0.5) else -1)
    _milky_way(canvas, scene, lean)
    paint_stars_field(canvas, scene, base, 1.7)
    glow = (canvas.width * (0.5 - 0.25 * np.sign(lean)), base + unit * 0.05)
    canvas.glow(glow, unit * 0.28, palette.accent.mixed(palette.horizon, 0.35), 0.20, 2.0)
    for layer in range(2):
        shape = curve(canvas.width, unit * (0.55 - 0.2 * layer), 7, scene.rng, ridged=layer == 0)
        crest = base - shape * unit * (0.16 - 0.08 * layer) + unit * 0.055 * layer
        colour = palette.near.mixed(palette.middle, 0.28 * (1 - layer))
        if layer:
            pine_row(canvas, scene, crest, colour, unit * 0.085, density=0.7, calm=True)
        else:
            canvas.ground(crest, ((0, colour), (1, palette.near)), unit * 0.2)


def _milky_way(canvas: Canvas, scene: Scene, lean: float) -> None:
    palette = scene.palette
    x, y = canvas.coarse(3)
    shape = (y.shape[0], x.shape[1])
    cell = canvas.unit * 0.16 / 3
    centre = canvas.width * 0.5 + lean * (y - canvas.height * 0.5) * canvas.width / canvas.unit
    bend = fractal(shape, cell * 2, 3, scene.rng) - 0.5
    across = (x - centre) / np.float32(canvas.unit) * np.float32(
        1 / np.hypot(1, lean)
    ) + bend * 0.10
    cloud = fractal(shape, cell, 6, scene.rng, gain=0.58)
    dust = fractal(shape, cell * 0.8, 6, scene.rng, gain=0.6, ridged=True)
    dust = warped(dust, bend * cell * 2, bend * cell)
    core = np.exp(-((across / 0.060) ** 2))
    halo = np.exp(-((across / 0.17) ** 2))
    lane = step(0.38, 0.85, dust) * np.exp(-((across / 0.075) ** 2))
    fade = step(canvas.height * 0.98, canvas.height * 0.45, y)
    body = halo * (0.25 + 0.75 * cloud) * (1 - 0.80 * lane) * fade
    canvas.add(
        body * np.float32(0.24), palette.horizon.mixed(palette.light, 0.30).vivid(1.5).linear()
    )
    warm = core * cloud**1.5 * (1 - 0.88 * lane) * fade
    canvas.add(warm * np.float32(0.55), palette.light.mixed(palette.accent, 0.50).linear())
    violet = halo * (1 - cloud) * step(0.3, 0.9, bend + 0.5) * fade
    canvas.add(violet * np.float32(0.35), palette.middle.turned(45).vivid(1.8).linear())
    # The band is itself made of stars.
    count = int(5000 * canvas.width * canvas.height / canvas.unit**2)
    rows = scene.rng.integers(0, shape[0], count)
    columns = scene.rng.integers(0, shape[1], count)
    keep = scene.rng.random(count) < (halo * (1 - 0.8 * lane) * fade)[rows, columns]
    fine = np.zeros((canvas.height, canvas.width), np.float32)
    at_y = np.minimum(rows[keep] * 3 + scene.rng.integers(0, 3, int(keep.sum())), canvas.height - 1)
    at_x = np.minimum(columns[keep] * 3 + 1, canvas.width - 1)
    fine[at_y, at_x] = scene.rng.random(int(keep.sum()), dtype=np.float32) * 0.35
    canvas.add(fine, palette.light.linear())


def paint_aurora(canvas: Canvas, scene: Scene) -> None:
    """Curtains of light over far mountains, mirrored in still water."""
    palette, unit = darkened(scene.palette), canvas.unit
    base = canvas.height * 0.70
    canvas.sky((0.0, palette.zenith), (0.7, palette.middle), (1.0, palette.horizon))
    paint_stars_field(canvas, scene, base, 1.0)
    green = palette.light.vivid(1.25)
    for curtain in range(3):
        _curtain(canvas, scene, curtain, green.linear(), palette.accent.vivid(1.2).linear())
    crest = base - curve(canvas.width, unit * 0.5, 8, scene.rng, ridged=True) * unit * 0.15
    far = palette.near.mixed(palette.middle, 0.35)
    canvas.ground(crest, ((0, far), (1, palette.near)), unit * 0.16)
    low = base + unit * 0.02 - curve(canvas.width, unit * 0.4, 5, scene.rng) * unit * 0.05
    pine_row(canvas, scene, low, palette.near.lighter(-0.01), unit * 0.045)
    paint_lake(canvas, scene, int(canvas.height * 0.76))


def _curtain(canvas: Canvas, scene: Scene, index: int, low: Field, high: Field) -> None:
    x, y = canvas.coarse(3)
    columns = x.shape[1]
    unit = canvas.unit
    fold = curve(columns, unit * 0.36 / 3, 3, scene.rng, gain=0.40)
    foot = canvas.height * (0.57 - 0.11 * index) - (fold - 0.5) * unit * 0.42
    # Rays: fine columns of light; where the curtain folds towards us they crowd and brighten.
    rays = curve(columns, unit * 0.030 / 3, 3, scene.rng, gain=0.6)
    slow = curve(columns, unit * 0.30 / 3, 3, scene.rng)
    length = unit * (0.05 + 0.16 * slow + 0.05 * rays)
    bright = (0.45 + 0.55 * rays) * step(0.15, 0.7, slow) * (1.0 - 0.22 * index)
    above = foot[None, :] - y
    body = np.exp(-np.maximum(above, 0) / length[None, :])
    body *= step(-unit * 0.016, unit * 0.028, above)
    body *= bright[None, :]
    tint = step(0.25, 1.9, above / length[None, :])[..., None]
    colours = low + (high - low) * tint
    light = canvas.full((body[..., None] * colours * np.float32(0.85)).astype(np.float32))
    canvas.light += np.maximum(light, 0)
    canvas.add(np.exp(-((above / (length[None, :] * 1.5)) ** 2)) * bright * np.float32(0.07), low)


def darkened(palette: Palette) -> Palette:
    """The palette if lamps and stars show against it, else its colours pulled into the night."""
    return palette if palette.is_dark else palette.mixed(NAMED["night"], 0.8)
