"""A logo over every frame."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from media.caption_look import CaptionLook
from media.overlay import Overlay
from media.pictures import read_transparent
from media.safe_area import safe_area
from media.sprite import Area

_TALLEST = 0.2  # of the frame's height: a tall logo is narrower than asked
_GAP = 0.02  # between it and captions, of the shorter side


@dataclass(frozen=True)
class LogoSpec:
    """A logo as the brand kit has it.

    Attributes:
      source: Blob name of the picture.
      corner: `top_left`, `top_right`, `bottom_left` or `bottom_right`.
      width: Share of the frame's width.
      margin: How far inside the safe area, as a share of the frame's shorter side.
      captions: Style of the captions that it stands clear of in a lower corner; empty for none.
    """

    source: str
    corner: str
    width: float
    opacity: float
    margin: float
    captions: str = ""


@dataclass(frozen=True, eq=False)
class DrawnLogo:
    """A logo ready to be laid over frames, and the part of the frame it covers."""

    overlay: Overlay
    area: Area


def draw_logo(path: Path, spec: LogoSpec, frame_size: tuple[int, int]) -> DrawnLogo:
    """Reads and sizes a logo. Raises `UnsupportedMedia`."""
    picture = read_transparent(path)
    area = logo_area(spec, frame_size, picture.width / picture.height)
    sized = picture.resized(area.right - area.left, area.bottom - area.top)
    rgba = np.rint(sized * spec.opacity).astype(np.uint8)
    return DrawnLogo(Overlay.of(area.left, area.top, rgba), area)


def logo_area(spec: LogoSpec, frame_size: tuple[int, int], aspect: float) -> Area:
    """Where a logo of some width to height stands, its sides even."""
    width, height = frame_size
    safe = safe_area(width, height)
    short = min(width, height)
    across = min(spec.width * width, safe.right - safe.left)
    across = min(across, _TALLEST * height * aspect)
    size = max(2, _even(across)), max(2, _even(across / aspect))
    margin = spec.margin * short
    bottom = safe.bottom - margin
    if spec.captions:
        bottom = min(bottom, CaptionLook(spec.captions, width, height).top - _GAP * short)
    is_left, is_top = spec.corner.endswith("left"), spec.corner.startswith("top")
    left = _even(safe.left + margin if is_left else safe.right - margin - size[0])
    top = _even(safe.top + margin if is_top else bottom - size[1])
    return Area(left, top, left + size[0], top + size[1])


def _even(value: float) -> int:
    return round(value / 2) * 2
