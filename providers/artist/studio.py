"""Paints a prompt: chooses palette and subject, runs the painter, develops the sheet."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from jobs.errors import InvalidInput
from providers.artist.abstract import paint_bokeh, paint_mist, paint_ribbons, paint_silk
from providers.artist.botanic import paint_flowers, paint_leaves
from providers.artist.canvas import BLOCK_ROWS, Canvas, softened
from providers.artist.city import paint_city
from providers.artist.clouds import paint_clouds
from providers.artist.colour import luminance
from providers.artist.desert import paint_dunes
from providers.artist.finish import darken_corners, encoded, scatter
from providers.artist.fire import paint_fire
from providers.artist.forest import paint_forest, paint_pines, paint_snow
from providers.artist.graphic import paint_contours, paint_paper, paint_shapes
from providers.artist.hills import paint_hills
from providers.artist.landscape import paint_mountains
from providers.artist.night import paint_aurora, paint_stars
from providers.artist.palette import palette_of
from providers.artist.palettes import Palette
from providers.artist.rain import paint_rain
from providers.artist.scene import Scene
from providers.artist.sea import paint_sea, paint_shore
from providers.artist.space import paint_nebula, paint_space
from providers.artist.subjects import LIGHT, subject_of
from providers.artist.technology import paint_cells, paint_data, paint_grid, paint_network
from providers.artist.underwater import paint_underwater
from providers.artist.words import content_words, number

SIDE_MIN, SIDE_MAX = 256, 4096
# White text on this reads at 1.05 / (0.15 + 0.05) = 5.2:1. WCAG 2 asks 4.5:1; grain takes some.
CARD_LUMINANCE = 0.15

Painter = Callable[[Canvas, Scene], None]
PAINTERS: MappingProxyType[str, Painter] = MappingProxyType(
    {
        "aurora": paint_aurora,
        "bokeh": paint_bokeh,
        "cells": paint_cells,
        "city": paint_city,
        "clouds": paint_clouds,
        "contours": paint_contours,
        "data": paint_data,
        "dunes": paint_dunes,
        "fire": paint_fire,
        "flowers": paint_flowers,
        "fog": paint_pines,
        "forest": paint_forest,
        "grid": paint_grid,
        "hills": paint_hills,
        "lake": paint_mountains,
        "leaves": paint_leaves,
        "mist": paint_mist,
        "mountains": paint_mountains,
        "nebula": paint_nebula,
        "network": paint_network,
        "paper": paint_paper,
        "pines": paint_pines,
        "rain": paint_rain,
        "ribbons": paint_ribbons,
        "sea": paint_sea,
        "shapes": paint_shapes,
        "shore": paint_shore,
        "silk": paint_silk,
        "snow": paint_snow,
        "space": paint_space,
        "stars": paint_stars,
        "underwater": paint_underwater,
    }
)


@dataclass(frozen=True)
class PictureRequest:
    """A picture to paint.

    Attributes:
      prompt: Words in any language: a description or a sentence of narration; may be empty.
      width: Pixels, 256..4096. Ask for more than is shown, so that the camera can move.
      height: Pixels, 256..4096.
      seed: Another number paints another picture of the same words.
    """

    prompt: str
    width: int
    height: int
    seed: int = 0

    def __post_init__(self) -> None:
        for name, side in (("width", self.width), ("height", self.height)):
            if not SIDE_MIN <= side <= SIDE_MAX:
                raise InvalidInput(
                    f"picture {name} {side}: expected {SIDE_MIN} to {SIDE_MAX} pixels"
                )


@dataclass(frozen=True)
class Picture:
    """A finished picture.

    Attributes:
      data: The file, JPEG.
      subject: What was painted, e.g. `mountains`.
      palette: Six colours as `#rrggbb`, from the sky's top to the accent.
    """

    data: bytes
    subject: str
    palette: tuple[str, ...]


def paint(request: PictureRequest) -> Picture:
    """Paints the prompt; the same request gives the same bytes on one machine."""
    painting = _painted(request, request.width, request.height)
    darken_corners(painting.canvas, 0.22)
    return _developed(request, painting, painting.canvas)


def card(request: PictureRequest) -> Picture:
    """A background for a title: the prompt's picture out of focus, dark where text will stand.

    White text keeps at least 4.5:1 (WCAG 2) over the middle 80 % of width and height.
    """
    # Painted at half size: it is blurred by more than that.
    painting = _painted(request, request.width // 2, request.height // 2)
    sheet = Canvas(request.width, request.height)
    sheet.light = sheet.full(softened(painting.canvas.light, painting.canvas.unit * 0.012))
    np.maximum(sheet.light, 0, out=sheet.light)
    _quieten(sheet)
    darken_corners(sheet, 0.3)
    return _developed(request, painting, sheet)


def _quieten(sheet: Canvas) -> None:
    """Bends light so that none is brighter than `CARD_LUMINANCE`, and deepens its colours."""
    for top in range(0, sheet.height, BLOCK_ROWS):
        part = sheet.light[top : top + BLOCK_ROWS]
        bright = luminance(part) + np.float32(1e-6)
        kept = np.float32(CARD_LUMINANCE) * (1 - np.exp(-bright * np.float32(1.5)))
        grey = kept[..., None]
        # Dark colours look duller than bright ones of the same chroma, so they get more.
        part[:] = np.maximum(
            grey + (part * (kept / bright)[..., None] - grey) * np.float32(1.35), 0
        )
        part *= np.minimum(1, np.float32(CARD_LUMINANCE) / (luminance(part) + 1e-6))[..., None]


@dataclass(frozen=True)
class _Painting:
    subject: str
    palette: Palette
    canvas: Canvas


def _painted(request: PictureRequest, width: int, height: int) -> _Painting:
    subject, named = subject_of(request.prompt, request.seed)
    palette = palette_of(request.prompt, LIGHT.get(subject) if named else None)
    canvas = Canvas(width, height)
    PAINTERS[subject](canvas, Scene(palette, named, _chance("picture", request)))
    scatter(canvas, 0.10)
    return _Painting(subject, palette, canvas)


def _developed(request: PictureRequest, painting: _Painting, sheet: Canvas) -> Picture:
    file = encoded(sheet, _chance("grain", request))
    colours = tuple(colour.hexadecimal() for colour in painting.palette.colours)
    return Picture(file, painting.subject, colours)


def _chance(use: str, request: PictureRequest) -> np.random.Generator:
    words = content_words(request.prompt) or (request.prompt,)
    return np.random.default_rng(number(use, request.seed, *words))
