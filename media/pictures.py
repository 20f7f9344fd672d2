"""Reading the picture files of users, whatever they hold."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from jobs.errors import UnsupportedMedia
from media.picture_header import picture_header
from media.run import MAX_PIXELS

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
_BEHIND_ALPHA = (16, 16, 20)  # shows through transparent pictures: near black, as between scenes
# What Pillow raises for damaged files, found by giving it many.
_DAMAGE = (
    OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError,
    AttributeError, struct.error, zlib.error,
)  # fmt: skip


def picture_size(path: Path, name: str | None = None) -> tuple[int, int]:
    """Width and height as shown. Reads little and decodes nothing, whatever the file says.

    Whether the pixels are damaged is found out when they are read.

    Args:
      name: What to call the picture in messages; the name of the file unless given.

    Raises:
      UnsupportedMedia: Not a picture of `FORMATS`, its header damaged, or more than 50 million
        pixels.
    """
    name = name or path.name
    try:
        with path.open("rb") as file:
            header = picture_header(file)
    except FileNotFoundError as error:
        raise UnsupportedMedia(f"{name} does not exist") from error
    except OSError as error:
        raise UnsupportedMedia(f"{name} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UnsupportedMedia(f"{name} is damaged: {error}") from error
    if header is None:
        # The other formats come from this machine only: nobody sends them to a service.
        with _opened(path, name) as image:
            return image.size
    _check_size(name, header.width, header.height)
    return header.shown_size


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The picture as sRGB, shape (height, width, 3): turned as EXIF says, colours converted from
    its profile, laid over near black where it is transparent.

    Raises:
      UnsupportedMedia: Not a picture, larger than 50 million pixels, or damaged.
    """
    try:
        with _opened(path, path.name) as image:
            image.load()
            ImageOps.exif_transpose(image, in_place=True)  # what lies right is not copied
            return np.asarray(_flat(_in_srgb(image)))
    except _DAMAGE as error:
        raise UnsupportedMedia(f"{path.name} is damaged: {error}") from error


@dataclass(frozen=True, eq=False)
class Transparent:
    """A picture in sRGB with transparency."""

    image: Image.Image

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    def resized(self, width: int, height: int) -> NDArray[np.uint8]:
        """Premultiplied RGBA, uint8, shape (height, width, 4)."""
        # Pillow scales "RGBa", which is premultiplied: edges do not darken.
        small = self.image.convert("RGBa").resize((width, height), Image.Resampling.LANCZOS)
        rgba = np.array(small, np.uint8)
        np.minimum(rgba[:, :, :3], rgba[:, :, 3:], out=rgba[:, :, :3])
        return rgba


def read_transparent(path: Path) -> Transparent:
    """The picture with its transparency, turned as EXIF says. Raises `UnsupportedMedia`."""
    try:
        with _opened(path, path.name) as image:
            image.load()
            return Transparent(_in_srgb(ImageOps.exif_transpose(image)).convert("RGBA"))
    except _DAMAGE as error:
        raise UnsupportedMedia(f"{path.name} is damaged: {error}") from error


@contextmanager
def _opened(path: Path, name: str) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        # Of bombs: the size is checked right below. Of broken EXIF: pictures can do without.
        warnings.simplefilter("ignore")
        try:
            image = Image.open(path, formats=FORMATS)
        except FileNotFoundError as error:
            raise UnsupportedMedia(f"{name} does not exist") from error
        except Image.DecompressionBombError as error:
            raise _too_large(name, "") from error
        except (UnidentifiedImageError, *_DAMAGE) as error:
            raise UnsupportedMedia(
                f"{name} is not a picture (accepted: {', '.join(FORMATS)})"
            ) from error
        with image:
            _check_size(name, image.width, image.height)
            yield image


def _check_size(name: str, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_large(name, f" ({width}x{height})")


def _too_large(name: str, size: str) -> UnsupportedMedia:
    return UnsupportedMedia(
        f"{name} is too large{size}: at most {MAX_PIXELS // 1_000_000} million pixels"
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
    return image if image.mode == "RGB" else image.convert("RGB")
