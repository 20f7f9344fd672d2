"""Fire in the dark: tongues of flame below, embers rising."""

import numpy as np

from providers.artist.canvas import Canvas, softened
from providers.artist.colour import gradient
from providers.artist.noise import curve, fractal, step, warped
from providers.artist.palettes import NAMED
from providers.artist.scene import Scene


def paint_fire(canvas: Canvas, scene: Scene) -> None:
    """Flames along the lower edge; sparks drift up into darkness and out of focus."""
    palette, unit = scene.palette.mixed(NAMED["fire"], 0.5), canvas.unit
    canvas.sky((0.0, palette.near), (0.45, palette.zenith), (1.0, palette.middle.lighter(-0.10)))
    canvas.glow((canvas.width * 0.5, canvas.height * 1.02), unit * 0.40, palette.horizon, 0.55, 1.8)
    x, y = canvas.coarse(2)
    shape = (y.shape[0], x.shape[1])
    total = np.zeros(shape, np.float32)
    for layer in range(3):
        cell = unit * (0.15 - 0.035 * layer) / 2
        # Tall cells (stretch < 1) are tongues; the warp grows with height and makes them lick.
        sway = fractal(shape, cell * 2.0, 3, scene.rng) - 0.5
        tongues = fractal(shape, cell * 2.4, 5, scene.rng, gain=0.45, stretch=0.26, ridged=True)
        height = np.clip(1 - y / canvas.height, 0, 1)
        tongues = warped(tongues, sway * cell * 4.0 * (0.3 + height * 2), sway * cell)
        crown = curve(x.shape[1], unit * 0.22 / 2, 3, scene.rng)[None, :]
        reach = 0.14 + 0.30 * crown - 0.03 * layer
        body = np.clip(1.15 - height / reach, 0, 1.15)
        total = np.maximum(total, body * (0.30 + 0.95 * tongues) - 0.24 * (1 - body))
    heat = np.clip(softened(total, 1.0), 0, 1.2)
    stops = (
        (0.0, palette.near),
        (0.22, palette.horizon.lighter(-0.24).turned(-14)),
        (0.50, palette.horizon.turned(2)),
        (0.78, palette.accent.lighter(0.06).turned(10)),
        (1.10, palette.light),
    )
    canvas.light += canvas.full(gradient(stops, heat) * (step(0.02, 0.65, heat) * 1.25)[..., None])
    _embers(canvas, scene)


def _embers(canvas: Canvas, scene: Scene) -> None:
    palette, unit = scene.palette.mixed(NAMED["fire"], 0.6), canvas.unit
    for _ in range(260):
        rise = scene.rng.random() ** 1.4
        at = (
            canvas.width * (0.5 + scene.rng.normal() * (0.22 + 0.12 * rise)),
            canvas.height * (0.96 - 0.94 * rise),
        )
        near = scene.rng.random() ** 7
        size = unit * (0.0009 + 0.0009 * scene.rng.random() + 0.012 * near)
        tint = palette.horizon.mixed(palette.light, scene.between(0.1, 0.8) * (1 - 0.5 * rise))
        gain = (1.7 * (1 - near) ** 3 + 0.20) * (1 - 0.6 * rise)
        canvas.spot(at, size, tint, gain, size * (0.9 + 0.3 * near), rim=0.25 * near)
        canvas.spot(at, size, tint, 0.06 * gain, size * 7)
