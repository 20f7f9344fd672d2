from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.contrast import LEAST, contrast
from jobs.errors import Cancelled, ToolFailed
from media.cues import Cue, CueWord
from media.fonts import emoji_font, installed_fonts, script_coverage
from media.lettering import CaptionLook, Sprite, draw_captions, draw_title, measure
from media.run import Workspace

WIDE = CaptionLook("block", 1280, 720)
COVERED = script_coverage()
Picture = NDArray[np.uint8]


def cue(*lines: str, start: int = 0, frames_a_word: int = 10) -> Cue:
    at = start
    rows = []
    for line in lines:
        row = []
        for word in line.split(" "):
            row.append(CueWord(word, at, at + frames_a_word))
            at += frames_a_word
        rows.append(tuple(row))
    return Cue(start, at + 5, tuple(rows))


def whole(text: str) -> Cue:
    return Cue(0, 20, ((CueWord(text, 0, 20),),))


def drawn(space: Workspace, look: CaptionLook, text: str) -> Sprite:
    return draw_captions(space, look, [whole(text)]).states[0].sprite


def bright(sprite: Sprite) -> Picture:
    """Where the sprite is lighter than any box or shadow."""
    return np.asarray(sprite.rgba[:, :, :3].max(axis=2) > 96)


def ink_width(sprite: Sprite) -> int:
    columns = np.flatnonzero(bright(sprite).any(axis=0))
    return int(columns[-1] - columns[0] + 1)


def over_color(sprite: Sprite, level: int) -> NDArray[np.float64]:
    alpha = sprite.rgba[:, :, 3:].astype(float) / 255
    return np.asarray(sprite.rgba[:, :, :3] + level * (1 - alpha))


@pytest.mark.parametrize(
    "text",
    [
        r"{\b1}bold{\b0}",
        r"C:\Nick's %{pts}, \N \n \h",
        r"{\p1}m 0 0 l 99 0 99 99{\p0}",
        "<i>it</i> &amp; 'quotes' \"too\"",
        "lone backslash \\",
        r"{\pos(0,0)\fs200}{",
        "}{ {{}} \\{ \\}",
        "colon: comma, [brackets]; =",
    ],
)
def test_markup_in_a_narration_is_drawn_as_written(space: Workspace, text: str) -> None:
    sprite = drawn(space, WIDE, text)

    assert ink_width(sprite) == pytest.approx(measure(WIDE, [text])[0], rel=0.03)


@pytest.mark.parametrize(
    ("script", "language", "text"),
    [
        pytest.param("Latin", "en", "Twice a day the sea forgets AVATAR", id="en"),
        pytest.param("Cyrillic", "ru", "Дважды в день море забывает", id="ru"),
        pytest.param("Arabic", "ar", "تنسى البحار هذه الصخور مرتين", id="ar"),
        pytest.param("Hebrew", "he", "הים שוכח את הסלעים 2 פעמים", id="he"),
        pytest.param("Devanagari", "hi", "समुद्र दिन में दो बार भूल जाता", id="hi"),
        pytest.param("Chinese", "zh", "大海每天两次忘记这些岩石", id="zh"),
        pytest.param("Japanese", "ja", "海は一日に二度これらの岩を忘れ", id="ja"),
        pytest.param("Korean", "ko", "바다는 하루에 두 번 이 바위", id="ko"),
        pytest.param("Thai", "th", "ทะเลลืมโขดหินเหล่านี้วันละสองครั้ง", id="th"),
    ],
)
def test_widths_are_measured_as_libass_draws_them(
    space: Workspace, script: str, language: str, text: str
) -> None:
    if COVERED[script] is None:
        pytest.skip(f"no font for {script} is installed")
    look = CaptionLook("block", 1920, 1080, language)

    (width,) = measure(look, [text])
    result = draw_captions(space, look, [whole(text)])

    assert ink_width(result.states[0].sprite) == pytest.approx(width, rel=0.03)
    assert result.missing_glyphs == ()


def test_a_line_that_is_too_wide_is_drawn_smaller(space: Workspace) -> None:
    sprite = drawn(space, WIDE, "Wide words " * 9)

    assert ink_width(sprite) == pytest.approx(WIDE.text_width, rel=0.03)


@pytest.mark.parametrize(
    ("look", "least", "most"),
    [
        pytest.param(CaptionLook("block", 1920, 1080), 0.74, 0.93, id="16:9"),
        pytest.param(CaptionLook("karaoke", 1280, 720), 0.74, 0.93, id="16:9 karaoke"),
        pytest.param(CaptionLook("block", 720, 720), 0.72, 0.9, id="1:1"),
        pytest.param(CaptionLook("block", 864, 1080), 0.73, 0.9, id="4:5"),
        pytest.param(CaptionLook("karaoke", 720, 1280), 0.6, 0.76, id="9:16"),
    ],
)
def test_captions_stay_where_nothing_covers_them(
    space: Workspace, look: CaptionLook, least: float, most: float
) -> None:
    result = draw_captions(space, look, [cue("Two lines here", "with fjords below")])

    for state in result.states:
        sprite = state.sprite
        height, width = sprite.rgba.shape[:2]
        assert least * look.height <= sprite.y
        assert sprite.y + height <= most * look.height
        assert abs(sprite.x + width / 2 - look.width / 2) <= 0.01 * look.width
        assert (sprite.rgba[:, :, :3].max(axis=2) <= sprite.rgba[:, :, 3]).all()


