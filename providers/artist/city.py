"""A city at the hour its windows are lit, over water that repeats it."""

import numpy as np

from providers.artist.canvas import Canvas, softened
from providers.artist.colour import Field, Oklch
from providers.artist.noise import curve, fractal, sampled, step
from providers.artist.palettes import Hour
from providers.artist.scene import Scene
from providers.artist.sky import paint_air


def paint_city(canvas: Canvas, scene: Scene) -> None:
    """Three rows of towers; the nearest has lit windows and stands at the water."""
    palette, unit = scene.palette, canvas.unit
    water = int(canvas.height * (0.78 if not canvas.is_portrait else 0.74))
    sun = (canvas.width * scene.between(0.3, 0.7), water - unit * scene.between(0.30, 0.40))
    paint_air(canvas, scene, sun, water, clouds=0.9)
    dark = palette.hour in (Hour.DUSK, Hour.NIGHT)
    lamp = palette.accent.mixed(palette.light, 0.45)
    if dark:
        canvas.glow((canvas.width / 2, water), unit * 0.34, lamp, 0.20, 1.6)
    for layer in range(4):
        near = layer / 3
        pale = palette.horizon.mixed(palette.middle, 0.55)
        colour = palette.near.mixed(pale, 0.78 * (1 - near) ** 1.1)
        _towers(canvas, scene, water, near, colour, lamp, lit=dark or near > 0.9)
        haze = np.exp(-(((canvas.y - water) / np.float32(unit * 0.07)) ** 2)) * np.float32(
            0.40 * (1 - near)
        )
        canvas.over(np.broadcast_to(haze, canvas.light.shape[:2]), pale.mixed(lamp, 0.25).linear())
    _river(canvas, scene, water)


def _towers(
    canvas: Canvas, scene: Scene, ground: int, near: float, colour: Oklch, lamp: Oklch, *, lit: bool
) -> None:
    unit = canvas.unit
    profile = curve(256, 60.0, 3, scene.rng)
    x = -unit * 0.02
    while x < canvas.width:
        wide = unit * scene.between(0.026, 0.070) * (0.75 + 0.35 * near)
        place = min(255, max(0, int(x / canvas.width * 255)))
        middle = 1 - abs(x / canvas.width - 0.5) * (0.9 - 0.3 * near)
        tall = unit * (0.07 + 0.33 * float(profile[place]) * middle * scene.between(0.45, 1.15))
        tall *= 1.0 - 0.42 * near
        _tower(canvas, scene, (x, ground - tall, wide, tall + 2), near, colour, lamp, lit=lit)
        x += wide * (scene.between(0.82, 1.0) if near < 0.9 else scene.between(0.9, 1.7))


def _tower(
    canvas: Canvas,
    scene: Scene,
    box: tuple[float, float, float, float],
    near: float,
    colour: Oklch,
    lamp: Oklch,
    *,
    lit: bool,
) -> None:
    """A tower in its (left, top, width, height), with a setback or a mast on some."""
    left, top, wide, tall = box
    shade = colour.lighter(scene.between(-0.018, 0.018))
    kind = scene.rng.random()
    if kind < 0.30:
        inset = wide * scene.between(0.14, 0.26)
        _block(canvas, left + inset, top - tall * 0.10, wide - 2 * inset, tall * 0.12, shade)
    if kind < 0.12 or kind > 0.93:
        mast = wide * 0.035 + 0.8
        _block(canvas, left + wide / 2 - mast / 2, top - tall * 0.30, mast, tall * 0.32, shade)
        if near > 0.3:
            canvas.spot(
                (left + wide / 2, top - tall * 0.30),
                canvas.unit * 0.0012,
                lamp.turned(-30).vivid(1.3),
                0.9,
                canvas.unit * 0.003,
            )
    _block(canvas, left, top, wide, tall, shade)
    if near > 0.25:
        _block(canvas, left, top, wide * 0.16, tall, shade.mixed(scene.palette.horizon, 0.07))
    if lit and near > 0.25:
        _windows(canvas, scene, box, near, lamp)


