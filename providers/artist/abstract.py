"""Pictures of nothing in particular: flowing threads, unfocused lamps, folds of silk, mist."""

import numpy as np

from providers.artist.canvas import Canvas
from providers.artist.colour import Field, gradient
from providers.artist.noise import curve, fractal, step
from providers.artist.scene import Scene

THREADS = 26


def paint_ribbons(canvas: Canvas, scene: Scene) -> None:
    """Bands of translucent threads that twist across the sheet, as drawn sound."""
    palette, unit = scene.palette, canvas.unit
    # Threads of light need a deep ground, whatever the hour.
    deep = palette.near.mixed(palette.zenith, 0.30)
    canvas.sky(
        (0.0, deep.mixed(palette.zenith, 0.35)),
        (0.5, deep.mixed(palette.middle, 0.32)),
        (1.0, deep),
    )
    canvas.glow(
        (canvas.width * scene.between(0.3, 0.7), canvas.height * 0.45),
        unit * 0.40,
        palette.middle.vivid(1.2),
        0.16,
    )
    tints = (palette.horizon, palette.accent, palette.light)
    for band, tint in enumerate(tints):
        spine = (curve(canvas.width, unit * 0.80, 2, scene.rng, gain=0.3) - 0.5) * unit * 0.50
        middle = canvas.height * (0.40 + 0.12 * band) + spine
        twist = np.sin(canvas.x[0] / unit * scene.between(2.2, 4.2) + scene.between(0, 6.28))
        half = unit * (0.012 + 0.125 * np.abs(twist) ** 1.3) * scene.between(0.8, 1.2)
        _ribbon(
            canvas,
            middle.astype(np.float32),
            half.astype(np.float32),
            tint.linear(),
            palette.light.linear(),
        )


def _ribbon(canvas: Canvas, middle: Field, half: Field, tint: Field, light: Field) -> None:
    top = int(max(0, float((middle - half).min()) - 3))
    bottom = int(min(canvas.height, float((middle + half).max()) + 3))
    if bottom <= top:
        return
    across = (canvas.y[top:bottom] - middle[None, :]) / half[None, :]
    inside = np.clip((1 - np.abs(across)) * half[None, :] + 0.5, 0, 1)
    pitch = half[None, :] * np.float32(2 / THREADS)  # pixels between threads
    place = (across * (THREADS / 2) + 0.5) % 1 - 0.5
    # Threads closer than two pixels merge into an even veil instead of a moire.
    width = np.float32(max(0.55, canvas.unit * 0.0007))
    thread = np.clip(width - np.abs(place) * pitch + 0.5, 0, 1)
    veil = np.clip(2 * width / pitch, 0, 1)
    resolved = step(1.5, 4.0, pitch / width)
    lines = thread * resolved + veil * (1 - resolved)
    edge = np.abs(across) ** 3
    body = inside * (0.05 + 0.09 * edge + lines * (0.20 + 0.45 * edge))
    narrow = step(canvas.unit * 0.09, canvas.unit * 0.01, half)[None, :]
    colour = tint + (light - tint) * (0.5 * narrow)[..., None]
    canvas.over(np.clip(body, 0, 0.9), np.broadcast_to(colour, (*body.shape, 3)), top)


