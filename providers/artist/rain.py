"""A street at night through a window with rain on it."""

import numpy as np

from providers.artist.canvas import Canvas, softened
from providers.artist.colour import Field
from providers.artist.night import darkened
from providers.artist.noise import fractal, sampled, step
from providers.artist.scene import Scene


def paint_rain(canvas: Canvas, scene: Scene) -> None:
    """Unfocused lamps outside; on the glass, drops that turn the street upside down."""
    palette, unit = darkened(scene.palette), canvas.unit
    canvas.sky(
        (0.0, palette.zenith),
        (0.5, palette.middle),
        (0.72, palette.horizon.mixed(palette.middle, 0.5)),
        (1.0, palette.near),
    )
    tints = (
        palette.accent,
        palette.accent.mixed(palette.light, 0.5),
        palette.light,
        palette.horizon,
        palette.accent.turned(-40),
    )
    for _ in range(54):
        spread = scene.rng.normal()
        at = (canvas.width * scene.rng.random(), canvas.height * (0.56 + 0.13 * spread))
        size = unit * scene.between(0.014, 0.052)
        tint = tints[int(scene.rng.integers(len(tints)))].vivid(1.15)
        canvas.spot(at, size, tint, scene.between(0.10, 0.55), size * 0.12, rim=0.35)
    canvas.light[:] = softened(canvas.light, unit * 0.0035)
    street = canvas.light.copy()
    breath = fractal((canvas.height // 8, canvas.width // 8), unit * 0.4 / 8, 4, scene.rng)
    fog = canvas.full(step(0.4, 1.0, breath)) * np.float32(0.16)
    canvas.over(fog, palette.horizon.mixed(palette.middle, 0.5).linear())
    upside = canvas.small(street[::-1], 2)
    for _ in range(620):
        _drop(canvas, scene, upside, unit * (0.0012 + 0.0040 * scene.rng.random() ** 2))
    for _ in range(80):
        _drop(canvas, scene, upside, unit * scene.between(0.006, 0.013))
    for _ in range(9):
        _trail(canvas, scene, upside)


def _trail(canvas: Canvas, scene: Scene, upside: Field) -> None:
    """A drop that ran down and left a row of small ones."""
    unit = canvas.unit
    x, y = canvas.width * scene.rng.random(), canvas.height * scene.between(0.1, 0.9)
    _drop(canvas, scene, upside, unit * 0.011, (x, y))
    size = unit * 0.006
    while size > unit * 0.0012 and y > 0:
        y -= size * scene.between(2.2, 4.0)
        x += size * scene.between(-0.5, 0.5)
        size *= 0.90
        _drop(canvas, scene, upside, size * scene.between(0.6, 1.0), (x, y))


def _drop(
    canvas: Canvas, scene: Scene, upside: Field, size: float, at: tuple[float, float] | None = None
) -> None:
    """One lens of water: the street upside down, dark at its rim, a glint near the top."""
    x, y = at or (canvas.width * scene.rng.random(), canvas.height * scene.rng.random())
    tall = size * scene.between(1.0, 1.35)
    lens = 0.16 if size > canvas.unit * 0.004 else 0.05  # a small drop shows less of the street
    left, right = max(0, int(x - size - 2)), min(canvas.width, int(x + size + 3))
    top, bottom = max(0, int(y - tall - 2)), min(canvas.height, int(y + tall + 3))
    if right - left < 3 or bottom - top < 3:
        return
    dx = (canvas.x[:, left:right] - x) / np.float32(size)
    dy = (canvas.y[top:bottom] - y) / np.float32(tall)
    dx = dx * (1 + 0.16 * dy)  # heavier below
    off = np.sqrt(dx**2 + dy**2)
    rows, columns = upside.shape[:2]
    seen_x = x / 2 + dx * columns * lens
    seen_y = rows * (0.42 + 2.1 * lens * dy) + 0 * dx
    seen = sampled(upside, seen_x, seen_y)
    shade = (1.10 - 0.75 * off**4)[..., None]
    cover = np.clip((1 - off) * size + 0.5, 0, 1)[..., None]
    glint = np.exp(-(((dx + 0.32) ** 2 + (dy + 0.42) ** 2) / 0.022))[..., None]
    part = canvas.light[top:bottom, left:right]
    part *= 1 - 0.30 * np.clip(1 - np.abs(off - 1.1) * 4, 0, 1)[..., None] * (1 - cover)
    part += cover * (seen * shade * 1.25 + glint * 0.55 * scene.palette.light.linear() - part)
