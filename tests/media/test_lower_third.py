import numpy as np
import pytest

from jobs.contrast import LEAST, contrast
from media.caption_look import CaptionLook
from media.fonts import script_coverage
from media.lower_third import draw_lower_third, lay_out_lower_third
from media.run import Workspace
from media.safe_area import safe_area
from media.sprite import Area
from media.text_style import TextStyle

SIZES = [(1920, 1080), (1080, 1920), (1080, 1080), (1080, 1350), (256, 144), (144, 256)]
NAMES = {
    "short": ("Ann", ""),
    "usual": ("Maria Fernandez", "Marine biologist"),
    "long": ("Wolfeschlegelsteinhausenbergerdorff " * 2, "Head of the department " * 5),
}
HAS_ARABIC = script_coverage()["Arabic"]


def holds(outer: Area, inner: Area) -> bool:
    return outer.joined(inner) == outer


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_stays_within_the_safe_area_with_its_text_inside(
    size: tuple[int, int], language: str, name: str
) -> None:
    layout = lay_out_lower_third(*size, *NAMES[name], language)

    safe = safe_area(*size).grown(1, *size)
    assert holds(safe, layout.box)
    for line in layout.lines:
        assert layout.box.left < line.x - line.width_px / 2
        assert line.x + line.width_px / 2 < layout.box.right
        assert layout.box.top < line.baseline - 0.7 * line.em_px
        assert line.baseline + 0.2 * line.em_px < layout.box.bottom


@pytest.mark.parametrize("style", ["block", "karaoke"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_stands_above_captions(size: tuple[int, int], style: str) -> None:
    top = CaptionLook(style, *size).top

    layout = lay_out_lower_third(*size, *NAMES["usual"], "en", top)

    assert 0 < layout.box.top < layout.box.bottom < top


def test_it_stands_where_reading_begins() -> None:
    english = lay_out_lower_third(1920, 1080, "Maria", "Biologist", "en")
    arabic = lay_out_lower_third(1920, 1080, "Maria", "Biologist", "ar")

    assert (english.box.left, english.accent.left) == (96, 96)
    assert (arabic.box.right, arabic.accent.right) == (1824, 1824)
    assert english.lines[0].x < 960 < arabic.lines[0].x


@pytest.mark.skipif(not HAS_ARABIC, reason="no font for Arabic is installed")
def test_arabic_text_is_at_the_right_whatever_the_language() -> None:
    assert lay_out_lower_third(1920, 1080, "ماريا", "", "en").is_mirrored


def test_it_is_drawn_in_the_colours_it_is_given(space: Workspace) -> None:
    style = TextStyle("#102030", "#c02040", "#f0e8d8")
    layout = lay_out_lower_third(640, 360, "Maria", "Biologist", "en")

    sprite = draw_lower_third(space, (640, 360), layout, style).sprite

    colors = {tuple(map(int, color)) for color in sprite.rgba.reshape(-1, 4)}
    assert {(16, 32, 48, 255), (192, 32, 64, 255), (240, 232, 216, 255)} <= colors
    assert (sprite.x, sprite.y) == (layout.box.left, layout.box.top)
    assert sprite.rgba[:, :, 3].min() == 255


def test_its_own_colours_have_contrast_enough() -> None:
    style = TextStyle()

    assert contrast(style.text, style.background) > LEAST
    assert contrast(style.accent, style.background) > LEAST


def test_a_name_alone_is_in_the_middle_of_its_box(space: Workspace) -> None:
    layout = lay_out_lower_third(640, 360, "H", "", "en")

    sprite = draw_lower_third(space, (640, 360), layout, TextStyle()).sprite

    lit = np.argwhere(sprite.rgba[:, :, :3].min(axis=2) > 200)
    middle = lit.mean(axis=0)[0] / sprite.rgba.shape[0]
    assert middle == pytest.approx(0.5, abs=0.04)
