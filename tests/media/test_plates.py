from pathlib import Path

import numpy as np
import pytest

from media.ass import Page, font_tags
from media.fonts import Weight, font_set
from media.plates import draw_pages, missing_glyphs, rgba_of
from media.run import Workspace
from media.sfnt import Font, read_fonts


def ink(space: Workspace, font: Font) -> int:
    page = Page((f"{{\\an2\\pos(200,80)\\b0}}{font_tags(font.family, 60)}Mammut",))
    with draw_pages(space, 400, 100, [page], [font]) as plates:
        return int(plates.next().astype(int).sum())


def test_a_font_that_is_not_installed_is_given_by_its_file(
    space: Workspace, tmp_path: Path
) -> None:
    regular, bold = (font_set("en", weight).main() for weight in (Weight.REGULAR, Weight.BOLD))
    if regular.path == bold.path or regular.family != bold.family:
        pytest.skip("only one weight is installed")
    name = bold.family.encode("utf-16-be")
    unknown = b"\0Q" + name[2:]
    path = tmp_path / "unknown.ttf"
    path.write_bytes(bold.path.read_bytes().replace(name, unknown))
    (copy,) = read_fonts(path)

    assert copy.family == unknown.decode("utf-16-be")
    assert ink(space, copy) > 1.1 * ink(space, regular)


def test_channels_become_colors_with_coverage() -> None:
    page = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 127, 0], [0, 0, 0]]], np.uint8)

    rgba = rgba_of(page, "#ffffff", "#ff8000")

    assert rgba.tolist() == [
        [
            [255, 255, 255, 255],  # text
            [0, 0, 0, 255],  # outline
            [255, 128, 0, 255],  # lit
            [128, 128, 128, 255],  # edge between text and outline
            [0, 0, 0, 0],
        ]
    ]


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param(
            "[ass] Glyph 0x1F680 not found, selecting one more font for (Noto Sans, 700, 0)\n",
            (),
            id="found in another font",
        ),
        pytest.param(
            "[ass] fontselect: failed to find any fallback with glyph 0x1F680 for font: (N)\n"
            "[ass] fontselect: failed to find any fallback with glyph 0x41 for font: (N)\n"
            "[ass] fontselect: failed to find any fallback with glyph 0x41 for font: (N)\n",
            ("A", "🚀"),
            id="each once",
        ),
        pytest.param(
            "failed to find any fallback with glyph 0xFE0F failed to find any fallback with glyph "
            "0x2060 failed to find any fallback with glyph 0x20",
            (),
            id="characters that are never seen",
        ),
    ],
)
def test_missing_glyphs_are_read_from_messages(stderr: str, expected: tuple[str, ...]) -> None:
    assert missing_glyphs(stderr) == expected
