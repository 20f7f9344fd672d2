"""Open sea to the horizon, and a shore seen from above."""

import numpy as np

from providers.artist.canvas import Canvas
from providers.artist.colour import Field, Oklch, gradient
from providers.artist.noise import curve, fractal, sampled, step, tile
from providers.artist.scene import Scene
from providers.artist.sky import paint_air

TILE = 512


def paint_sea(canvas: Canvas, scene: Scene) -> None:
    """Waves in perspective, and the path the sun or moon lays on them."""
    palette, unit = scene.palette, canvas.unit
    horizon = int(canvas.height * scene.between(0.50, 0.56))
    sun = (canvas.width * scene.between(0.33, 0.67), horizon - unit * scene.between(0.07, 0.17))
    paint_air(canvas, scene, sun, horizon)
    if scene.chance(0.6):
        _islands(canvas, scene, horizon)
    slope, height, far = _waves(canvas, scene, horizon)
    deep = palette.near.mixed(palette.zenith, 0.45)
    stops = (
        (0.0, palette.horizon.mixed(palette.middle, 0.45)),
        (0.22, palette.middle.mixed(deep, 0.4)),
        (1.0, deep),
    )
    down = ((canvas.y[horizon:] - horizon) / np.float32(canvas.height - horizon))[:, 0]
    deep_water = gradient(stops, down)[:, None, :]
    sky = palette.horizon.mixed(palette.middle, 0.35).linear()
    facing = np.clip(slope * 0.5 + 0.10, 0, 1) * 0.75
    swell = 1 + 0.30 * (height - 0.5)
    aside = np.abs(canvas.x - sun[0]) / (unit * 0.07 + (canvas.y[horizon:] - horizon) * 0.30)
    path = np.exp(-(aside**1.6))
    spark = step(0.30, 1.10, slope + path * 0.80 - 0.30) * path
    near_sun = 2.2 if not scene.is_night else 0.9
    gold = palette.light.mixed(palette.horizon, 0.25).linear()
    shine = spark * (0.35 + 0.65 * far) * np.float32(near_sun)
    shine += path * np.exp(-down * 3.0)[:, None] * np.float32(0.22)
    for channel in range(3):
        body = deep_water[..., channel]
        body = (body + facing * (sky[channel] - body)) * swell
        canvas.light[horizon:, :, channel] = body + shine * gold[channel]
    haze = np.exp(-(((canvas.y - horizon) / np.float32(unit * 0.012)) ** 2))
    cover = np.broadcast_to(haze * np.float32(0.55), (canvas.height, canvas.width))
    canvas.over(cover, palette.horizon.mixed(palette.light, 0.2).linear())


def _waves(canvas: Canvas, scene: Scene, horizon: int) -> tuple[Field, Field, Field]:
    """Slope towards the viewer (about -1..1), height 0..1 and nearness of the crests, per pixel."""
    rows = canvas.height - horizon
    down = np.arange(1, rows + 1, dtype=np.float32)[:, None]
    # A point `down` pixels under the horizon is this many picture heights away.
    away = np.float32(canvas.unit) / down
    across = (canvas.x - canvas.width / 2) / down
    slope = np.zeros((rows, canvas.width), np.float32)
    total = np.zeros_like(slope)
    for octave in range(4):
        texture = tile(TILE, 16, scene.rng)
        steep = np.gradient(texture, axis=0) * (TILE / 16)
        size = 2.1**octave * 60  # texture samples per unit of distance
        u, v = across * size * 0.55, np.broadcast_to(away * size, slope.shape)
        u = u + v * np.float32(0.13 * (octave - 1.5))
        # Ripples thinner than two pixels average out; without this they would shimmer.
        length = (TILE / 16) / size * down**2 / np.float32(canvas.unit)
        clear = step(0.9, 3.5, length) * np.float32(0.72**octave)
        slope += sampled(steep.astype(np.float32), u, v, wrap=True) * clear
        total += sampled(texture, u, v, wrap=True) * clear
    far = np.broadcast_to(np.exp(-down / np.float32(rows * 0.7)), slope.shape)
    return slope * np.float32(0.80), total * np.float32(0.45), far.astype(np.float32)


def _islands(canvas: Canvas, scene: Scene, horizon: int) -> None:
    palette, unit = scene.palette, canvas.unit
    side = 1 if scene.chance(0.5) else -1
    for layer in range(2):
        shape = curve(canvas.width, unit * 0.16, 6, scene.rng)
        reach = canvas.x[0] / canvas.width if side > 0 else 1 - canvas.x[0] / canvas.width
        rise = step(0.62 + 0.12 * layer, 1.05, reach) * (0.4 + shape) * unit * (0.09 + 0.05 * layer)
        colour = palette.near.mixed(palette.horizon, 0.62 - 0.25 * layer)
        crest = horizon + 2 - rise.astype(np.float32)
        canvas.ground(crest, ((0, colour), (1, colour.mixed(palette.horizon, 0.3))), unit * 0.1)


