"""Technology: a network of lights, a wave of points, a neon grid to the horizon, cells."""

import numpy as np

from providers.artist.canvas import Canvas, cover_of, line, softened
from providers.artist.colour import Field
from providers.artist.night import darkened
from providers.artist.noise import curve, fractal, step
from providers.artist.scene import Scene
from providers.artist.sky import paint_stars_field


def paint_network(canvas: Canvas, scene: Scene) -> None:
    """Nodes joined to their neighbours; near ones are sharp, far ones glow softly."""
    palette, unit = darkened(scene.palette), canvas.unit
    canvas.sky(
        (0.0, palette.near), (0.5, palette.zenith.mixed(palette.middle, 0.65)), (1.0, palette.near)
    )
    canvas.glow(
        (canvas.width * scene.between(0.3, 0.7), canvas.height * 0.45),
        unit * 0.40,
        palette.middle.mixed(palette.horizon, 0.4),
        0.40,
    )
    for layer in range(3):
        near = layer / 2
        count = int((170, 120, 60)[layer] * canvas.width * canvas.height / unit**2)
        places = scene.rng.random((count, 2)) * (1.1, 1.1) - 0.05
        # A calm middle: nodes are pushed away from it.
        offset = places - 0.5
        away = np.hypot(offset[:, 0], offset[:, 1])[:, None] + 1e-3
        places = 0.5 + offset / away * (0.07 + 0.93 * away)
        nodes = (places * (canvas.width, canvas.height)).astype(np.float32)
        _links(canvas, scene, nodes, near)
        for node in nodes:
            bright = scene.between(0.3, 1.0)
            size = unit * (0.0012 + 0.0030 * near * scene.rng.random())
            tint = palette.light.mixed(palette.accent, 0.65 * float(scene.rng.random() < 0.35))
            at = (float(node[0]), float(node[1]))
            canvas.spot(at, size, tint, bright * (0.5 + 0.8 * near), size * (1.4 - 0.9 * near))
            canvas.spot(at, size * 1.5, tint, bright * 0.16, size * 12)


def _links(canvas: Canvas, scene: Scene, nodes: Field, near: float) -> None:
    palette, unit = darkened(scene.palette), canvas.unit
    reach = unit * (0.085 + 0.055 * near)
    mask = canvas.mask()
    distance = np.hypot(*(nodes[:, None, :] - nodes[None, :, :]).transpose(2, 0, 1))
    for first, second in np.argwhere(np.triu(distance < reach, 1)):
        level = int(215 * (1 - distance[first, second] / reach)) + 12
        line(mask, nodes[[first, second]], unit * (0.0006 + 0.0004 * near), level)
    cover = softened(cover_of(mask), unit * 0.0006 * (1 - near))
    canvas.add(
        cover * np.float32(0.35 + 0.55 * near), palette.light.mixed(palette.horizon, 0.5).linear()
    )


def paint_data(canvas: Canvas, scene: Scene) -> None:
    """A rolling surface of points of light, in perspective and out of focus at both ends."""
    palette, unit = darkened(scene.palette), canvas.unit
    canvas.sky(
        (0.0, palette.near), (0.42, palette.zenith.mixed(palette.middle, 0.6)), (1.0, palette.near)
    )
    canvas.glow((canvas.width * 0.5, canvas.height * 0.40), unit * 0.36, palette.horizon, 0.16)
    phases = scene.rng.random(4) * 6.28
    columns, rows = int(110 * max(0.55, canvas.width / unit)), 60
    across = (np.arange(columns) / (columns - 1) - 0.5) * 2
    for row in range(rows):
        far = 1 - row / (rows - 1)
        scale = 0.34 + 1.9 * (1 - far) ** 1.8
        wave = (
            np.sin(across * 3.1 + far * 7 + phases[0])
            + 0.6 * np.sin(across * 5.3 - far * 5 + phases[1])
            + 0.35 * np.sin(across * 9.1 + far * 11 + phases[2])
        )
        xs = canvas.width * 0.5 + across * canvas.width * 0.5 * scale * 1.4
        ys = canvas.height * (0.44 + 0.50 * (1 - far) ** 1.5) - wave * unit * 0.052 * scale
        lit = np.clip((wave + 1.5) / 3.2, 0, 1) ** 1.6
        _points(canvas, scene, xs, ys, lit, far)


