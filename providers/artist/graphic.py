"""Drawn rather than seen: cut paper, height lines, shapes of the mid-century."""

import numpy as np

from providers.artist.canvas import Canvas, softened
from providers.artist.colour import Field, Oklch, gradient
from providers.artist.noise import fractal, step, warped
from providers.artist.scene import Scene


def paint_paper(canvas: Canvas, scene: Scene) -> None:
    """Sheets of paper with cut openings, one below another; each throws a shadow on the next."""
    palette, unit = scene.palette, canvas.unit
    x, y = canvas.coarse(1)
    shape = (canvas.height, canvas.width)
    field = canvas.full(
        fractal((shape[0] // 4, shape[1] // 4), unit * 0.42 / 4, 3, scene.rng, gain=0.30)
    )
    across = ((x / canvas.width - 0.5) * 1.5) ** 2 + ((y / canvas.height - 0.46) * 1.5) ** 2
    depth = field * 1.05 + across * 0.62
    grain = fractal((shape[0] // 2, shape[1] // 2), unit * 0.004, 2, scene.rng)
    fibre = canvas.full((0.97 + 0.06 * grain).astype(np.float32))
    stops = (
        (0.0, palette.light),
        (0.25, palette.horizon),
        (0.5, palette.middle),
        (0.75, palette.zenith),
        (1.0, palette.near.mixed(palette.zenith, 0.4)),
    )
    tones = gradient(stops, np.linspace(0, 1, 7, dtype=np.float32))
    tones[3] = palette.accent.mixed(palette.middle, 0.25).linear()
    canvas.light[:] = tones[0]
    canvas.glow((canvas.width * 0.5, canvas.height * 0.46), unit * 0.2, palette.light, 0.12)
    slope = np.hypot(*np.gradient(softened(canvas.small(depth, 4), 1.0))) / 4
    steep = canvas.full(np.maximum(slope, 1e-5).astype(np.float32))
    low, high = np.quantile(depth[::8, ::8], (0.10, 0.93))
    for sheet in range(1, 7):
        cut = low + (high - low) * (sheet - 1) / 6
        cover = np.clip((depth - cut) / steep + 0.5, 0, 1).astype(np.float32)
        down = max(1, int(unit * 0.010 / 4))
        cast = np.roll(canvas.small(cover, 4), (down, down // 2), axis=(0, 1))
        shade = np.clip(softened(cast, unit * 0.009 / 4), 0, 1)
        canvas.dim((1 - np.float32(0.42) * shade).astype(np.float32))
        canvas.over(cover, tones[sheet])
        lip = cover * np.clip(1.6 - np.abs((depth - cut) / steep - 1), 0, 1) * np.float32(0.16)
        canvas.over(lip, palette.light.linear())
    canvas.dim(fibre)


def paint_contours(canvas: Canvas, scene: Scene) -> None:
    """Lines of equal height on a tinted relief, every fifth one stronger."""
    palette, unit = scene.palette, canvas.unit
    shape = (canvas.height // 3, canvas.width // 3)
    cell = unit * 0.42 / 3
    bend = (fractal(shape, cell, 3, scene.rng) - 0.5) * np.float32(cell * 0.35)
    land = warped(fractal(shape, cell, 4, scene.rng, gain=0.36), bend, bend[::-1])
    height = canvas.full(softened(land, 2.0)) * 30
    deep = palette.near.mixed(palette.zenith, 0.6)
    stops = (
        (0.0, deep),
        (0.45, palette.zenith.mixed(deep, 0.2)),
        (0.75, palette.middle),
        (1.0, palette.horizon),
    )
    if not palette.is_dark:
        stops = (
            (0.0, palette.zenith),
            (0.4, palette.middle),
            (0.75, palette.horizon),
            (1.0, palette.light),
        )
    down, right = np.gradient(height)[:2]
    relief = np.clip(0.5 - (down + right) / np.float32(153 / unit), 0, 1)
    tint = gradient(stops, np.floor(height) / 30)
    canvas.light[:] = tint * (0.80 + 0.40 * relief)[..., None]
    slope = np.maximum(np.hypot(down, right), 1e-4)
    colour = palette.light if palette.is_dark else palette.near
    for every, thick, strong in ((1, 0.0006, 0.30), (5, 0.0011, 0.55)):
        near = np.abs((height / every + 0.5) % 1 - 0.5) * every / slope
        cover = np.clip(np.float32(max(0.5, unit * thick)) - near + 0.5, 0, 1)
        canvas.over(cover * np.float32(strong) * step(0.0005, 0.003, slope), colour.linear())
    canvas.glow((canvas.width * 0.5, canvas.height * 0.45), unit * 0.5, palette.accent, 0.05)


def paint_shapes(canvas: Canvas, scene: Scene) -> None:
    """A calm arrangement of discs, half discs, quarter rings and bars on a grid."""
    palette, unit = scene.palette, canvas.unit
    ground = palette.light.mixed(palette.horizon, 0.35) if not palette.is_dark else palette.zenith
    canvas.light[:] = ground.linear()
    columns = 8 if not canvas.is_portrait else 5
    size = canvas.width / columns
    rows = int(np.ceil(canvas.height / size))
    shift = (canvas.height - rows * size) / 2
    inks = (
        palette.accent,
        palette.zenith,
        palette.middle,
        palette.near.mixed(palette.zenith, 0.35),
        palette.horizon.mixed(palette.middle, 0.25),
        palette.accent.turned(35).lighter(0.06),
    )
    for row in range(rows):
        for column in range(columns):
            centre = abs((column + 0.5) / columns - 0.5) + abs((row + 0.5) / rows - 0.5)
            # Emptier towards the middle, where titles and captions are laid.
            if scene.rng.random() > 0.25 + 1.05 * centre:
                continue
            first, second = scene.rng.choice(len(inks), 2, replace=False)
            _motif(
                canvas,
                scene,
                (column * size, shift + row * size),
                size,
                inks[int(first)],
                inks[int(second)],
            )
    grain = fractal((canvas.height // 2, canvas.width // 2), unit * 0.003, 2, scene.rng)
    wash = fractal((canvas.height // 8, canvas.width // 8), unit * 0.5 / 8, 3, scene.rng)
    canvas.dim((0.95 + 0.10 * grain).astype(np.float32))
    canvas.dim((0.90 + 0.18 * wash).astype(np.float32))


def _motif(
    canvas: Canvas, scene: Scene, corner: tuple[float, float], size: float, ink: Oklch, other: Oklch
) -> None:
    left, top = max(0, round(corner[0])), max(0, round(corner[1]))
    x = (canvas.x[:, left : max(left, round(corner[0] + size))] - corner[0]) / np.float32(size)
    y = (canvas.y[top : max(top, round(corner[1] + size))] - corner[1]) / np.float32(size)
    if not x.size or not y.size:
        return
    for _ in range(int(scene.rng.integers(4))):  # quarter turns
        x, y = 1 - y + 0 * x, x + 0 * y
    kind = int(scene.rng.integers(7))
    middle, origin = np.hypot(x - 0.5, y - 0.5), np.hypot(x, y)
    covers: tuple[tuple[Field, Oklch], ...]
    if kind == 0:
        covers = ((0.5 - middle, ink), (0.22 - middle, other))
    elif kind == 1:
        covers = ((1.0 - origin, ink), (0.5 - origin, other))
    elif kind == 2:
        covers = (
            (np.minimum(0.5 - middle, 0.5 - y), ink),
            (np.minimum(0.5 - np.hypot(x - 0.5, y - 1), y - 0.5), other),
        )
    elif kind == 3:
        bars = 0.25 - np.abs((x * 4) % 1 - 0.5)
        covers = ((bars / 4 + 0 * y, ink),)
    elif kind == 4:
        covers = (
            (1.0 - origin, ink),
            (1.0 - np.hypot(x - 1, y - 1) + 0 * x, other),
            (
                np.minimum(1 - origin, 1 - np.hypot(x - 1, y - 1)),
                ink.mixed(other, 0.5).lighter(-0.08),
            ),
        )
    elif kind == 5:
        rings = 0.25 - np.abs((origin * 4) % 1 - 0.5)
        covers = ((np.minimum(rings / 4, 1.0 - origin), ink),)
    else:
        covers = ((1 - x + 0 * y, ink), (0.5 - np.hypot(x, y - 0.5), other))
    part = (
        canvas.light[top : top + y.shape[0], left : left + x.shape[1]]
        if x.shape[0] == 1
        else canvas.light[top : top + x.shape[0], left : left + x.shape[1]]
    )
    for inside, colour in covers:
        cover = np.clip(inside * np.float32(size) + 0.5, 0, 1)[..., None]
        part += cover * (colour.linear() - part)
