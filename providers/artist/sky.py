"""The air behind a scene: gradient, sun or moon, high clouds, stars."""

import numpy as np

from providers.artist.canvas import Canvas, Point, softened
from providers.artist.noise import fractal, step, warped
from providers.artist.scene import Scene


def paint_air(
    canvas: Canvas, scene: Scene, sun: Point, base: float, *, clouds: float = 1.0
) -> None:
    """The sky down to `base` (row): gradient, glow, sun or moon, and thin high clouds."""
    palette, unit = scene.palette, canvas.unit
    level = base / canvas.height
    canvas.sky((0.0, palette.zenith), (level * 0.55, palette.middle), (level, palette.horizon))
    if scene.is_night:
        paint_stars_field(canvas, scene, base, 1.0)
    if clouds:
        _cirrus(canvas, scene, sun, base, clouds)
    strong = 0.55 if scene.is_night else 1.0
    canvas.glow(sun, unit * 0.30, palette.horizon.mixed(palette.light, 0.4), 0.42 * strong)
    canvas.glow(sun, unit * 0.07, palette.light, 0.65 * strong, 1.8)
    paint_orb(canvas, scene, sun)


def paint_orb(canvas: Canvas, scene: Scene, at: Point) -> None:
    """The sun as a disc brighter than paper, the moon as a shaded disc with seas."""
    palette, unit = scene.palette, canvas.unit
    if not scene.is_night:
        canvas.disc(at, unit * 0.034, palette.light, 1.9, unit * 0.002)
        return
    radius = unit * 0.040
    left, top = int(at[0] - radius - 2), int(at[1] - radius - 2)
    size = int(2 * radius + 5)
    patch = fractal((size, size), radius * 0.7, 4, scene.rng)
    canvas.disc(at, radius, palette.light, 1.05)
    bottom, right = min(canvas.height, top + size), min(canvas.width, left + size)
    rows, columns = slice(max(0, top), bottom), slice(max(0, left), right)
    dx, dy = canvas.x[:, columns] - at[0], canvas.y[rows] - at[1]
    inside = np.clip(radius - np.sqrt(dx**2 + dy**2), 0, 1)
    seas = step(
        0.45, 0.75, patch[rows.start - top : bottom - top, columns.start - left : right - left]
    )
    canvas.light[rows, columns] *= (1 - 0.22 * seas * inside)[..., None]


def _cirrus(canvas: Canvas, scene: Scene, sun: Point, base: float, amount: float) -> None:
    palette = scene.palette
    x, y = canvas.coarse(4)
    shape = (y.shape[0], x.shape[1])
    cell = canvas.unit * 0.34 / 4
    bend = fractal(shape, cell * 1.6, 3, scene.rng, stretch=2.0) - 0.5
    streaks = fractal(shape, cell * 0.55, 6, scene.rng, gain=0.56, stretch=4.0)
    streaks = warped(streaks, bend * cell * 1.5, bend * cell * 0.8)
    patches = fractal(shape, cell * 2.2, 3, scene.rng, stretch=2.0)
    cover = step(0.45, 0.95, streaks * 0.6 + patches * 0.5) * step(base, base * 0.55, y)
    distance = np.sqrt((x - sun[0]) ** 2 + (y - sun[1]) ** 2) / np.float32(canvas.unit)
    lit = np.exp(-distance * 1.8)[..., None]
    cold = palette.middle.mixed(palette.horizon, 0.55).linear()
    warm = palette.horizon.mixed(palette.light, 0.6).linear() * 1.1
    colours = canvas.full((cold + (warm - cold) * lit).astype(np.float32))
    strong = 0.35 if scene.is_night else 0.62
    canvas.over(canvas.full(cover) * np.float32(strong * amount), colours)


def paint_stars_field(canvas: Canvas, scene: Scene, base: float, amount: float) -> None:
    """Stars above the row `base`: many faint ones, few bright ones with a small halo."""
    unit, rng = canvas.unit, scene.rng
    sheet = np.zeros((canvas.height, canvas.width), np.float32)
    count = int(1500 * amount * max(1.0, canvas.width * canvas.height / unit**2))
    xs = rng.integers(1, canvas.width - 1, count)
    ys = (rng.random(count) ** 1.15 * (min(base, canvas.height) - 3)).astype(np.int64) + 1
    power = 0.05 + 0.55 * rng.pareto(2.2, count).clip(0, 6)
    power *= 1 - 0.85 * (ys / base) ** 2
    # One pixel of a large sheet would vanish when it is shown smaller, so stars grow with it.
    sigma = max(0.6, unit * 0.00042)
    np.add.at(sheet, (ys, xs), (power * sigma**2 * 5).astype(np.float32))
    canvas.add(softened(sheet, sigma), scene.palette.light.vivid(0.5).linear())
    tints = (
        scene.palette.light,
        scene.palette.accent.lighter(0.12),
        scene.palette.horizon.lighter(0.3),
    )
    for star in np.argsort(power)[-24:]:
        at = (float(xs[star]), float(ys[star]))
        tint = tints[int(star) % 3].vivid(0.7)
        canvas.spot(at, unit * 0.0011, tint, 1.6, unit * 0.0012)
        canvas.spot(at, unit * 0.002, tint, 0.10, unit * 0.012)
