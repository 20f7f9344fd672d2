"""Forests: trunks and shafts of light, conifers in mist, conifers in snow."""

import numpy as np

from providers.artist.canvas import Canvas, Mask, cover_of, polygon, softened
from providers.artist.colour import Oklch
from providers.artist.noise import curve, fractal, step
from providers.artist.scene import Scene
from providers.artist.sky import paint_air
from providers.artist.trees import pine_row


def paint_forest(canvas: Canvas, scene: Scene) -> None:
    """Trunks in layers towards a clearing full of light; shafts fall between them."""
    palette, unit = scene.palette, canvas.unit
    light = (canvas.width * scene.between(0.38, 0.62), canvas.height * 0.36)
    deep = palette.near.mixed(palette.zenith, 0.5)
    canvas.sky(
        (0.0, deep.mixed(palette.middle, 0.6)),
        (0.45, palette.horizon),
        (0.72, palette.middle),
        (1.0, deep),
    )
    canvas.glow(light, unit * 0.30, palette.light, 0.55 if scene.is_night else 0.8)
    for layer in range(5):
        near = layer / 4
        haze = palette.middle.mixed(palette.horizon, 0.55)
        body = palette.near.mixed(haze, 0.80 * (1 - near) ** 1.1)
        _canopy(canvas, scene, near, body)
        _trunks(canvas, scene, near, body)
        _floor(canvas, scene, near, body)
        if layer == 2:
            _shafts(canvas, scene, (light[0], -unit * 0.25), 0.30)
    _shafts(canvas, scene, (light[0], -unit * 0.25), 0.14)
    _motes(canvas, scene, light)


def _trunks(canvas: Canvas, scene: Scene, near: float, colour: Oklch) -> None:
    unit = canvas.unit
    mask = canvas.mask()
    wide = unit * (0.007 + 0.040 * near**1.6)
    ground = canvas.height * (0.68 + 0.26 * near)
    count = max(3, int(canvas.width / (wide * (8 - 2.5 * near))))
    for trunk in range(count):
        where = (trunk + scene.between(0.1, 0.9)) / count
        # The nearest trunks stand at the sides and frame the light.
        if near > 0.6 and abs(where - 0.5) < 0.16 + 0.16 * near:
            continue
        _trunk(mask, scene, where * canvas.width, ground, wide * scene.between(0.6, 1.15))
    cover = cover_of(mask)
    if near > 0.9:
        cover = softened(cover, unit * 0.0022)  # closer than the focus
    down = canvas.y / np.float32(canvas.height)
    tint = scene.palette.horizon.mixed(scene.palette.light, 0.4)
    rim = np.clip(cover - np.roll(cover, int(np.copysign(max(1, wide * 0.10), 1)), axis=1), 0, 1)
    canvas.over(
        cover, colour.linear()[None, None, :] * (0.75 + 0.35 * step(0.0, 0.5, down))[..., None]
    )
    canvas.over(rim * np.float32(0.38), tint.mixed(colour, 0.35).linear())


def _trunk(mask: Mask, scene: Scene, x: float, ground: float, wide: float) -> None:
    height = mask.shape[0]
    levels = np.linspace(-0.02 * height, ground + wide * 0.4, 24, dtype=np.float32)
    sway = (curve(24, 9.0, 3, scene.rng) - 0.5) * wide * 0.9
    up = (ground - levels) / height
    half = wide * (0.50 - 0.22 * np.clip(up, 0, 1)) + wide * 0.55 * np.exp(
        -np.maximum(up, 0) * height / (wide * 0.55)
    )
    left = np.stack([x + sway - half, levels], axis=1)
    right = np.stack([x + sway + half, levels], axis=1)
    polygon(mask, np.concatenate([left, right[::-1]]).astype(np.float32))
    for _ in range(5):
        at = int(scene.between(2, 15))
        side = 1 if scene.chance(0.5) else -1
        long = wide * scene.between(1.6, 4.2)
        t = np.linspace(0, 1, 8, dtype=np.float32)
        bend = np.sin(t * scene.between(2, 5)) * wide * scene.between(-0.5, 0.5)
        thick = wide * scene.between(0.06, 0.12) * (1 - 0.8 * t)
        xs = x + sway[at] + side * (half[at] * 0.6 + t * long)
        ys = levels[at] - t**0.8 * long * scene.between(0.3, 0.8) + bend * t
        outline = np.concatenate(
            [np.stack([xs, ys - thick], 1), np.stack([xs, ys + thick], 1)[::-1]]
        )
        polygon(mask, outline.astype(np.float32))


