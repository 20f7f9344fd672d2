"""Conifers as silhouettes."""

import numpy as np

from providers.artist.canvas import Canvas, Mask, cover_of, polygon
from providers.artist.colour import Field, Oklch
from providers.artist.noise import step
from providers.artist.scene import Scene


def pine_row(
    canvas: Canvas,
    scene: Scene,
    crest: Field,
    colour: Oklch,
    height: float,
    *,
    density: float = 1.0,
    foot: Oklch | None = None,
    calm: bool = False,
) -> None:
    """Conifers along a line of y pixels (width,), the ground below them filled.

    Args:
      canvas: Painted on.
      scene: Its randomness.
      crest: Where they stand.
      colour: Of the trees.
      height: Of a grown tree, in pixels.
      density: 1 closes the row; less leaves gaps.
      foot: Colour of the ground some way down; `colour` when not given.
      calm: Lower trees in the middle, so that the sides frame it.
    """
    mask = canvas.mask()
    where = -height
    while where < canvas.width + height:
        column = int(np.clip(where, 0, canvas.width - 1))
        tall = height * scene.between(0.45, 1.1)
        if calm:
            tall *= 0.5 + 1.1 * abs(column / canvas.width - 0.5) * 2
        pine(mask, scene, (where, float(crest[column]) + height * 0.06), tall)
        where += tall * scene.between(0.16, 0.42) / density
    top = int(max(0, float(crest.min()) - height * 2.1))
    polygon(mask, _below(canvas, crest))
    ends = (colour, foot or colour)
    share = step(0.0, 1.0, (canvas.y[top:] - crest.min() + height) / np.float32(height * 2.4))
    shades = ends[0].linear() + share[..., None] * (ends[1].linear() - ends[0].linear())
    canvas.over(cover_of(mask[top:]), shades, top)


def pine(mask: Mask, scene: Scene, foot: tuple[float, float], height: float) -> None:
    """One conifer drawn into a mask: a trunk and drooping tiers of branches, none alike."""
    x, y = foot
    tiers = int(np.clip(height / 7, 5, 22))
    # One draw a tree: a small preview has fewer tiers and must show the same wood.
    rng = np.random.default_rng(scene.rng.integers(2**63))
    half = height * rng.uniform(0.15, 0.20)
    left: list[tuple[float, float]] = [(x, y - height)]
    right: list[tuple[float, float]] = []
    for tier in range(1, tiers + 1):
        down = tier / tiers
        level = y - height * (1 - down * 0.93)
        for side, edge in ((-1, left), (1, right)):
            reach = half * down**0.85 * rng.uniform(0.70, 1.12)
            edge.append((x + side * reach, level + height * 0.022))
            edge.append((x + side * reach * 0.42, level - height * 0.004))
    trunk = height * 0.014
    left.append((x - trunk, y))
    right.append((x + trunk, y))
    polygon(mask, np.array(left + right[::-1], np.float32))


def _below(canvas: Canvas, crest: Field) -> Field:
    step_px = max(1, canvas.width // 400)
    xs = np.append(np.arange(0, canvas.width, step_px), canvas.width - 1)
    line = np.stack([xs.astype(np.float32), crest[xs]], axis=1)
    line[-1, 0] = canvas.width + 1
    corners = np.array([[canvas.width + 1, canvas.height + 1], [-1, canvas.height + 1]], np.float32)
    line[0, 0] = -1
    return np.concatenate([line, corners]).astype(np.float32)
