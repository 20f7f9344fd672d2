"""Pictures: which format is ordered for a frame, and what comes."""

import io
import math
import warnings
from typing import Any

from PIL import Image

from jobs.errors import Charged, ProviderUnusable
from providers.gemini.generation import Blob, Generation, no_blob
from providers.takes import Scenery

# What every model of pictures knows.
RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
SIZES = {"1K": 1024, "2K": 2048, "4K": 4096}  # side of a square; others have as many pixels
_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg"}
_LEAST_SIDE = 64


def nearest_ratio(width: int, height: int) -> str:
    """The ratio of sides that loses least when it is cut to a frame."""
    return min(RATIOS, key=lambda ratio: abs(math.log(width / height / _quotient(ratio))))


def size_for(width: int, height: int, largest: str) -> str:
    """The smallest size with as many pixels as a frame, at most the largest that is allowed."""
    allowed = sizes_up_to(largest)
    enough = (size for size in allowed if SIZES[size] ** 2 >= width * height)
    return next(enough, allowed[-1])


def sizes_up_to(largest: str) -> tuple[str, ...]:
    """The sizes, from the smallest to the largest that is allowed."""
    return tuple(SIZES)[: tuple(SIZES).index(largest) + 1]


def picture_request(scenery: Scenery, largest: str) -> dict[str, Any]:
    """The body of the request for a picture."""
    return {
        "contents": [{"role": "user", "parts": [{"text": scenery.prompt}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {
                "aspectRatio": nearest_ratio(scenery.width, scenery.height),
                "imageSize": size_for(scenery.width, scenery.height, largest),
            },
        },
    }


def picture_in(generation: Generation, name: str) -> tuple[bytes, str]:
    """The last picture of an answer, and the suffix of its kind; earlier ones are drafts.

    Raises:
      ProviderUnusable: There is none, or it is none.
    """
    blobs = [blob for blob in generation.blobs if blob.mime_type.lower().startswith("image/")]
    if not blobs:
        raise no_blob(name, "a picture")
    return blobs[-1].data, _suffix(blobs[-1], name)


def _suffix(blob: Blob, name: str) -> str:
    """Told by the header; the pixels are decoded where the picture is used."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture too large to be opened is a warning
            with Image.open(io.BytesIO(blob.data), formats=tuple(_SUFFIXES)) as picture:
                kind, side = picture.format, min(picture.size)
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        raise ProviderUnusable(
            f"{name} sent something else than a PNG or JPEG picture ({type(error).__name__})",
            charged=Charged.YES,
            provider=name,
        ) from error
    if side < _LEAST_SIDE:
        raise ProviderUnusable(
            f"{name} sent a picture of {side} pixels", charged=Charged.YES, provider=name
        )
    return _SUFFIXES[kind or ""]


def _quotient(ratio: str) -> float:
    across, _, down = ratio.partition(":")
    return int(across) / int(down)