def paint_shore(canvas: Canvas, scene: Scene) -> None:
    """A beach from above: sand, lines of foam, shallows that turn to deep water."""
    palette, unit = scene.palette, canvas.unit
    lean = scene.between(0.18, 0.45) * (1 if scene.chance(0.5) else -1)
    bays = (curve(canvas.width, unit * 0.55, 4, scene.rng, gain=0.45) - 0.5) * unit * 0.22
    tilt = (canvas.x[0] - canvas.width / 2) * lean
    edge = (canvas.height * 0.58 + bays + tilt).astype(np.float32)
    out = (edge[None, :] - canvas.y) / np.float32(unit)  # > 0 on the water, in units
    x, y = canvas.coarse(3)
    shape = (y.shape[0], x.shape[1])
    bed = canvas.full(fractal(shape, unit * 0.22 / 3, 6, scene.rng, gain=0.5, stretch=1.4)) - 0.5
    dry, wet = _sand(scene)
    shallow = palette.horizon.mixed(palette.middle, 0.30)
    stops = (
        (0.0, wet.mixed(shallow, 0.6)),
        (0.05, shallow),
        (0.22, palette.middle),
        (0.5, palette.zenith),
        (0.85, palette.near.mixed(palette.zenith, 0.6)),
    )
    water = gradient(stops, np.maximum(out + bed * np.clip(out * 0.5, 0, 0.16), 0))
    light = step(0.55, 0.95, _caustics(canvas, scene)) * np.exp(-np.maximum(out, 0) * 5)
    brightness = 1 + 0.16 * light
    fine = (canvas.height // 2, canvas.width // 2)
    ripples = canvas.full(fractal(fine, unit * 0.02 / 2, 3, scene.rng, stretch=2.2))
    sand = gradient(((0.0, wet), (0.02, wet), (0.065, dry), (1.0, dry.lighter(0.02))), -out)
    grainy = 1 + 0.07 * (ripples - 0.5) + 0.10 * bed
    is_water = out > 0
    factor = np.where(is_water, brightness, grainy)
    for channel in range(3):
        both = np.where(is_water, water[..., channel], sand[..., channel])
        canvas.light[..., channel] = both * factor
    for wave in range(4):
        _foam(canvas, scene, out, wave, palette.light.linear() * np.float32(1.05))


def _sand(scene: Scene) -> tuple[Oklch, Oklch]:
    """Dry and wet sand, in the light of the hour."""
    hour = scene.palette.light.mixed(scene.palette.horizon, 0.5)
    dry = Oklch(min(0.86, hour.lightness - 0.06), 0.055, 75).mixed(hour, 0.25)
    return dry, dry.lighter(-0.16 * dry.lightness - 0.04).vivid(1.1)


def _caustics(canvas: Canvas, scene: Scene) -> Field:
    shape = (canvas.height // 2, canvas.width // 2)
    net = fractal(shape, canvas.unit * 0.011, 2, scene.rng, ridged=True)
    bend = (fractal(shape, canvas.unit * 0.03, 2, scene.rng) - 0.5) * np.float32(canvas.unit * 0.02)
    return canvas.full(
        sampled(
            net,
            np.arange(shape[1], dtype=np.float32)[None, :] + bend,
            np.arange(shape[0], dtype=np.float32)[:, None] - bend,
        )
    )


def _foam(canvas: Canvas, scene: Scene, out: Field, wave: int, white: Field) -> None:
    """One line of surf: a hard front edge towards the sand and lace behind it."""
    unit = canvas.unit
    offset = (0.0, 0.055, 0.15, 0.27)[wave]
    wobble = (curve(canvas.width, unit * 0.16, 4, scene.rng) - 0.5) * (0.035 + 0.02 * wave)
    front_px = wobble[None, :].astype(np.float32) + np.float32(offset)
    behind = out - front_px
    # The lace is soft and made at half size; its front edge is sharp and made in full.
    coarse = canvas.small(behind, 2)
    lace = fractal(
        (coarse.shape[0], coarse.shape[1]), unit * 0.010, 4, scene.rng, gain=0.6, ridged=True
    )
    fade = np.exp(-np.maximum(coarse, 0) / np.float32(0.034 - 0.0054 * wave))
    body = canvas.full(
        (step(0.9, 0.45, 1.15 - fade - lace * 0.62) * np.sqrt(fade)).astype(np.float32)
    )
    strong = curve(canvas.width, unit * 0.3, 2, scene.rng)
    present = step(0.15, 0.6, strong if wave else strong + 0.6)[None, :] * np.float32(
        1 - 0.16 * wave
    )
    front = np.clip(behind * np.float32(unit) + 0.5, 0, 1)
    line = np.exp(-np.maximum(behind, 0) * np.float32(unit / 5.0)) * np.float32(0.6)
    canvas.over(np.clip(body * np.float32(0.85) + line, 0, 1) * front * present, white)
    if wave == 0:
        shadow = np.exp(-np.abs(behind + 0.004) * 180) * (1 - front)
        canvas.dim((1 - 0.22 * shadow).astype(np.float32))
