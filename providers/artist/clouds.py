"""Above the clouds: rows of lit cumulus heads under a low sun."""

import numpy as np

from providers.artist.canvas import Canvas, Point, softened
from providers.artist.colour import Field
from providers.artist.noise import curve, fractal, step, warped
from providers.artist.scene import Scene
from providers.artist.sky import paint_air

LAYERS = 5


def paint_clouds(canvas: Canvas, scene: Scene) -> None:
    """A sea of clouds to the horizon; the sun stands low above it."""
    # All of it is soft, so it is painted at half size.
    small = Canvas(max(8, canvas.width // 2), max(8, canvas.height // 2))
    palette, unit = scene.palette, small.unit
    base = small.height * 0.56
    sun = (small.width * scene.between(0.30, 0.70), base - unit * scene.between(0.10, 0.17))
    paint_air(small, scene, sun, base + unit * 0.03, clouds=0.8)
    for layer in range(LAYERS):
        near = layer / (LAYERS - 1)
        level = base + (small.height * 0.90 - base) * near**1.5
        _bank(small, scene, sun, level, near)
    small.glow(sun, unit * 0.22, palette.light, 0.14)
    canvas.light[:] = np.maximum(canvas.full(small.light), 0)


def _bank(canvas: Canvas, scene: Scene, sun: Point, level: float, near: float) -> None:
    """One row of cumulus: many shaded balls, then ruffled by a displacement."""
    palette = scene.palette
    x, y = canvas.x, canvas.y
    shape = (y.shape[0], x.shape[1])
    cover = np.zeros(shape, np.float32)
    shade = np.zeros(shape, np.float32)
    size = canvas.unit * (0.035 + 0.085 * near)
    rises = curve(64, 12.0, 3, scene.rng) ** 1.5
    count = int(canvas.width / size * 5.5)
    depths = np.sort(scene.rng.random(count))
    for depth in depths:
        where = scene.between(-0.05, 1.05)
        rise = float(rises[int(np.clip(where, 0, 1) * 63)]) * size * 3.6
        radius = size * scene.between(0.45, 1.15) * (1.1 - 0.35 * (1 - depth))
        at = (where * canvas.width, level - rise * (1 - depth) + size * 0.9 * depth)
        _ball(canvas, cover, shade, at, radius, sun)
    below = step(level, level + size * 1.1, y)
    shade = shade * cover + (1 - cover) * np.float32(0.3)
    cover = np.maximum(cover, below)
    cell = size
    side = (fractal(shape, cell * 0.75, 5, scene.rng, gain=0.62) - 0.5) * np.float32(cell * 0.85)
    lift = (fractal(shape, cell * 0.75, 5, scene.rng, gain=0.62) - 0.5) * np.float32(cell * 0.85)
    cover, shade = warped(cover, side, lift), warped(softened(shade, cell * 0.06), side, lift)
    glow = np.exp(-((x - sun[0]) ** 2) / np.float32((canvas.unit * 0.42) ** 2))
    sunk = step(level + size * 2.2, level - size * 1.5, y)
    under = palette.middle.mixed(palette.zenith, 0.35 + 0.25 * near)
    dark = under.mixed(palette.horizon, 0.50 * (1 - near)).linear()
    pale = palette.horizon.mixed(palette.middle, 0.18 * near).linear()
    bright = palette.light.mixed(palette.horizon, 0.2).linear() * np.float32(1.15)
    lit = shade * (0.30 + 0.70 * sunk)
    colours = dark + (pale - dark) * lit[..., None]
    rim = (glow * step(0.62, 1.0, shade) * sunk * np.float32(0.8 - 0.35 * near))[..., None]
    colours = colours + (bright - colours) * rim
    top = max(0, int(level - size * 6))
    canvas.over(cover[top:], colours[top:].astype(np.float32), top)


def _ball(canvas: Canvas, cover: Field, shade: Field, at: Point, radius: float, sun: Point) -> None:
    """Adds one ball to the bank, lit from above and from the sun's side."""
    rows, columns = cover.shape
    column, row, reach = (*at, radius)
    left, right = max(0, int(column - reach)), min(columns, int(column + reach) + 2)
    top, bottom = max(0, int(row - reach)), min(rows, int(row + reach) + 2)
    if left >= right or top >= bottom:
        return
    dx = (np.arange(left, right, dtype=np.float32)[None, :] - column) / reach
    dy = (np.arange(top, bottom, dtype=np.float32)[:, None] - row) / reach
    solid = step(1.0, 0.72, np.sqrt(dx**2 + dy**2))
    aside = np.float32(np.clip((sun[0] - at[0]) / (canvas.unit * 0.5), -1, 1) * 0.35)
    lit = np.clip(0.48 - 0.52 * dy + aside * dx, 0, 1)
    part = shade[top:bottom, left:right]
    part += solid * (lit - part)
    within = cover[top:bottom, left:right]
    np.maximum(within, solid, out=within)
