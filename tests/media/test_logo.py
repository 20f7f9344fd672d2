from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media.caption_look import CaptionLook
from media.logo import LogoSpec, draw_logo, logo_area
from media.planes import Planes, yuv_of
from media.safe_area import safe_area

LOGO = LogoSpec("logo", "top_right", 0.12, 1.0, 0.0)
CORNERS = ("top_left", "top_right", "bottom_left", "bottom_right")
SIZES = [(1920, 1080), (1080, 1920), (1080, 1080), (256, 144), (144, 256)]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Red, its right half transparent."""
    image = Image.new("RGBA", (80, 40), (255, 0, 0, 255))
    image.paste((0, 255, 0, 0), (40, 0, 80, 40))
    image.save(tmp_path / "logo.png")
    return tmp_path / "logo.png"


@pytest.mark.parametrize("aspect", [0.1, 1.0, 2.5, 12.0])
@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_logo_stays_in_the_safe_area(size: tuple[int, int], corner: str, aspect: float) -> None:
    spec = replace(LOGO, corner=corner, width=0.4, captions="karaoke")

    area = logo_area(spec, size, aspect)

    safe = safe_area(*size)
    assert safe.grown(1, *size).joined(area) == safe.grown(1, *size)
    if corner.startswith("bottom"):
        assert area.bottom < CaptionLook("karaoke", *size).top
    assert area.bottom - area.top <= 0.2 * size[1] + 2


def test_corners_and_margin_say_where_a_logo_stands() -> None:
    areas = {c: logo_area(replace(LOGO, corner=c), (1920, 1080), 2.0) for c in CORNERS}
    inside = logo_area(replace(LOGO, margin=0.1), (1920, 1080), 2.0)

    assert {(area.left, area.top) for area in areas.values()} == {
        (96, 54), (1594, 54), (96, 910), (1594, 910),
    }  # fmt: skip
    assert (inside.left, inside.top) == (1594 - 108, 54 + 108)


@pytest.mark.parametrize("opacity", [1.0, 0.5])
def test_a_logo_lets_the_picture_through_where_it_is_transparent(
    picture: Path, opacity: float
) -> None:
    frame = Planes.blank(640, 360)
    frame.fill(yuv_of("#204060"))

    logo = draw_logo(picture, replace(LOGO, opacity=opacity), (640, 360))
    logo.overlay.draw(frame)

    area, ground, red = logo.area, yuv_of("#204060"), yuv_of("#ff0000")
    row = (area.top + area.bottom) // 2
    mixed = ground[2] + opacity * (red[2] - ground[2])
    assert frame.v[row // 2, area.left // 2 + 4] == pytest.approx(mixed, abs=2)
    assert frame.v[row // 2, area.right // 2 - 4] == ground[2]
    outside = frame.y.copy()
    area.of(outside)[:] = ground[0]
    assert np.all(outside == ground[0])