def _canopy(canvas: Canvas, scene: Scene, near: float, colour: Oklch) -> None:
    """Leaves hang from the top, thinner towards the light."""
    x, y = canvas.coarse(2)
    shape = (y.shape[0], x.shape[1])
    unit = canvas.unit
    clumps = fractal(shape, unit * 0.20 / 2, 3, scene.rng)
    leaves = fractal(shape, unit * (0.016 + 0.022 * near) / 2, 3, scene.rng, gain=0.6)
    sides = np.abs(x / canvas.width - 0.5) * 2
    low = canvas.height * (0.20 - 0.06 * near + 0.20 * sides**1.6)
    hang = (low - y) / np.float32(unit * 0.20) + (clumps - 0.5) * 2.4
    cover = step(0.0, 0.13, hang * 0.62 + leaves * 0.85 - 0.60)
    bottom = int(canvas.height * 0.72)
    full = canvas.full(cover)[:bottom]
    canvas.over(full * np.float32(0.9), colour.linear())


def _floor(canvas: Canvas, scene: Scene, near: float, colour: Oklch) -> None:
    """Undergrowth: a ragged bank of grass and fern tips."""
    unit = canvas.unit
    level = canvas.height * (0.69 + 0.24 * near)
    bank = (curve(canvas.width, unit * 0.5, 3, scene.rng) - 0.5) * unit * 0.08
    tall = unit * (0.010 + 0.030 * near)
    tufts = curve(canvas.width, tall * 0.55, 2, scene.rng, gain=0.8) ** 1.6
    clumps = curve(canvas.width, unit * 0.09, 2, scene.rng)
    crest = level + bank - tufts * clumps * tall * 2.2
    lit = colour.mixed(scene.palette.horizon, 0.26 * (1 - near) + 0.05)
    canvas.ground(
        crest.astype(np.float32),
        ((0.0, lit), (0.4, colour), (1.0, colour.lighter(-0.04))),
        unit * 0.22,
    )


def _shafts(canvas: Canvas, scene: Scene, source: tuple[float, float], gain: float) -> None:
    x, y = canvas.coarse(4)
    angle = np.arctan2(x - source[0], y - source[1])
    beams = curve(1024, 1024 / 22, 4, scene.rng, gain=0.6)
    seen = np.interp(angle, np.linspace(-1.6, 1.6, 1024), beams).astype(np.float32)
    reach = np.sqrt((x - source[0]) ** 2 + (y - source[1]) ** 2) / np.float32(canvas.unit)
    body = (
        step(0.45, 0.95, seen)
        * np.exp(-((reach - 0.45) ** 2) * 1.6)
        * np.exp(-((angle / 0.75) ** 2))
    )
    canvas.add(
        body * np.float32(gain), scene.palette.light.mixed(scene.palette.horizon, 0.4).linear()
    )


def _motes(canvas: Canvas, scene: Scene, light: tuple[float, float]) -> None:
    for _ in range(70):
        at = (
            light[0] + scene.rng.normal() * canvas.width * 0.2,
            canvas.height * scene.between(0.25, 0.85),
        )
        size = canvas.unit * scene.between(0.0008, 0.0026)
        canvas.spot(at, size, scene.palette.light, scene.between(0.08, 0.5), size * 1.2)