def _points(canvas: Canvas, scene: Scene, xs: Field, ys: Field, lit: Field, far: float) -> None:
    palette, unit = darkened(scene.palette), canvas.unit
    focus = abs(far - 0.45)
    size = unit * (0.0009 + 0.0014 * (1 - far) + 0.0045 * max(0.0, 0.30 - far))
    gain = (0.9 - 0.6 * focus) * (0.25 if far < 0.15 else 1.0) * min(1.0, 3 * (1 - far) + 0.15)
    for x, y, bright in zip(xs, ys, lit, strict=True):
        if -8 < x < canvas.width + 8 and -8 < y < canvas.height + 8:
            tint = palette.horizon.mixed(palette.light, float(bright))
            if bright > 0.86:
                tint = tint.mixed(palette.accent, 0.5)
            canvas.spot(
                (float(x), float(y)),
                size,
                tint,
                gain * (0.15 + float(bright)),
                size * (0.7 + focus),
            )


def paint_grid(canvas: Canvas, scene: Scene) -> None:
    """A striped sun behind wire hills, and a glowing grid that runs to the horizon."""
    palette, unit = darkened(scene.palette), canvas.unit
    horizon = int(canvas.height * 0.60)
    level = horizon / canvas.height
    canvas.sky(
        (0.0, palette.zenith),
        (level * 0.6, palette.middle),
        (level, palette.horizon),
        (1.0, palette.near),
    )
    paint_stars_field(canvas, scene, horizon * 0.9, 0.6)
    centre = (canvas.width * 0.5, horizon - unit * 0.13)
    canvas.glow(centre, unit * 0.24, palette.horizon, 0.40)
    _striped_sun(canvas, scene, centre, unit * 0.20)
    for layer in range(2):
        shape = curve(canvas.width, unit * 0.16, 5, scene.rng, ridged=True)
        sides = np.abs(canvas.x[0] / canvas.width - 0.5) * 2
        crest = horizon - shape * (0.03 + 0.14 * sides**1.5) * unit * (1.1 - 0.4 * layer)
        body = palette.near.mixed(palette.middle, 0.4 - 0.25 * layer)
        canvas.ground(crest.astype(np.float32), ((0, body), (1, palette.near)), unit * 0.15)
        rim = np.exp(-np.abs(canvas.y - crest[None, :]) / np.float32(unit * 0.0016)) * (
            0.55 - 0.25 * layer
        )
        canvas.add(rim.astype(np.float32), palette.horizon.mixed(palette.light, 0.3).linear())
    _floor_grid(canvas, scene, horizon)


def _striped_sun(canvas: Canvas, scene: Scene, at: tuple[float, float], radius: float) -> None:
    palette = darkened(scene.palette)
    off = np.sqrt((canvas.x - at[0]) ** 2 + (canvas.y - at[1]) ** 2)
    down = (canvas.y - at[1]) / np.float32(radius)
    wide = np.clip(0.10 + down * 0.42, 0, 1)
    phase = (down * 7.0) % 1
    gap = np.clip((np.abs(phase - 0.5) - wide * 0.5) * np.float32(radius / 7) + 0.5, 0, 1)
    stripes = np.where(down > 0.05, gap, 1.0)
    cover = np.clip(radius - off + 0.5, 0, 1) * stripes
    warm = palette.accent.turned(-110).lighter(0.05)
    share = np.clip(down * 0.5 + 0.5, 0, 1)[..., None]
    top, low = warm.linear(), palette.horizon.vivid(1.1).linear()
    canvas.over(
        cover.astype(np.float32),
        (top + (low - top) * share) * np.ones((1, canvas.width, 1), np.float32) * 1.2,
    )


