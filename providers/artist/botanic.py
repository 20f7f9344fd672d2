"""Flowers in a meadow, and large leaves against the light."""

from dataclasses import dataclass

import numpy as np

from providers.artist.canvas import (
    Canvas,
    Mask,
    Point,
    cover_of,
    mixture,
    polygon,
    resized,
    softened,
)
from providers.artist.colour import Field, Oklch
from providers.artist.noise import step
from providers.artist.palettes import Palette
from providers.artist.scene import Scene

Box = tuple[int, int, int, int]
LEAF_GREEN = Oklch(0.44, 0.09, 146)


def paint_flowers(canvas: Canvas, scene: Scene) -> None:
    """Blossoms at several distances; those at the middle one are in focus."""
    palette, unit = scene.palette, canvas.unit
    green = LEAF_GREEN.mixed(palette.near, 0.35 if not palette.is_dark else 0.7)
    pale = palette.horizon.mixed(LEAF_GREEN, 0.25)
    canvas.sky(
        (0.0, pale.mixed(palette.middle, 0.35)),
        (0.45, pale),
        (0.75, green.mixed(pale, 0.45)),
        (1.0, green),
    )
    canvas.glow(
        (canvas.width * scene.between(0.3, 0.7), canvas.height * 0.12),
        unit * 0.36,
        palette.light,
        0.45,
    )
    for _ in range(38):
        at = (canvas.width * scene.rng.random(), canvas.height * scene.between(0.05, 0.95))
        size = unit * scene.between(0.016, 0.055)
        canvas.spot(
            at,
            size,
            pale.mixed(palette.light, 0.5),
            scene.between(0.03, 0.12),
            size * 0.15,
            rim=0.3,
        )
    for layer in range(4):
        near = layer / 3
        blur = unit * (0.013, 0.005, 0.0, 0.016)[layer]
        # The sharp row is a group beside the centre; the nearest, blurred row stays at the edges.
        count = (16, 12, 8, 4)[layer] if not canvas.is_portrait else (11, 8, 6, 3)[layer]
        grass = green.mixed(pale, 0.55 * (1 - near))
        _grass(canvas, scene, near, grass, blur)
        stems, blossoms = canvas.mask(), []
        for flower in range(count):
            where = (flower + scene.between(0.15, 0.85)) / count
            if layer == 3:
                where = (0.04, 0.16, 0.86, 0.97)[flower]
            level = canvas.height * (0.60 + 0.12 * near + scene.between(-0.10, 0.16))
            size = (
                unit
                * (0.022 + 0.045 * near + (0.05 if layer == 3 else 0))
                * scene.between(0.75, 1.25)
            )
            at = (where * canvas.width, level)
            _stem(canvas, scene, stems, at, size)
            blossoms.append((at, size))
        canvas.over(softened(cover_of(stems), blur), grass.linear())
        for at, size in blossoms:
            _flower(canvas, scene, at, size, blur)


def _grass(canvas: Canvas, scene: Scene, near: float, colour: Oklch, blur: float) -> None:
    unit = canvas.unit
    mask = canvas.mask()
    count = int(canvas.width / unit * (150 - 90 * near))
    for _ in range(count):
        x = canvas.width * scene.between(-0.05, 1.05)
        tall = unit * scene.between(0.08, 0.26) * (0.6 + 0.5 * near)
        foot = canvas.height * 1.01
        lean = unit * scene.rng.normal() * 0.035
        t = np.linspace(0, 1, 9, dtype=np.float32)
        xs, ys = x + lean * t**2, foot - tall * (1.5 - 0.5 * near) * t
        half = unit * (0.0018 + 0.0016 * near) * (1 - t)
        polygon(
            mask,
            np.concatenate(
                [np.stack([xs - half, ys], 1), np.stack([xs + half, ys], 1)[::-1]]
            ).astype(np.float32),
        )
    cover = softened(cover_of(mask), blur)
    shade = step(0.55, 1.0, canvas.y / np.float32(canvas.height))[..., None]
    light = colour.mixed(scene.palette.light, 0.22).linear()
    canvas.over(cover * np.float32(0.9), light + (colour.lighter(-0.08).linear() - light) * shade)


def _stem(canvas: Canvas, scene: Scene, mask: Mask, at: Point, size: float) -> None:
    t = np.linspace(0, 1, 16, dtype=np.float32)
    xs = at[0] + (scene.rng.normal() * size * 1.2) * t**2
    ys = at[1] + t * (canvas.height * 1.02 - at[1])
    half = np.float32(size * 0.045)
    polygon(
        mask,
        np.concatenate([np.stack([xs - half, ys], 1), np.stack([xs + half, ys], 1)[::-1]]).astype(
            np.float32
        ),
    )