def paint_bokeh(canvas: Canvas, scene: Scene) -> None:
    """Lamps out of focus: large faint ones behind, small bright ones before them."""
    palette, unit = scene.palette, canvas.unit
    deep = palette.near.mixed(palette.zenith, 0.45)
    canvas.sky((0.0, deep), (0.55, palette.middle.mixed(deep, 0.45)), (1.0, deep.lighter(-0.03)))
    lean = scene.between(-0.35, 0.35)
    canvas.glow(
        (canvas.width * (0.5 - lean), canvas.height * 0.4), unit * 0.5, palette.horizon, 0.20
    )
    tints = (
        palette.accent,
        palette.light,
        palette.horizon,
        palette.accent.mixed(palette.light, 0.5),
    )
    for layer in range(3):
        for _ in range((18, 40, 70)[layer]):
            along = scene.rng.random()
            off = scene.rng.normal() * (0.20 - 0.03 * layer)
            at = (canvas.width * along, canvas.height * (0.55 + lean * (along - 0.5) + off))
            size = unit * (0.075, 0.036, 0.012)[layer] * scene.between(0.6, 1.3)
            tint = tints[int(scene.rng.integers(4))].vivid(1.1)
            gain = (0.13, 0.30, 0.65)[layer] * scene.between(0.4, 1.2)
            canvas.spot(at, size, tint, gain, size * (0.25, 0.09, 0.14)[layer], rim=0.35)


def paint_silk(canvas: Canvas, scene: Scene) -> None:
    """Satin: folds that run one way, gather and part, with a sheen on their shoulders."""
    palette, unit = scene.palette, np.float32(canvas.unit)
    x, y = canvas.coarse(2)
    shape = (y.shape[0], x.shape[1])
    slow = fractal(shape, canvas.unit * 0.55 / 2, 2, scene.rng, gain=0.3) - 0.5
    bend = fractal(shape, canvas.unit * 0.30 / 2, 2, scene.rng, gain=0.3) - 0.5
    turn = scene.between(0.25, 0.65) * (1 if scene.chance(0.5) else -1)
    along = (x * np.float32(np.sin(turn)) + y * np.float32(np.cos(turn))) / unit
    phase = along * 9.0 + slow * 11.0 + bend * 2.6
    # A fold is steep on one side: a sine with its own phase bent by itself.
    height = np.sin(phase + 0.65 * np.sin(phase))
    small = np.sin(phase * 2.3 + slow * 9.0) * 0.16 * (0.5 + bend)
    lit = np.gradient(height + small, axis=0) * np.float32(shape[0] / 14)
    tone = np.clip(0.46 + 0.17 * height + 0.30 * np.tanh(lit * 1.6) + 0.14 * slow, 0, 1)
    deep = palette.near.mixed(palette.zenith, 0.45)
    stops = ((0.05, deep), (0.35, palette.zenith), (0.62, palette.middle), (0.95, palette.horizon))
    light = gradient(stops, tone.astype(np.float32))
    sheen = np.exp(-(((np.tanh(lit * 1.6) - 0.85) / 0.16) ** 2)) * step(-0.2, 0.9, height)
    light += (sheen * 0.20)[..., None] * palette.light.linear()
    canvas.light[:] = np.maximum(canvas.full(light.astype(np.float32)), 0)


def paint_mist(canvas: Canvas, scene: Scene) -> None:
    """Smooth hills of coloured light fading upwards, with a pale disc."""
    palette, unit = scene.palette, canvas.unit
    canvas.sky(
        (0.0, palette.zenith), (0.5, palette.middle), (0.8, palette.horizon), (1.0, palette.horizon)
    )
    at = (canvas.width * scene.between(0.36, 0.64), canvas.height * 0.38)
    canvas.glow(at, unit * 0.28, palette.light, 0.30)
    canvas.disc(at, unit * 0.115, palette.light.mixed(palette.horizon, 0.25), 1.1, unit * 0.003)
    for layer in range(7):
        near = layer / 6
        swell = curve(canvas.width, unit * (0.75 - 0.2 * near), 2, scene.rng, gain=0.35)
        crest = canvas.height * (0.46 + 0.44 * near) - (swell - 0.4) * unit * 0.20
        top = palette.middle.mixed(palette.zenith, 0.4 * near).mixed(palette.near, 0.75 * near**1.8)
        top = top.mixed(palette.accent, 0.25 * (layer % 2) * (1 - near))
        foot = top.mixed(palette.horizon, 0.75 * (1 - near) + 0.1)
        canvas.ground(crest.astype(np.float32), ((0, top), (1, foot)), unit * 0.26)