def test_block_captions_are_readable_over_white(space: Workspace) -> None:
    sprite = drawn(space, WIDE, "Legible")

    inside = sprite.rgba[:, :, 3] > 150
    shown = over_color(sprite, 255)[inside].max(axis=1) / 255
    luminance = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    box = np.median(luminance)

    assert luminance.max() == 1
    assert 0 < box <= 1.05 / 4.5 - 0.05  # WCAG 2.2, 1.4.3: 4.5 to 1


def test_karaoke_letters_are_outlined_over_white(space: Workspace) -> None:
    sprite = drawn(space, replace(WIDE, kind="karaoke"), "Legible")

    shown = over_color(sprite, 255).max(axis=2)

    assert (shown < 20).sum() > 0.15 * (sprite.rgba[:, :, 3] > 250).sum()


def test_a_block_caption_is_one_picture(space: Workspace) -> None:
    result = draw_captions(space, WIDE, [cue("One two", start=4), cue("three", start=40)])

    assert [(state.start, state.end) for state in result.states] == [(4, 29), (40, 55)]


def lit_columns(sprite: Sprite) -> NDArray[np.int64]:
    red, blue = sprite.rgba[:, :, 0].astype(int), sprite.rgba[:, :, 2].astype(int)
    return np.flatnonzero((red - blue > 120).any(axis=0))


@pytest.mark.parametrize(
    ("language", "text", "goes_right"),
    [
        pytest.param("en", "one two three", True, id="en"),
        pytest.param("he", "אחת שתיים שלוש", False, id="he"),
        pytest.param("ar", "NASA قالت نعم", False, id="ar that begins with a name"),
    ],
)
def test_karaoke_lights_each_word_in_reading_order_and_nothing_moves(
    space: Workspace, language: str, text: str, goes_right: bool
) -> None:
    look = CaptionLook("karaoke", 1280, 720, language)

    states = draw_captions(space, look, [cue(text, start=7)]).states

    assert [(state.start, state.end) for state in states] == [(7, 17), (17, 27), (27, 42)]
    places = [lit_columns(state.sprite).mean() for state in states]
    assert all((after > before) == goes_right for before, after in pairwise(places))
    assert (states[0].sprite.rgba[:, :, 3] == states[1].sprite.rgba[:, :, 3]).all()
    assert (states[0].sprite.rgba[:, :, 3] == states[2].sprite.rgba[:, :, 3]).all()


def test_no_word_is_lit_in_a_pause(space: Workspace) -> None:
    words = (CueWord("one", 0, 10), CueWord("two", 40, 50))

    states = draw_captions(space, replace(WIDE, kind="karaoke"), [Cue(0, 80, (words,))]).states

    assert [(s.start, s.end, lit_columns(s.sprite).size > 0) for s in states] == [
        (0, 10, True),
        (10, 40, False),
        (40, 50, True),
        (50, 80, False),
    ]


@pytest.mark.skipif(emoji_font(installed_fonts()) is None, reason="no colour emoji font")
def test_emoji_are_in_color_between_the_words(space: Workspace) -> None:
    result = draw_captions(space, WIDE, [whole("go 🚀 and 🇯🇵 home")])

    rgba = result.states[0].sprite.rgba[:, :, :3].astype(int)
    colorful = np.flatnonzero((rgba.max(axis=2) - rgba.min(axis=2) > 60).any(axis=0))
    (gap,) = np.flatnonzero(np.diff(colorful) > 40)
    assert result.missing_glyphs == ()
    between = rgba[:, colorful[gap] + 4 : colorful[gap + 1] - 4].min(axis=2)
    assert (between > 200).any()  # the white word "and"


def test_characters_that_no_font_has_are_told(space: Workspace) -> None:
    result = draw_captions(space, WIDE, [whole("a\U0010fffdb")])

    assert result.missing_glyphs == ("\U0010fffd",)


