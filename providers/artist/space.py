"""Beyond the sky: a planet with its air, and clouds of glowing gas."""

import numpy as np

from providers.artist.canvas import Canvas, softened
from providers.artist.colour import Field, Real, gradient
from providers.artist.night import darkened
from providers.artist.noise import fractal, sampled, step, warped
from providers.artist.palettes import Palette
from providers.artist.scene import Scene
from providers.artist.sky import paint_stars_field


def paint_space(canvas: Canvas, scene: Scene) -> None:
    """A banded planet lit from one side, some with rings, and a small moon."""
    palette, unit = darkened(scene.palette), canvas.unit
    canvas.light[:] = palette.near.lighter(-0.02).linear()
    _gas(canvas, scene, palette, 0.16)
    paint_stars_field(canvas, scene, canvas.height * 1.6, 1.3)
    side = 1 if scene.chance(0.5) else -1
    radius = unit * scene.between(0.25, 0.32)
    place = (0.5 + 0.20 * side) if not canvas.is_portrait else 0.5 + 0.1 * side
    at = (canvas.width * place, canvas.height * (0.54 if not canvas.is_portrait else 0.42))
    sun = np.array([-0.62 * side, -0.42, 0.50])
    canvas.glow(at, radius * 1.08, palette.middle.mixed(palette.light, 0.2), 0.14, 3.0)
    ringed = scene.chance(0.6)
    if ringed:
        _ring(canvas, palette, at, radius, front=False)
    _planet(canvas, scene, palette, at, radius, sun / np.linalg.norm(sun))
    if ringed:
        _ring(canvas, palette, at, radius, front=True)
    moon = (at[0] - side * radius * 1.75, at[1] - radius * 0.85)
    _planet(canvas, scene, palette, moon, radius * 0.13, sun / np.linalg.norm(sun), plain=True)


def _planet(
    canvas: Canvas,
    scene: Scene,
    palette: Palette,
    at: tuple[float, float],
    radius: float,
    sun: Real,
    *,
    plain: bool = False,
) -> None:
    """A lit ball: bands of weather, a soft terminator, a rim of scattered light."""
    left, right = max(0, int(at[0] - radius * 1.12)), min(canvas.width, int(at[0] + radius * 1.12))
    top, bottom = max(0, int(at[1] - radius * 1.12)), min(canvas.height, int(at[1] + radius * 1.12))
    if left >= right or top >= bottom:
        return
    dx = (canvas.x[:, left:right] - at[0]) / np.float32(radius)
    dy = (canvas.y[top:bottom] - at[1]) / np.float32(radius)
    off = np.sqrt(dx**2 + dy**2)
    z = np.sqrt(np.clip(1 - off**2, 0, 1))
    tilt = 0.35
    along, height = dx * np.cos(tilt) + dy * np.sin(tilt), dy * np.cos(tilt) - dx * np.sin(tilt)
    longitude = np.arctan2(along, np.maximum(z, 1e-3)) / np.pi + 0.5
    size = 384
    swirl = fractal((size, size), 90, 5, scene.rng, gain=0.55, stretch=1.6) - 0.5
    bands = fractal((size, size), 44, 5, scene.rng, gain=0.6, stretch=9.0)
    weather = warped(bands, swirl * 60, swirl * 26)
    if plain:
        weather = fractal((size, size), 60, 5, scene.rng, gain=0.6) * 0.5 + 0.2
    seen = sampled(weather, longitude * (size - 1), (height * 0.5 + 0.5) * (size - 1))
    stops = (
        (0.0, palette.zenith.lighter(0.22)),
        (0.35, palette.middle.lighter(0.16)),
        (0.55, palette.horizon.lighter(0.10)),
        (0.75, palette.accent.mixed(palette.horizon, 0.45)),
        (1.0, palette.light),
    )
    colour = (
        gradient(stops, seen)
        if not plain
        else palette.light.mixed(palette.middle, 0.3).linear() * (0.6 + 0.5 * seen[..., None])
    )
    facing = dx * np.float32(sun[0]) + dy * np.float32(sun[1]) + z * np.float32(sun[2])
    day = step(-0.10, 0.85, facing) * 1.15
    rim = (1 - z) ** 3 * step(-0.25, 0.6, facing)
    air = palette.light.mixed(palette.horizon, 0.35).linear()
    lit = colour * (day + 0.012)[..., None] + air * (rim * 0.9)[..., None]
    cover = np.clip((1 - off) * radius + 0.5, 0, 1)[..., None]
    part = canvas.light[top:bottom, left:right]
    part += cover * (lit - part)
    if not plain:
        outside = (
            np.exp(-np.maximum(off - 1, 0) * 34) * (off > 1 - 1 / radius) * step(-0.35, 0.7, facing)
        )
        part += (outside * 0.42)[..., None] * air * (1 - cover)


