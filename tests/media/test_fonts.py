import shutil
from pathlib import Path

import pytest

from jobs.errors import ToolMissing
from media.fonts import (
    FontSet,
    Weight,
    cjk_region,
    emoji_font,
    fingerprint,
    font_set,
    index_fonts,
    installed_fonts,
    script_coverage,
)
from media.sfnt import Font, read_fonts


def latin_font() -> Font:
    return font_set("en").main()


def test_the_fingerprint_changes_with_the_fonts(tmp_path: Path) -> None:
    shutil.copy(latin_font().path, tmp_path / "One.ttf")
    before = index_fonts([tmp_path]).fingerprint
    again = index_fonts([tmp_path]).fingerprint
    shutil.copy(latin_font().path, tmp_path / "Two.ttf")

    assert again == before != index_fonts([tmp_path]).fingerprint
    assert fingerprint() == installed_fonts().fingerprint


def test_a_folder_that_is_not_there_has_no_fonts(tmp_path: Path) -> None:
    assert index_fonts([tmp_path / "nowhere"]).files == {}


def test_any_font_with_latin_is_better_than_none(tmp_path: Path) -> None:
    shutil.copy(latin_font().path, tmp_path / "Unheard of.ttf")
    (tmp_path / "Damaged.ttf").write_bytes(b"\0\1\0\0 not a font")

    found = FontSet(index_fonts([tmp_path]), Weight.BOLD, "en").main()

    assert found.path == tmp_path / "Unheard of.ttf"
    assert found.family == latin_font().family


def test_a_machine_without_fonts_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="fonts-noto-core"):
        FontSet(index_fonts([tmp_path]), Weight.BOLD, "en").main()


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("ja", "JP", id="Japanese"),
        pytest.param("ko-KR", "KR", id="Korean"),
        pytest.param("zh", "SC", id="Chinese"),
        pytest.param("zh-Hant-TW", "TC", id="Taiwan"),
        pytest.param("zh_HK", "HK", id="Hong Kong"),
        pytest.param("yue", "HK", id="Cantonese"),
        pytest.param("en", None, id="English"),
    ],
)
def test_han_characters_take_the_forms_of_the_language(language: str, expected: str | None) -> None:
    assert cjk_region(language) == expected


@pytest.mark.parametrize(
    ("language", "character", "family"),
    [
        pytest.param("en", "é", "Noto Sans", id="Latin"),
        pytest.param("ar", "ع", "Noto Sans Arabic", id="Arabic"),
        pytest.param("en", "ש", "Noto Sans Hebrew", id="Hebrew in English"),
        pytest.param("ja", "直", "Noto Sans CJK JP", id="Han in Japanese"),
        pytest.param("zh", "直", "Noto Sans CJK SC", id="Han in Chinese"),
        pytest.param("en", "한", "Noto Sans CJK SC", id="Hangul in English"),
        pytest.param("th", "ก", "Noto Sans Thai", id="Thai"),
    ],
)
def test_each_script_has_its_noto_font(language: str, character: str, family: str) -> None:
    found = font_set(language).for_character(character)
    if script_coverage()["Chinese"] is None or latin_font().family != "Noto Sans":
        pytest.skip("the Noto fonts are not installed")

    assert found
    assert found.family == family
    assert found.has(character)


def test_a_character_in_no_known_font_has_none() -> None:
    assert font_set("en").for_character("\U0010fffd") is None


def test_coverage_names_a_family_or_nothing() -> None:
    coverage = script_coverage()

    assert coverage["Latin"] == latin_font().family
    assert {"Arabic", "Hebrew", "Chinese", "Japanese", "Korean", "Colour emoji"} <= set(coverage)


def test_a_font_is_read_as_its_maker_made_it() -> None:
    font = latin_font()

    assert font.has("Aé1 ")
    assert not font.has("\U0010fffd")
    assert 0.7 < font.ascent_em < 1.5
    assert 0.1 < font.descent_em < 0.9


@pytest.mark.parametrize("kept", [0, 3, 11, 100, 600, 5000, 50_000])
def test_a_truncated_font_is_no_error(tmp_path: Path, kept: int) -> None:
    path = tmp_path / f"cut{kept}.ttf"
    path.write_bytes(latin_font().path.read_bytes()[:kept])

    fonts = read_fonts(path)

    assert all(not font.has("\U0010fffd") for font in fonts)


def test_the_emoji_font_has_bitmaps(tmp_path: Path) -> None:
    shutil.copy(latin_font().path, tmp_path / "NotoColorEmoji.ttf")

    assert emoji_font(index_fonts([tmp_path])) is None
