from pathlib import Path

import pytest

from jobs.errors import InvalidInput, UnsupportedMedia
from media.caption_look import CaptionLook
from media.cues import Cue, CueWord
from media.fonts import Weight, font_set
from media.lettering import draw_captions, draw_title, measure
from media.own_fonts import font_of_family, font_of_file, own_font
from media.run import Workspace
from media.text_style import TextStyle

MAIN = font_set("en").main()


def test_a_family_is_found_whatever_its_case_with_both_weights() -> None:
    found = font_of_family(MAIN.family.upper())

    assert {found.regular.family, found.bold.family} == {MAIN.family}
    assert found.of(Weight.BOLD) is found.bold


def test_a_family_that_is_not_installed_is_refused_with_similar_ones() -> None:
    misspelt = MAIN.family.replace("a", "o")

    with pytest.raises(InvalidInput) as raised:
        font_of_family(misspelt)

    assert raised.value.message.startswith(f"the font {misspelt} is not installed here: give ")
    assert MAIN.family in raised.value.message
    assert raised.value.message.endswith(" or a .ttf or .otf file")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0\1\0\0" + 100 * b"\0", id="head only"),
        pytest.param(b"OTTO" + 60 * b"\xff", id="damaged"),
    ],
)
def test_what_is_no_font_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "brand.ttf"
    path.write_bytes(content)

    with pytest.raises(UnsupportedMedia, match=r"brand.ttf is not a font that can be drawn"):
        font_of_file(path)


def test_a_file_goes_before_a_family_and_none_is_the_usual_font() -> None:
    files = {"media/f.font": MAIN.path}

    assert own_font(TextStyle(font_file="media/f.font", font="no such"), files)
    assert own_font(TextStyle(), files) is None


def test_text_is_measured_and_drawn_in_the_font_of_the_brand(space: Workspace) -> None:
    regular = font_set("en", Weight.REGULAR).main()
    own = font_of_file(regular.path)
    usual, branded = CaptionLook("block", 640, 360), CaptionLook("block", 640, 360, own=own)
    cue = Cue(0, 20, ((CueWord("mmmmmmmm", 0, 20),),))

    widths = [
        draw_captions(space, look, [cue]).states[0].sprite.rgba.shape[1]
        for look in (usual, branded)
    ]
    measured = [measure(look, ["mmmmmmmm"])[0] for look in (usual, branded)]

    assert measured[0] != measured[1]
    assert widths[0] - widths[1] == pytest.approx(measured[0] - measured[1], abs=4)


def test_a_title_has_the_font_of_the_brand(space: Workspace) -> None:
    own = font_of_file(font_set("en", Weight.REGULAR).main().path)

    usual, branded = (
        draw_title(space, (640, 360), "HHHH", own=font).sprite.rgba.shape for font in (None, own)
    )

    assert usual != branded
