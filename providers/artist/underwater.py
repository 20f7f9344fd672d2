"""Under the surface: shafts of light, a school of fish, kelp, bubbles and drifting specks."""

import numpy as np

from providers.artist.canvas import Canvas, Mask, cover_of, polygon, softened
from providers.artist.colour import Oklch, Real
from providers.artist.noise import curve, fractal, sampled, step, tile
from providers.artist.scene import Scene


def paint_underwater(canvas: Canvas, scene: Scene) -> None:
    """Looking up through clear water from above a dark bed."""
    palette, unit = scene.palette, canvas.unit
    source = (canvas.width * scene.between(0.35, 0.65), -unit * 0.22)
    deep = palette.near.mixed(palette.zenith, 0.35)
    canvas.sky((0.0, palette.horizon), (0.22, palette.middle), (0.62, palette.zenith), (1.0, deep))
    canvas.glow((source[0], 0), unit * 0.30, palette.light, 0.55)
    _surface(canvas, scene, source[0])
    _rays(canvas, scene, source, 0.42)
    for layer in range(3):
        _bed(canvas, scene, layer / 2, deep)
        if layer == 0:
            _school(canvas, scene, deep)
    _rays(canvas, scene, source, 0.10)
    _drift(canvas, scene)


def _surface(canvas: Canvas, scene: Scene, centre: float) -> None:
    """The underside of the waves, in perspective, brightest under the sun."""
    x, y = canvas.coarse(2)
    depth = np.float32(canvas.height * 0.26)
    rows = int(y.shape[0] * 0.26)
    up = np.maximum(depth - y[:rows], 1) / depth
    texture = np.abs(tile(512, 12, scene.rng) * 2 - 1)
    u = (x - centre) / np.float32(canvas.unit) / (1.15 - up) * 60
    v = 1 / (1.08 - up) * 85
    bend = sampled(tile(512, 16, scene.rng), u * 1.4, np.broadcast_to(v * 1.4, u.shape), wrap=True)
    net = sampled(texture, u + bend * 36, np.broadcast_to(v, u.shape) + bend * 36, wrap=True)
    shine = step(0.30, 0.0, net) * up**1.3 * np.exp(-(((x - centre) / (canvas.unit * 0.55)) ** 2))
    field = np.zeros((y.shape[0], x.shape[1]), np.float32)
    field[:rows] = shine * 0.55
    canvas.add(softened(field, 0.8), scene.palette.light.linear())


def _rays(canvas: Canvas, scene: Scene, source: tuple[float, float], gain: float) -> None:
    x, y = canvas.coarse(4)
    angle = np.arctan2(x - source[0], y - source[1])
    beams = curve(2048, 2048 / 34, 5, scene.rng, gain=0.65)
    seen = np.interp(angle, np.linspace(-1.6, 1.6, 2048), beams).astype(np.float32)
    fall = np.exp(-y / np.float32(canvas.height * 0.42)) * np.exp(-((angle / 0.80) ** 2))
    body = step(0.35, 0.95, seen) * fall
    canvas.add(
        body * np.float32(gain), scene.palette.light.mixed(scene.palette.horizon, 0.5).linear()
    )


def _bed(canvas: Canvas, scene: Scene, near: float, deep: Oklch) -> None:
    palette, unit = scene.palette, canvas.unit
    sides = np.abs(canvas.x[0] / canvas.width - 0.5) * 2
    rock = curve(canvas.width, unit * (0.30 - 0.08 * near), 6, scene.rng, gain=0.45)
    crest = (
        canvas.height * (0.86 + 0.09 * near) - (rock * 0.10 + sides**2 * 0.10 * (0.6 + near)) * unit
    )
    colour = deep.lighter(-0.03).mixed(palette.zenith, 0.62 * (1 - near))
    _kelp(canvas, scene, crest, near, colour)
    foot = colour.lighter(-0.05)
    canvas.ground(
        crest.astype(np.float32),
        ((0, colour.mixed(palette.middle, 0.10)), (0.5, colour), (1, foot)),
        unit * 0.2,
        1.5,
    )