def _block(
    canvas: Canvas, left: float, top: float, wide: float, tall: float, colour: Oklch
) -> None:
    """A rectangle with exact, partly covered border pixels."""
    first, last = max(0, int(left)), min(canvas.width, int(left + wide) + 1)
    high, low = max(0, int(top)), min(canvas.height, int(top + tall) + 1)
    if first >= last or high >= low:
        return
    across = np.clip(
        np.minimum(canvas.x[:, first:last] - left, left + wide - canvas.x[:, first:last]) + 0.5,
        0,
        1,
    )
    down = np.clip(canvas.y[high:low] - top + 0.5, 0, 1)
    part = canvas.light[high:low, first:last]
    part += (across * down)[..., None] * (colour.linear() - part)


def _windows(
    canvas: Canvas, scene: Scene, box: tuple[float, float, float, float], near: float, lamp: Oklch
) -> None:
    left, top, wide, tall = box
    floor = canvas.unit * (0.0062 + 0.0036 * near)
    columns, rows = int(wide / (floor * 0.80)) - 1, int(tall / floor) - 1
    if columns < 2 or rows < 2:
        return
    busy = scene.between(0.16, 0.60)
    # Whole floors are lit together more often than single rooms.
    floors = scene.rng.random((rows, 1)) * 0.55 + scene.rng.random((rows, columns)) * 0.45
    bright = step(1 - busy, 1.05 - busy * 0.55, floors.astype(np.float32)) * scene.rng.random(
        (rows, columns), dtype=np.float32
    )
    high, first = max(0, int(top)), max(0, int(left))
    x = canvas.x[:, first : min(canvas.width, int(left + wide) + 1)]
    y = canvas.y[high : min(canvas.height, int(top + tall))]
    if not x.size or not y.size:
        return
    u, v = (x - left) / wide * columns, (y - top) / floor
    pixel_u, pixel_v = columns / wide, 1 / floor
    inside = _pane(u, 0.22, 0.78, pixel_u) * _pane(v, 0.26, 0.74, pixel_v)
    inside = inside * ((u > 0) & (u < columns)) * (v < rows)
    index = (np.clip(v.astype(int), 0, rows - 1), np.clip(u.astype(int), 0, columns - 1))
    glow = inside * bright[index] * np.float32(0.45 + 0.65 * near)
    tint = lamp.linear() if scene.chance(0.8) else scene.palette.light.linear()
    canvas.light[high : high + y.shape[0], first : first + x.shape[1]] += glow[..., None] * tint


def _pane(place: Field, low: float, high: float, pixel: float) -> Field:
    """Cover of the interval low..high of every unit cell, smooth over one pixel."""
    within = place % 1
    edge = np.minimum(within - low, high - within) / np.float32(pixel) + 0.5
    return np.asarray(np.clip(edge, 0, 1), dtype=np.float32)


def _river(canvas: Canvas, scene: Scene, waterline: int) -> None:
    """Dark water: the lights above drawn out downwards, broken by ripples."""
    palette, unit = scene.palette, canvas.unit
    depth = canvas.height - waterline
    mirrored = canvas.mirror(waterline, depth)
    rows = np.arange(depth, dtype=np.float32)[:, None]
    columns = np.arange(canvas.width, dtype=np.float32)[None, :]
    long = softened(mirrored, unit * 0.003)
    ripple = fractal((depth, canvas.width), unit * 0.012, 3, scene.rng, stretch=5.0) - 0.5
    far = rows / np.float32(depth)
    shift = ripple * np.float32(unit) * (0.012 + 0.06 * far)
    water = sampled(long, columns + ripple * unit * 0.006, rows * 0.8 + shift)
    deep = palette.near.mixed(palette.zenith, 0.3).linear()
    share = (0.28 + 0.35 * far)[..., None]
    canvas.light[waterline:] = water * (1 - share) + deep * share * 0.7
    quay = np.exp(-(((canvas.y - waterline) / np.float32(unit * 0.002)) ** 2))
    canvas.over(
        np.broadcast_to(quay * np.float32(0.8), canvas.light.shape[:2]), palette.near.linear()
    )
