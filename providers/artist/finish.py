"""From light to a file: bloom, tone, vignette, grain, and dither against banding."""

from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from providers.artist.canvas import BLOCK_ROWS, Canvas, softened
from providers.artist.colour import Field, srgb

# Light up to here stays as it is; above, it bends towards white as on film.
SHOULDER = 0.70
BRIGHTEST = 4.0
TONE_STEPS = 65536
GRAIN_LEVELS = 1.0  # sigma of 255: from half a level on, noise hides 8-bit steps
QUALITY = 95


def scatter(canvas: Canvas, share: float) -> None:
    """Lets bright light bleed into its surroundings, as in a lens; `share` 0..0.5."""
    small = cv2.resize(canvas.light, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    bright = np.clip(small - 0.35, 0, 3).astype(np.float32)
    near = softened(bright, canvas.unit * 0.012 / 8)
    wide = softened(bright, canvas.unit * 0.06 / 8)
    canvas.light += canvas.full(np.maximum((near + wide) * np.float32(share), 0))


def darken_corners(canvas: Canvas, loss: float) -> None:
    """A vignette: light falls by `loss` (0..1) in the corners, nothing in the middle."""
    x, y = canvas.coarse(16)
    across = (x / canvas.width - 0.5) ** 2 + (y / canvas.height - 0.5) ** 2
    canvas.dim((1 - np.float32(loss) * (across * 2) ** 1.5).astype(np.float32))


def encoded(canvas: Canvas, rng: np.random.Generator) -> bytes:
    """The sheet as a JPEG, sRGB, 4:4:4, with film grain that also dithers the 8-bit steps."""
    table = _tone_table()
    pixels = np.empty(canvas.light.shape, np.uint8)
    for top in range(0, canvas.height, BLOCK_ROWS):
        light = canvas.light[top : top + BLOCK_ROWS]
        index = np.clip(light * (TONE_STEPS / BRIGHTEST), 0, TONE_STEPS - 1).astype(np.uint16)
        levels = table[index]
        grain = rng.standard_normal((*light.shape[:2], 1), dtype=np.float32)
        levels += grain * np.float32(GRAIN_LEVELS)
        pixels[top : top + BLOCK_ROWS] = np.clip(levels + np.float32(0.5), 0, 255)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=QUALITY, subsampling=0)
    return file.getvalue()


def _tone_table() -> Field:
    light = (np.arange(TONE_STEPS, dtype=np.float32) + 0.5) * (BRIGHTEST / TONE_STEPS)
    room = 1 - SHOULDER
    bent = SHOULDER + room * (1 - np.exp(-(light - SHOULDER) / room))
    return np.asarray(srgb(np.where(light < SHOULDER, light, bent)) * 255, dtype=np.float32)