def _kelp(canvas: Canvas, scene: Scene, crest: Real, near: float, colour: Oklch) -> None:
    unit = canvas.unit
    mask = canvas.mask()
    for _ in range(int(16 - 6 * near)):
        side = 1 if scene.chance(0.5) else 0
        where = (side + (-1) ** side * scene.rng.random() ** 1.3 * 0.34) * canvas.width
        foot = float(crest[int(np.clip(where, 0, canvas.width - 1))])
        tall = unit * scene.between(0.10, 0.26) * (0.7 + 0.6 * near)
        t = np.linspace(0, 1, 40, dtype=np.float32)
        swing = np.sin(t * scene.between(3, 6) + scene.between(0, 6)) * t * unit * 0.022
        xs, ys = where + swing + t * unit * 0.02, foot + unit * 0.01 - t * tall
        half = unit * (0.0016 + 0.0016 * near) * (1.2 - t)
        outline = np.concatenate([np.stack([xs - half, ys], 1), np.stack([xs + half, ys], 1)[::-1]])
        polygon(mask, outline.astype(np.float32))
        for leaf in range(6, 39, 2):
            hand = 1 if leaf % 4 else -1
            long = unit * 0.034 * (0.5 + near * 0.6) * (1.15 - t[leaf])
            rise = long * scene.between(0.35, 0.8)
            tip = (xs[leaf] + hand * long, ys[leaf] - rise)
            belly = (xs[leaf] + hand * long * 0.5, ys[leaf] - rise * 0.15 + long * 0.10)
            back = (xs[leaf] + hand * long * 0.45, ys[leaf] - rise * 0.70)
            polygon(mask, np.array([(xs[leaf], ys[leaf]), belly, tip, back], np.float32))
    cover = cover_of(mask)
    canvas.over(softened(cover, unit * 0.0016) if near > 0.9 else cover, colour.linear())


def _school(canvas: Canvas, scene: Scene, deep: Oklch) -> None:
    """Fish that swim one way, crowded about one place beside the centre."""
    unit = canvas.unit
    mask = canvas.mask()
    heart = (canvas.width * (0.32 if scene.chance(0.5) else 0.68), canvas.height * 0.46)
    facing = 1 if heart[0] < canvas.width / 2 else -1
    for _ in range(64):
        along, off = scene.rng.normal() * 0.13, scene.rng.normal() * 0.045
        at = (
            heart[0] + along * unit,
            heart[1] + (off - along * 0.16 * facing + 0.4 * along**2) * unit,
        )
        _fish(mask, at, unit * scene.between(0.007, 0.0155), facing, scene.between(-0.2, 0.12))
    canvas.over(cover_of(mask) * np.float32(0.8), deep.mixed(scene.palette.zenith, 0.2).linear())


def _fish(mask: Mask, at: tuple[float, float], size: float, facing: int, tilt: float) -> None:
    t = np.linspace(0, np.pi, 14, dtype=np.float32)
    back = np.stack([np.cos(t), -0.30 * np.abs(np.sin(t)) ** 0.8 * (1 + 0.35 * np.cos(t))], 1)
    belly = np.stack(
        [np.cos(t[::-1]), 0.26 * np.abs(np.sin(t[::-1])) ** 0.8 * (1 + 0.35 * np.cos(t[::-1]))], 1
    )
    tail = np.array([(-0.92, 0.03), (-1.55, 0.36), (-1.36, 0.0), (-1.55, -0.36), (-0.92, -0.03)])
    body = np.concatenate([back, tail[::-1], belly]).astype(np.float32) * size
    turned = np.stack(
        [
            (body[:, 0] * np.cos(tilt) - body[:, 1] * np.sin(tilt)) * facing,
            body[:, 0] * np.sin(tilt) + body[:, 1] * np.cos(tilt),
        ],
        axis=1,
    )
    polygon(mask, (turned + np.array(at)).astype(np.float32))


def _drift(canvas: Canvas, scene: Scene) -> None:
    palette, unit = scene.palette, canvas.unit
    for _ in range(150):
        near = scene.rng.random() ** 4
        at = (canvas.width * scene.rng.random(), canvas.height * scene.rng.random())
        size = unit * (0.0009 + 0.006 * near)
        canvas.spot(
            at, size, palette.light, (0.28 - 0.2 * near) * (1.2 - at[1] / canvas.height), size * 1.4
        )
    column = canvas.width * (0.2 if scene.chance(0.5) else 0.8)
    for _ in range(34):
        rise = scene.rng.random()
        size = unit * (0.0018 + 0.0065 * scene.rng.random() ** 2) * (0.7 + rise)
        at = (column + scene.rng.normal() * unit * 0.024, canvas.height * (0.88 - 0.72 * rise))
        canvas.spot(at, size, palette.horizon, 0.42, 1.5, rim=0.88)
        canvas.spot(
            (at[0] - size * 0.35, at[1] - size * 0.4), size * 0.16, palette.light, 0.8, size * 0.2
        )
    soft = fractal((canvas.height // 8, canvas.width // 8), unit * 0.3 / 8, 3, scene.rng)
    canvas.dim((0.93 + 0.14 * soft).astype(np.float32))