def _flower(canvas: Canvas, scene: Scene, at: Point, size: float, blur: float) -> None:
    """A blossom of rounded petals, drawn as distance to its outline."""
    palette = scene.palette
    petal = (
        palette.accent,
        palette.accent.mixed(palette.light, 0.55),
        palette.middle.vivid(1.3).lighter(0.08),
        palette.accent.turned(25),
    )[int(scene.rng.integers(4))]
    grid = 2 if blur > 2 else 1  # what is out of focus is drawn at half size
    reach = int(size * 1.2 + blur * 2.5 + 3)
    left, top = max(0, int(at[0]) - reach), max(0, int(at[1]) - reach)
    right, bottom = min(canvas.width, int(at[0]) + reach), min(canvas.height, int(at[1]) + reach)
    if right - left < 4 or bottom - top < 4:
        return
    x = canvas.x[:, left:right:grid] - at[0]
    y = canvas.y[top:bottom:grid] - at[1]
    squash = scene.between(0.55, 0.95)  # seen from the side
    across, down = x / np.float32(size), y / np.float32(size * squash)
    colour, cover = _blossom(across, down, petal, palette, size / grid, scene)
    layers = np.dstack([softened(colour, blur / grid), np.clip(softened(cover, blur / grid), 0, 1)])
    if grid > 1:
        layers = resized(layers, (right - left, bottom - top))
    part = canvas.light[top:bottom, left:right]
    part += layers[..., 3:] * (layers[..., :3] - part)


def _blossom(
    x: Field, y: Field, petal: Oklch, palette: Palette, size: float, scene: Scene
) -> tuple[Field, Field]:
    count = int(scene.rng.integers(5, 10))
    turn = scene.between(0, 6.28)
    off = np.sqrt(x**2 + y**2)
    angle = np.arctan2(y, x) + turn
    cover = np.zeros_like(off)
    colour = np.broadcast_to(petal.linear(), (*off.shape, 3)).copy()
    sector = 2 * np.pi / count
    # Two wreaths, the back one turned by half a petal.
    for wreath, shift in ((0, 0.5), (1, 0.0)):
        within = (angle / sector + shift) % 1 * 2 - 1
        edge = (
            (0.98 - 0.10 * (1 - wreath))
            * (1 - 0.42 * np.abs(within) ** 3.2)
            * (1 - 0.06 * np.exp(-((within / 0.15) ** 2)))
        )
        solid = np.clip((edge - off) * size + 0.5, 0, 1)
        fold = 1 - 0.32 * np.abs(within) ** 1.5 + 0.06 * np.cos(within * 16)
        shade = (
            fold * (0.50 + 0.62 * np.clip(off, 0, 1)) * (0.74 + 0.26 * wreath) * (1.0 - 0.12 * y)
        )
        tone = (
            petal.linear() * shade[..., None]
            + palette.light.linear() * (0.10 * np.clip(off - 0.4, 0, 1) * fold)[..., None]
        )
        colour += solid[..., None] * (tone - colour)
        cover = np.maximum(cover, solid)
    heart = np.clip((0.24 - off) * size + 0.5, 0, 1)
    dots = 0.75 + 0.35 * np.sin(angle * 21 + off * 60) * np.sin(off * 55)
    centre = (
        Oklch(0.80, 0.15, 84).mixed(palette.accent, 0.15).linear()
        * (dots * (1.15 - 1.6 * off))[..., None]
    )
    colour += heart[..., None] * (centre - colour)
    return colour.astype(np.float32), cover.astype(np.float32)


def paint_leaves(canvas: Canvas, scene: Scene) -> None:
    """Leaves reach in from the sides, each row darker; the middle stays open and bright."""
    palette, unit = scene.palette, canvas.unit
    canvas.sky(
        (0.0, palette.middle),
        (0.5, palette.horizon),
        (1.0, palette.middle.mixed(palette.zenith, 0.5)),
    )
    canvas.glow((canvas.width * 0.5, canvas.height * 0.40), unit * 0.34, palette.light, 0.40)
    for _ in range(26):
        at = (canvas.width * scene.rng.random(), canvas.height * scene.rng.random())
        size = unit * scene.between(0.02, 0.06)
        canvas.spot(at, size, palette.light, scene.between(0.03, 0.10), size * 0.12, rim=0.3)
    for layer in range(4):
        near = layer / 3
        blur = unit * (0.010, 0.0035, 0.0, 0.007)[layer]
        for leaf in range(9):
            around = (leaf + scene.between(0.0, 0.9)) / 9 * 2 * np.pi
            ring = 0.58 + 0.08 * near + scene.between(-0.06, 0.07)
            root = (
                canvas.width * (0.5 + ring * np.cos(around)),
                canvas.height * (0.5 + ring * np.sin(around)),
            )
            aim = around + np.pi + scene.between(-0.75, 0.75)
            long = unit * scene.between(0.26, 0.42) * (0.85 + 0.25 * near)
            shade = palette.zenith.mixed(palette.horizon, 0.48 * (1 - near)).mixed(
                palette.near, 0.62 * near
            )
            tint = shade.mixed(palette.accent, scene.between(0.0, 0.22)).lighter(
                scene.between(-0.04, 0.04)
            )
            _leaf(canvas, scene, root, float(aim), long, tint, blur)


