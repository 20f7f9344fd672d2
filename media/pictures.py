"""Reading the picture files of users, whatever they hold."""

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from jobs.errors import UnsupportedMedia
from media.run import MAX_PIXELS

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
_BEHIND_ALPHA = (
    16,
    16,
    20,
)  # what shows through transparent pictures: near black, as between scenes


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height as shown, read from the header only.

    Raises:
      UnsupportedMedia: Not a picture of `FORMATS`, or more than 50 million pixels.
    """
    with _opened(path) as image:
        turned = image.getexif().get(0x0112, 1) in (
            5,
            6,
            7,
            8,
        )  # EXIF orientation, transposing ones
        return (image.height, image.width) if turned else (image.width, image.height)


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The picture as sRGB, shape (height, width, 3): turned as EXIF says, colours converted from
    its profile, laid over near black where it is transparent.

    Raises:
      UnsupportedMedia: Not a picture, larger than 50 million pixels, or damaged.
    """
    try:
        with _opened(path) as image:
            image.load()
            upright = ImageOps.exif_transpose(image)
            return np.asarray(_flat(_in_srgb(upright)))
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UnsupportedMedia(f"{path.name} is damaged: {error}") from error


def _opened(path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # bomb warnings: the size is checked right below
            image = Image.open(path, formats=FORMATS)
    except FileNotFoundError as error:
        raise UnsupportedMedia(f"{path.name} does not exist") from error
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        if isinstance(error, Image.DecompressionBombError):
            raise _too_large(path, "") from error
        raise UnsupportedMedia(
            f"{path.name} is not a picture (accepted: {', '.join(FORMATS)})"
        ) from error
    if image.width * image.height > MAX_PIXELS:
        size = f" ({image.width}x{image.height})"
        image.close()
        raise _too_large(path, size)
    return image


def _too_large(path: Path, size: str) -> UnsupportedMedia:
    return UnsupportedMedia(
        f"{path.name} is too large{size}: at most {MAX_PIXELS // 1_000_000} million pixels"
    )


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "L", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        return image  # a broken profile is not a broken picture: browsers ignore it, too
    return converted or image


def _flat(image: Image.Image) -> Image.Image:
    if image.mode in ("I;16", "I", "F"):
        # Pillow clips 16-bit grey instead of scaling it.
        grey = np.asarray(image, np.float64) / (65535 if image.mode != "F" else 1)
        image = Image.fromarray((np.clip(grey, 0, 1) * 255 + 0.5).astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (*_BEHIND_ALPHA, 255))
        image = Image.alpha_composite(ground, layer)
    return image.convert("RGB")
