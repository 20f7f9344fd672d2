import pytest

from media.fonts import emoji_font, font_set, installed_fonts, script_coverage
from media.typeset import Piece, pieces_of, text_width_em, width_em

HAS_NOTO = script_coverage()["Arabic"] == "Noto Sans Arabic" and emoji_font(installed_fonts())


def shown(pieces: tuple[Piece, ...]) -> list[tuple[str, str]]:
    return [
        (piece.text, "emoji" if piece.is_emoji else piece.font.family if piece.font else "none")
        for piece in pieces
    ]


@pytest.mark.skipif(not HAS_NOTO, reason="the Noto fonts are not installed")
@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param("The sea, 1!", "en", [("The sea, 1!", "Noto Sans")], id="one font"),
        pytest.param(
            "قال NASA نعم.",
            "ar",
            [("قال ", "Noto Sans Arabic"), ("NASA ", "Noto Sans"), ("نعم.", "Noto Sans Arabic")],
            id="spaces and stops stay with the word before",
        ),
        pytest.param(
            "(海 sea)", "ja", [("(海 sea)", "Noto Sans CJK JP")], id="all in the CJK font"
        ),
        pytest.param(
            "go 🚀 now",
            "en",
            [("go ", "Noto Sans"), ("🚀", "emoji"), (" now", "Noto Sans")],
            id="emoji",
        ),
        pytest.param("a\u0301\u200d", "en", [("a\u0301\u200d", "Noto Sans")], id="marks"),
    ],
)
def test_text_is_cut_by_font(text: str, language: str, expected: list[tuple[str, str]]) -> None:
    assert shown(pieces_of(text, font_set(language))) == expected


@pytest.mark.parametrize("text", ["", " ", "\u0301a", "...", "\U0010fffd?", "🚀", "«א»"])
def test_no_character_is_lost(text: str) -> None:
    assert "".join(piece.text for piece in pieces_of(text, font_set("en"))) == text


def test_width_is_counted_in_ems() -> None:
    fonts = font_set("en")

    assert width_em(()) == 0
    assert text_width_em("mmmm", fonts) == pytest.approx(2 * text_width_em("mm", fonts), rel=0.01)
    assert text_width_em("m", fonts) > 2 * text_width_em("i", fonts)