def _leaf(
    canvas: Canvas,
    scene: Scene,
    root: tuple[float, float],
    aim: float,
    long: float,
    colour: Oklch,
    blur: float,
) -> None:
    """A pointed leaf with veins: along its axis 0..1, across -1..1 from rib to margin."""
    reach = long * 1.02
    tip = (root[0] + np.cos(aim) * reach, root[1] + np.sin(aim) * reach)
    pad = long * 0.34 + blur * 3
    left, right = (
        int(max(0, min(root[0], tip[0]) - pad)),
        int(min(canvas.width, max(root[0], tip[0]) + pad)),
    )
    top, bottom = (
        int(max(0, min(root[1], tip[1]) - pad)),
        int(min(canvas.height, max(root[1], tip[1]) + pad)),
    )
    if right - left < 4 or bottom - top < 4:
        return
    bend = np.float32(scene.between(-0.28, 0.28))  # of the rib
    wide = np.float32(scene.between(0.34, 0.46))
    shape = _LeafShape(root, aim, long, bend, wide)
    box = (left, top, right, bottom)
    # Only the outline of what is in focus needs every pixel.
    sharp = blur <= 2
    u, v, half = shape.seen(canvas, box, 2)
    tone = _leaf_tone(scene, u, v, half, colour, long / 2, veins=1.0 if sharp else 0.35)
    cover = (
        shape.cover(canvas, box, 1) if sharp else softened(shape.cover(canvas, box, 2), blur / 2)
    )
    flat = cover[::2, ::2] if sharp else cover
    shadow = 1 - np.clip(softened(flat, long * 0.015), 0, 1) * np.float32(0.18)
    size = (right - left, bottom - top)
    layers = resized(np.dstack([tone, shadow]), size)
    if not sharp:
        cover = resized(cover, size)
    for channel in range(3):
        part = canvas.light[top:bottom, left:right, channel]
        part *= layers[..., 3]
        part += cover * (layers[..., channel] - part)


@dataclass(frozen=True)
class _LeafShape:
    """Where a leaf lies: pixels of its root, angle, length in pixels, bend and width."""

    root: Point
    aim: float
    long: float
    bend: np.float32
    wide: np.float32

    def seen(self, canvas: Canvas, box: Box, stride: int) -> tuple[Field, Field, Field]:
        """Place along the leaf (0..1), across it, and the half width there, in leaf lengths."""
        left, top, right, bottom = box
        dx = (canvas.x[:, left:right:stride] - self.root[0]) / np.float32(self.long)
        dy = (canvas.y[top:bottom:stride] - self.root[1]) / np.float32(self.long)
        sine, cosine = np.float32(np.sin(self.aim)), np.float32(np.cos(self.aim))
        u = dx * cosine + dy * sine
        v = dy * cosine - dx * sine + self.bend * u * (1 - u)
        clear = np.clip(u, 0, 1)
        return u, v, self.wide * clear * (1 - clear) * (3.6 - 1.6 * clear) + np.float32(1e-4)

    def cover(self, canvas: Canvas, box: Box, stride: int) -> Field:
        """The leaf and its stalk, 0..1."""
        u, v, half = self.seen(canvas, box, stride)
        long = np.float32(self.long / stride)
        blade = np.clip((half - np.abs(v)) * long * np.float32(0.8) + 0.5, 0, 1) * (
            (u > 0) & (u < 1)
        )
        stalk = np.clip((0.008 - np.abs(v)) * long + 0.5, 0, 1) * ((u > -0.25) & (u <= 0.1))
        return np.asarray(np.maximum(blade, stalk), dtype=np.float32)


def _leaf_tone(
    scene: Scene, u: Field, v: Field, half: Field, colour: Oklch, long: float, *, veins: float
) -> Field:
    """Colours of a blade against the light: darker on one side, with a rib and side veins."""
    clear = np.clip(u, 0, 1)
    across = np.clip(v / half, -1, 1)
    ribs = np.abs((clear * 9 - np.abs(across) * 1.6) % 1 - 0.5)
    vein = step(0.48 - 13.5 / long, 0.5, ribs) * np.clip(1.1 - np.abs(across), 0, 1) * 0.20
    rib = np.clip((0.0065 * (1.3 - clear) - np.abs(v)) * np.float32(long) + 0.7, 0, 1) * 0.38
    line = np.maximum(vein, rib) * np.float32(veins)
    side = np.where(v > 0, np.float32(1.07), np.float32(0.90))
    body = side * (0.93 + 0.22 * (1 - np.abs(across)) - 0.20 * ribs)
    glow = scene.palette.light.mixed(colour, 0.45)
    return mixture((body * (1 - line), colour.linear()), (line, glow.linear()))
