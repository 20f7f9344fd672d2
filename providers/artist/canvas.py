"""A sheet of linear light to paint on, from the back to the front."""

import cv2
import numpy as np

from providers.artist.colour import Field, Oklch, Real, gradient
from providers.artist.noise import step

Point = tuple[float, float]
SUBPIXEL_BITS = 4
BLOCK_ROWS = 32  # of a wide sheet: what fits a processor's cache


class Canvas:
    """RGB light, (height, width, 3) float32; 1.0 is paper white and more is light that glows.

    Positions are pixels from the top left. Sizes should be multiples of `unit`, the geometric mean
    of the sides, so that a picture looks the same at every size and in portrait.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.unit = float(np.sqrt(width * height))
        self.light = np.zeros((height, width, 3), np.float32)
        self.x = np.arange(width, dtype=np.float32)[None, :] + 0.5
        self.y = np.arange(height, dtype=np.float32)[:, None] + 0.5

    @property
    def is_portrait(self) -> bool:
        """Whether the picture is taller than wide."""
        return self.height > self.width

    def coarse(self, divisor: int) -> tuple[Field, Field]:
        """Pixel positions (x row, y column) of a grid `divisor` times coarser, for soft things."""
        columns = max(8, self.width // divisor)
        rows = max(8, self.height // divisor)
        x = (np.arange(columns, dtype=np.float32)[None, :] + 0.5) * (self.width / columns)
        y = (np.arange(rows, dtype=np.float32)[:, None] + 0.5) * (self.height / rows)
        return x.astype(np.float32), y.astype(np.float32)

    def full(self, field: Real) -> Field:
        """A coarse field enlarged to the sheet, without steps."""
        size = (self.width, self.height)
        if field.shape[:2] == (size[1], size[0]):
            return np.asarray(field, dtype=np.float32)
        # Up to two times linear is smooth enough; beyond, its creases show in glows.
        close = field.shape[0] * 2 >= size[1]
        method = cv2.INTER_LINEAR if close else cv2.INTER_CUBIC
        return resized(field, size, method)

    def small(self, field: Real, divisor: int) -> Field:
        """A full field averaged down to a grid `divisor` times coarser."""
        size = (max(8, self.width // divisor), max(8, self.height // divisor))
        return resized(field, size, cv2.INTER_AREA)

    def sky(self, *stops: tuple[float, Oklch]) -> None:
        """Fills the sheet from top (0) to bottom (1) with a gradient."""
        self.light[:] = gradient(stops, self.y[:, 0] / self.height)[:, None, :]

    def over(self, cover: Real, colour: Real, top: int = 0) -> None:
        """Lays paint on the rows from `top`: cover 0..1 (rows, columns), colour (3,) or per pixel.

        Colours per row have the shape (rows, 1, 3).
        """
        for start in range(0, cover.shape[0], BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            share = cover[rows]
            if share.max() < 1 / 1024:  # less than a step of the file
                continue
            part = self.light[top + start : top + start + share.shape[0]]
            share = np.clip(share, 0.0, 1.0)
            paint = colour if colour.ndim == 1 else colour[rows]
            for channel in range(3):  # a last axis of 3 would be the slow inner loop
                sheet = part[..., channel]
                sheet += share * (paint[..., channel] - sheet)

    def add(self, amount: Real, colour: Field) -> None:
        """Adds light: amount (any coarse or full shape) times a colour (3,)."""
        amount = np.maximum(amount, 0.0)
        if amount.shape == self.light.shape[:2]:
            for channel in range(3):
                self.light[..., channel] += amount * colour[channel]
        else:
            self.light += self.full(amount[..., None] * colour)
            np.maximum(self.light, 0.0, out=self.light)  # the cubic enlargement undershoots

    def dim(self, factor: Real) -> None:
        """Multiplies the light by a field (any shape), as shadow does."""
        factor = self.full(factor)
        for channel in range(3):
            self.light[..., channel] *= factor

    def glow(
        self, at: Point, radius: float, colour: Oklch, gain: float, power: float = 1.5
    ) -> None:
        """Light that falls off around a point: gain / (1 + (distance / radius)^2)^power."""
        x, y = self.coarse(8)
        distance = ((x - at[0]) ** 2 + (y - at[1]) ** 2) / np.float32(radius**2)
        self.add(np.float32(gain) / (1 + distance) ** power, colour.linear())

    def disc(
        self, at: Point, radius: float, colour: Oklch, gain: float = 1.0, blur: float = 0.0
    ) -> None:
        """A round spot, its edge one pixel wide or as soft as `blur` pixels."""
        left, top, cover = self._round(at, radius, max(1.0, blur))
        if cover.size:
            part = self.light[top : top + cover.shape[0], left : left + cover.shape[1]]
            part += cover[..., None] * (colour.linear() * np.float32(gain) - part)

    def spot(
        self, at: Point, radius: float, colour: Oklch, gain: float, blur: float, rim: float = 0.0
    ) -> None:
        """Adds a disc of light, as an unfocused lamp gives; `rim` 0..1 brightens its border."""
        left, top, cover = self._round(at, radius, max(1.0, blur))
        if not cover.size:
            return
        rows, columns = cover.shape
        if rim:
            dx = self.x[:, left : left + columns] - at[0]
            dy = self.y[top : top + rows] - at[1]
            across = (dx**2 + dy**2) / np.float32(radius**2)
            cover *= (1 - rim + rim * across**2).astype(np.float32)
        part = self.light[top : top + rows, left : left + columns]
        part += cover[..., None] * (colour.linear() * np.float32(gain))

    def ground(
        self,
        crest: Field,
        stops: tuple[tuple[float, Oklch], ...],
        depth: float,
        blur: float = 1.0,
        texture: Field | None = None,
    ) -> None:
        """Fills everything below a line, (width,) of y pixels, with a gradient going down.

        Args:
          crest: Height of the line at each column.
          stops: Colours, 0 at the highest point of the line and 1 `depth` pixels lower.
          depth: Length of the gradient in pixels.
          blur: Softness of the edge in pixels.
          texture: Factor per pixel over the whole sheet, any coarse shape.
        """
        top = int(max(0, crest.min() - blur - 2))
        if top >= self.height:
            return
        # Divided by the slope, so that steep edges are as smooth as level ones.
        slope = np.sqrt(1 + np.gradient(crest) ** 2).astype(np.float32)
        solid = int(min(self.height, max(top, crest.max() + blur * slope.max() + 2)))
        rows = self.y[top:]
        colours = gradient(stops, (rows[:, 0] - crest.min()) / np.float32(depth))[:, None, :]
        if texture is not None:
            shaded = self.full(texture)[top:]
            tinted = np.empty((*shaded.shape, 3), np.float32)
            for channel in range(3):
                tinted[..., channel] = shaded * colours[..., channel]
            colours = tinted
        cover = (self.y[top:solid] - crest[None, :]) / (slope[None, :] * np.float32(blur)) + 0.5
        self.over(cover, colours[: solid - top], top)
        self.light[solid:] = colours[solid - top :]

    def mask(self) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        """An empty 8-bit mask of the sheet for `polygon` and `line`."""
        return np.zeros((self.height, self.width), np.uint8)

    def mirror(self, waterline: int, depth: int) -> Field:
        """The light above a row, upside down, `depth` rows, squeezed or repeated to fit."""
        above = self.light[:waterline][::-1]
        if above.shape[0] >= depth:
            return above[:depth].copy()
        return resized(above, (self.width, depth))

    def _round(self, at: Point, radius: float, blur: float) -> tuple[int, int, Field]:
        reach = radius + blur + 1
        left, top = max(0, int(at[0] - reach)), max(0, int(at[1] - reach))
        x = self.x[:, left : max(left, int(at[0] + reach + 1))] - at[0]
        y = self.y[top : max(top, int(at[1] + reach + 1))] - at[1]
        distance = np.sqrt(x**2 + y**2)
        if blur <= 1:
            return left, top, np.clip(radius - distance + 0.5, 0, 1).astype(np.float32)
        return left, top, step(radius + blur / 2, radius - blur / 2, distance)


Mask = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


def polygon(mask: Mask, points: Field, level: int = 255) -> None:
    """Draws a filled polygon, (n, 2) of x and y pixels, smooth-edged, into a mask."""
    fixed = np.rint((points - 0.5) * 2**SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(mask, [fixed], (level,), cv2.LINE_AA, SUBPIXEL_BITS)


def line(mask: Mask, points: Field, thickness: float, level: int = 255) -> None:
    """Draws a smooth open line, (n, 2) of x and y pixels; at least one pixel thick."""
    fixed = np.rint((points - 0.5) * 2**SUBPIXEL_BITS).astype(np.int32)
    width = max(1, round(thickness))
    cv2.polylines(mask, [fixed], False, (level,), width, cv2.LINE_AA, SUBPIXEL_BITS)


def mixture(*parts: tuple[Real, Field]) -> Field:
    """The sum of weights (rows, columns) times colours (3,), as (rows, columns, 3)."""
    shape = np.broadcast_shapes(*(weight.shape for weight, _ in parts))
    mixed = np.zeros((*shape, 3), np.float32)
    for channel in range(3):
        for weight, colour in parts:
            mixed[..., channel] += weight * colour[channel]
    return mixed


def resized(field: Real, size: tuple[int, int], method: int = cv2.INTER_LINEAR) -> Field:
    """The field at another size, (columns, rows); `method` is one of OpenCV's."""
    return np.asarray(cv2.resize(field, size, interpolation=method), dtype=np.float32)


def softened(field: Real, sigma: float) -> Field:
    """A Gaussian blur by `sigma` samples; wide ones are done on a coarser grid."""
    if sigma < 0.3:
        return np.asarray(field, dtype=np.float32)
    divisor = 1
    while sigma / divisor > 6:
        divisor *= 2
    rows, columns = field.shape[:2]
    small: Real = field
    if divisor > 1:
        size = (max(2, columns // divisor), max(2, rows // divisor))
        small = resized(field, size, cv2.INTER_AREA)
    border = cv2.BORDER_REFLECT_101
    blurred = np.asarray(
        cv2.GaussianBlur(small, (0, 0), sigma / divisor, borderType=border), dtype=np.float32
    )
    if divisor > 1:
        blurred = resized(blurred, (columns, rows), cv2.INTER_CUBIC)
    return np.asarray(blurred, dtype=np.float32)


def cover_of(mask: Mask) -> Field:
    """An 8-bit mask as cover 0..1."""
    return np.asarray(mask * np.float32(1 / 255), dtype=np.float32)