def _ring(
    canvas: Canvas,
    palette: Palette,
    at: tuple[float, float],
    radius: float,
    *,
    front: bool,
) -> None:
    """Half of the ring: what passes behind the planet, or in front of it."""
    tilt, squeeze = 0.35, 0.20
    dx, dy = (canvas.x - at[0]) / np.float32(radius), (canvas.y - at[1]) / np.float32(radius)
    along = dx * np.float32(np.cos(tilt)) + dy * np.float32(np.sin(tilt))
    across = (dy * np.float32(np.cos(tilt)) - dx * np.float32(np.sin(tilt))) / np.float32(squeeze)
    off = np.sqrt(along**2 + across**2)
    # Both halves must show the same grooves, so their randomness is fixed by the palette.
    grooves = fractal(
        (1, 1024), 60, 6, np.random.default_rng(int(palette.light.hue * 100)), gain=0.8
    )[0]
    density = np.interp(off, np.linspace(1.3, 2.2, 1024), 0.25 + 0.75 * grooves, left=0, right=0)
    cover = (
        density
        * step(1.30, 1.36, off)
        * step(2.2, 2.02, off)
        * step(-0.012, 0.012, across if front else -across)
    )
    colour = palette.horizon.mixed(palette.light, 0.6).linear()
    canvas.over((cover * 0.78).astype(np.float32), colour)


def paint_nebula(canvas: Canvas, scene: Scene) -> None:
    """Glowing gas with dark lanes and young stars."""
    palette = darkened(scene.palette)
    canvas.light[:] = palette.near.lighter(-0.02).linear()
    _gas(canvas, scene, palette, 1.0)
    paint_stars_field(canvas, scene, canvas.height * 1.6, 1.4)


def _gas(canvas: Canvas, scene: Scene, palette: Palette, gain: float) -> None:
    x, y = canvas.coarse(3)
    shape = (y.shape[0], x.shape[1])
    cell = canvas.unit * 0.30 / 3
    bend_x = (fractal(shape, cell, 5, scene.rng) - 0.5) * np.float32(cell * 2.0)
    bend_y = (fractal(shape, cell, 5, scene.rng) - 0.5) * np.float32(cell * 2.0)
    body = warped(fractal(shape, cell * 1.3, 7, scene.rng, gain=0.55), bend_x, bend_y)
    veil = warped(fractal(shape, cell * 0.8, 7, scene.rng, gain=0.55, ridged=True), bend_y, bend_x)
    hue = softened(fractal(shape, cell * 1.6, 3, scene.rng), 3)
    lean = scene.between(-0.5, 0.5)
    line = (y - canvas.height * 0.48 - lean * (x - canvas.width / 2)) / np.float32(canvas.unit)
    mound = np.exp(-((line / 0.40) ** 2))
    density = step(0.22, 0.85, body * 0.8 + mound * 0.32) * mound
    lanes = step(0.35, 0.9, veil)
    stops = (
        (0.0, palette.zenith.lighter(0.10).vivid(1.6)),
        (0.35, palette.middle.lighter(0.08)),
        (0.6, palette.horizon),
        (1.0, palette.accent),
    )
    colour: Field = gradient(stops, step(0.1, 0.9, hue))
    bright = density * (0.42 + 1.10 * veil**2) * (1 - 0.45 * lanes * (1 - density))
    light = colour * (bright * np.float32(1.15 * gain))[..., None]
    core = step(0.62, 1.0, body * 0.75 + mound * 0.3) ** 2 * np.float32(0.50 * gain)
    light += core[..., None] * palette.horizon.mixed(palette.light, 0.40).vivid(1.2).linear()
    canvas.light += np.maximum(canvas.full(light.astype(np.float32)), 0)