def _floor_grid(canvas: Canvas, scene: Scene, horizon: int) -> None:
    palette, unit = darkened(scene.palette), canvas.unit
    down = canvas.y[horizon:] - horizon
    depth = np.float32(canvas.height - horizon)
    away = np.float32(unit * 0.22) / down
    across = (canvas.x - canvas.width / 2) / down
    floor = (
        palette.near.lighter(-0.01).linear()
        + (palette.middle.linear() * 0.55) * np.exp(-down / (depth * 0.25))[..., None]
    )
    canvas.light[horizon:] = floor
    # Distance to the nearest line in pixels: the cell divided by its size on the sheet.
    scale = 3.4
    u, v = across * scale, away * 2.2
    near_u = np.abs((u + 0.5) % 1 - 0.5) * down / scale
    near_v = np.abs((v + 0.5) % 1 - 0.5) * down / (away * 2.2)
    thick = np.float32(unit * 0.0008) + down * np.float32(0.0022)
    lines = np.maximum(
        np.clip(thick - near_u + 0.5, 0, 1),
        np.clip(thick - near_v + 0.5, 0, 1) * np.ones_like(near_u),
    )
    halo = np.exp(-np.minimum(near_u, near_v) / (thick * 5))
    fade = step(0.0, 0.10, down / depth)
    canvas.light[horizon:] += ((lines * 0.85 + halo * 0.20) * fade)[
        ..., None
    ] * palette.accent.mixed(palette.light, 0.25).linear()
    canvas.light[horizon:] += (np.exp(-down / (unit * 0.012)) * 0.6)[
        ..., None
    ] * palette.horizon.linear()


def paint_cells(canvas: Canvas, scene: Scene) -> None:
    """Translucent cells with nuclei under a microscope, some above or below the focus."""
    palette, unit = scene.palette, canvas.unit
    canvas.sky((0.0, palette.zenith), (0.5, palette.middle), (1.0, palette.zenith))
    canvas.glow((canvas.width * 0.5, canvas.height * 0.45), unit * 0.40, palette.horizon, 0.40)
    for layer in range(3):
        blur = unit * (0.012, 0.0, 0.020)[layer]
        for _ in range((26, 20, 5)[layer]):
            at = (
                canvas.width * scene.between(-0.05, 1.05),
                canvas.height * scene.between(-0.05, 1.05),
            )
            size = unit * scene.between(0.030, 0.062) * (0.8, 1.0, 2.0)[layer]
            _cell(canvas, scene, at, size, blur)
    specks = fractal((canvas.height // 2, canvas.width // 2), unit * 0.006, 2, scene.rng)
    canvas.add(canvas.full(step(0.86, 1.0, specks)) * np.float32(0.10), palette.light.linear())


def _cell(canvas: Canvas, scene: Scene, at: tuple[float, float], size: float, blur: float) -> None:
    palette = scene.palette
    reach = int(size * 1.35 + blur * 2.5 + 3)
    left, top = max(0, int(at[0]) - reach), max(0, int(at[1]) - reach)
    x = canvas.x[:, left : max(left, int(at[0]) + reach)] - at[0]
    y = canvas.y[top : max(top, int(at[1]) + reach)] - at[1]
    if not x.size or not y.size:
        return
    angle = np.arctan2(y, x)
    phases = scene.rng.random(3) * 6.28
    shape = (
        1
        + 0.07 * np.sin(angle * 2 + phases[0])
        + 0.05 * np.sin(angle * 3 + phases[1])
        + 0.025 * np.sin(angle * 5 + phases[2])
    )
    off = np.sqrt(x**2 + y**2) / (size * shape)
    solid = np.clip((1 - off) * size + 0.5, 0, 1)
    wall = np.exp(-(((off - 0.93) / 0.055) ** 2)) * solid
    turn = scene.between(0, 6.28)
    nx, ny = x / size - 0.25 * np.cos(turn), y / size - 0.25 * np.sin(turn)
    core = np.sqrt(nx**2 + ny**2) / 0.34
    nucleus = step(1.0, 0.86, core)
    tint = palette.accent if scene.chance(0.4) else palette.horizon
    body = tint.linear() * (0.55 + 0.45 * off**3)[..., None]
    body = (
        body
        + nucleus[..., None]
        * (tint.mixed(palette.near, 0.55).linear() * (1.2 - 0.4 * core)[..., None] - body)
        * 0.7
    )
    body = body + wall[..., None] * palette.light.linear() * 0.55
    cover = (solid * (0.42 + 0.30 * off**2) + nucleus * 0.3).astype(np.float32)
    part = canvas.light[top : top + y.shape[0], left : left + x.shape[1]]
    part += np.clip(softened(np.clip(cover, 0, 1), blur), 0, 1)[..., None] * (
        softened(body.astype(np.float32), blur) - part
    )
    glint = softened(
        (
            np.exp(-(((x / size + 0.42) / 0.16) ** 2 + ((y / size + 0.48) / 0.10) ** 2)) * solid
        ).astype(np.float32),
        blur,
    )
    part += glint[..., None] * palette.light.linear() * 0.30