def paint_pines(canvas: Canvas, scene: Scene) -> None:
    """Slopes of conifers, one behind another, in rising mist."""
    palette, unit = scene.palette, canvas.unit
    sun = (canvas.width * scene.between(0.3, 0.7), canvas.height * scene.between(0.20, 0.28))
    paint_air(canvas, scene, sun, canvas.height * 0.7, clouds=0.6)
    side = 1 if scene.chance(0.5) else -1
    for layer in range(6):
        near = layer / 5
        height = unit * (0.045 + 0.20 * near**1.4)
        bank = (curve(canvas.width, unit * 0.8, 3, scene.rng) - 0.5) * unit * 0.20
        lean = (
            (canvas.x[0] / canvas.width - 0.5)
            * side
            * (-1) ** layer
            * unit
            * 0.20
            * (1 - 0.5 * near)
        )
        crest = canvas.height * (0.50 + 0.47 * near) + bank + lean
        pale = palette.middle.mixed(palette.horizon, 0.6)
        colour = palette.near.mixed(pale, 0.84 * (1 - near) ** 1.15)
        foot = colour.mixed(palette.horizon, 0.55 * (1 - near))
        pine_row(
            canvas,
            scene,
            crest.astype(np.float32),
            colour,
            height,
            density=1.35,
            foot=foot,
            calm=near > 0.7,
        )
        if layer < 5:
            _fog(
                canvas,
                scene,
                float(np.median(crest)) + height * 0.4,
                unit * (0.05 + 0.05 * near),
                1 - near,
            )


def _fog(canvas: Canvas, scene: Scene, level: float, thickness: float, far: float) -> None:
    x, y = canvas.coarse(6)
    cloud = fractal((y.shape[0], x.shape[1]), canvas.unit * 0.4 / 6, 4, scene.rng, stretch=2.6)
    lift = (cloud - 0.5) * np.float32(thickness * 2.2)
    band = np.exp(-(((y - level - lift) / np.float32(thickness)) ** 2))
    cover = canvas.full(
        (band * (0.30 + 0.6 * cloud) * np.float32(0.35 + 0.4 * far)).astype(np.float32)
    )
    canvas.over(cover, scene.palette.horizon.mixed(scene.palette.light, 0.2).linear())


def paint_snow(canvas: Canvas, scene: Scene) -> None:
    """Snowfields and conifers; flakes fall at several distances from the eye."""
    palette, unit = scene.palette, canvas.unit
    sun = (canvas.width * scene.between(0.3, 0.7), canvas.height * scene.between(0.24, 0.32))
    paint_air(canvas, scene, sun, canvas.height * 0.66, clouds=0.5)
    white = palette.light.mixed(palette.horizon, 0.45 if not scene.is_night else 0.75)
    blue = palette.middle.mixed(palette.zenith, 0.35).mixed(white, 0.35)
    for layer in range(4):
        near = layer / 3
        bank = (curve(canvas.width, unit * 0.75, 3, scene.rng, gain=0.35) - 0.5) * unit * 0.16
        crest = (canvas.height * (0.56 + 0.32 * near) + bank).astype(np.float32)
        pale = palette.horizon.mixed(palette.middle, 0.5)
        colour = palette.near.mixed(palette.middle, 0.15).mixed(pale, 0.75 * (1 - near))
        if layer < 3:
            pine_row(
                canvas,
                scene,
                crest,
                colour,
                unit * (0.05 + 0.12 * near),
                density=0.9 - 0.3 * near,
                calm=True,
            )
        x, y = canvas.coarse(3)
        drift = fractal((y.shape[0], x.shape[1]), unit * 0.09 / 3, 4, scene.rng, stretch=4.0)
        texture = (0.94 + 0.12 * drift).astype(np.float32)
        top = white.mixed(pale, 0.5 * (1 - near))
        canvas.ground(
            crest + np.float32(unit * 0.003),
            ((0.0, top), (0.35, top.mixed(blue, 0.45)), (1.0, blue)),
            unit * (0.2 + 0.2 * near),
            3.0,
            texture,
        )
    _flakes(canvas, scene)


def _flakes(canvas: Canvas, scene: Scene) -> None:
    unit = canvas.unit
    for _ in range(420):
        near = scene.rng.random() ** 5
        at = (canvas.width * scene.rng.random(), canvas.height * scene.rng.random())
        size = unit * (0.0011 + 0.010 * near)
        canvas.spot(
            at,
            size,
            scene.palette.light.vivid(0.4),
            0.75 * (1 - near) ** 2 + 0.10,
            size * (0.8 + near),
        )