def test_text_is_drawn_on_a_machine_without_font_configuration(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = drawn(space, WIDE, "Plain words")
    monkeypatch.setenv("FONTCONFIG_FILE", "/nonexistent")

    assert (drawn(space, WIDE, "Plain words").rgba == usual.rgba).all()


def test_many_combining_marks_do_no_harm(space: Workspace) -> None:
    sprite = drawn(space, WIDE, "Za" + "\u0301\u0323" * 200 + "lgo")

    assert ink_width(sprite) > 20


def test_no_captions_need_no_process(space: Workspace) -> None:
    result = draw_captions(replace(space, ffmpeg="/nonexistent"), WIDE, [])

    assert (result.states, result.missing_glyphs) == ((), ())


def test_a_blank_title_is_no_picture(space: Workspace) -> None:
    result = draw_title(replace(space, ffmpeg="/nonexistent"), (1280, 720), " \n", "")

    assert not result.sprite.rgba.any()


def test_drawing_can_be_cancelled(space: Workspace) -> None:
    with pytest.raises(Cancelled):
        draw_captions(replace(space, cancelled=lambda: True), WIDE, [whole("late")])


def test_a_page_that_does_not_come_is_an_error(space: Workspace) -> None:
    program = space.folder / "program"
    program.write_text("#!/bin/sh\nhead -c 1000 /dev/zero\n", encoding="utf-8")
    program.chmod(0o755)

    with pytest.raises(ToolFailed, match="fewer pages"):
        draw_captions(replace(space, ffmpeg=str(program)), WIDE, [whole("half")])


@pytest.mark.parametrize("size", [(1920, 1080), (720, 1280), (720, 720)])
@pytest.mark.parametrize(
    ("text", "subtitle"),
    [
        pytest.param("Tide", None, id="one word"),
        pytest.param("The quiet hour before the ocean returns", "A film", id="subtitle"),
        pytest.param("Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 2, "", id="long word"),
        pytest.param(
            "Twice a day the sea forgets these rocks. " * 8, "x " * 90, id="a lot of text"
        ),
    ],
)
def test_titles_fit_the_title_safe_area(
    space: Workspace, size: tuple[int, int], text: str, subtitle: str | None
) -> None:
    sprite = draw_title(space, size, text, subtitle).sprite

    rows, columns = (np.flatnonzero(bright(sprite).any(axis=axis)) for axis in (1, 0))
    assert sprite.x + columns[0] >= 0.05 * size[0]
    assert sprite.x + columns[-1] <= 0.95 * size[0]
    assert sprite.y + rows[0] >= 0.05 * size[1]
    assert sprite.y + rows[-1] <= 0.95 * size[1]


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720), (720, 900)])
@pytest.mark.parametrize("style", ["block", "karaoke"])
def test_a_tall_title_stands_clear_of_captions(
    space: Workspace, size: tuple[int, int], style: str
) -> None:
    look = CaptionLook(style, *size, "ar")
    words = (CueWord("النهاية", 0, 9),)
    cue = Cue(0, 9, (words, words))

    captions = draw_captions(space, look, (cue,)).states[0].sprite
    title = draw_title(
        space, size, "عنوان طويل جدا عن برك المد", "نص فرعي مع أرقام وعلامات", "ar", look.top
    ).sprite

    ink = np.flatnonzero(bright(title).any(axis=1))
    assert title.y + ink[0] >= 0.05 * size[1]
    assert title.y + ink[-1] < captions.y


def test_a_title_is_large_and_its_subtitle_below_it_smaller(space: Workspace) -> None:
    title = draw_title(space, (1280, 720), "HHHH").sprite
    both = draw_title(space, (1280, 720), "HHHH", "HHHH").sprite

    def rows(sprite: Sprite) -> NDArray[np.int64]:
        return np.flatnonzero((sprite.rgba[:, :, :3].min(axis=2) > 200).any(axis=1))

    heights = [
        len(group) for group in np.split(rows(both), np.flatnonzero(np.diff(rows(both)) > 1) + 1)
    ]
    assert heights[0] == pytest.approx(len(rows(title)), abs=2)
    assert 0.4 < heights[-1] / heights[0] < 0.55
    assert heights[0] > 0.07 * 720


def test_the_same_request_draws_the_same_bytes(space: Workspace) -> None:
    first, second = (draw_title(space, (1280, 720), "Tide", "pools 🚀").sprite for _ in range(2))

    assert (first.x, first.y) == (second.x, second.y)
    assert first.rgba.tobytes() == second.rgba.tobytes()


@pytest.mark.parametrize(
    ("kind", "width", "height"),
    [
        pytest.param("fancy", 1280, 720, id="kind"),
        pytest.param("block", 1281, 720, id="odd"),
        pytest.param("block", 8, 8, id="tiny"),
    ],
)
def test_a_look_that_cannot_be_is_refused(kind: str, width: int, height: int) -> None:
    with pytest.raises(ValueError, match="captions"):
        CaptionLook(kind, width, height)


@pytest.mark.parametrize(
    ("size", "text", "subtitle"),
    [
        pytest.param((1280, 720), "Low water at noon", "and what is left", id="title"),
        pytest.param((720, 1280), "Low water at noon", "and what is left", id="tall"),
        pytest.param((1280, 720), " ".join(["A long quotation"] * 9), None, id="small letters"),
    ],
)
def test_titles_have_contrast_enough_on_white(
    space: Workspace, size: tuple[int, int], text: str, subtitle: str | None
) -> None:
    sprite = draw_title(space, size, text, subtitle).sprite

    letters = (sprite.rgba[:, :, :3].min(axis=2) > 200).astype(np.uint8)
    near, far = (cv2.dilate(letters, np.ones((side, side), np.uint8)) for side in (5, 9))
    around = over_color(sprite, 255)[:, :, 0][near != far]
    grey = round(float(np.percentile(around, 95)))
    assert contrast("#ffffff", f"#{grey:02x}{grey:02x}{grey:02x}") >= LEAST
