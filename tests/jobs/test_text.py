import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.text import clean_text, is_blank, is_speakable

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        pytest.param("e\u0301", "é", id="letters are composed"),
        pytest.param("e\x01\u0301", "é", id="a control character does not keep an accent apart"),
        pytest.param("a\r\nb\rc\x85d\fe", "a\nb\nc\nd\ne", id="every line end is one"),
        pytest.param("a\tb", "a\tb", id="tabs stay"),
        pytest.param("a\x1b[31mb\x9b\x7f", "a[31mb", id="controls go"),
        pytest.param("a" + "\u0301" * 400, "á" + "\u0301" * 7, id="towers of marks are cut"),
        pytest.param("Z\u0336" * 3, "Z\u0336" * 3, id="marks on many letters stay"),
        pytest.param(
            "x" + ("\u0300" * 8 + "\u200d") * 3,
            "x" + "\u0300" * 8 + "\u200d" * 3,
            id="a joiner starts no new tower",
        ),
        pytest.param(
            "\u202bשלום\u202c \u200fa", "\u202bשלום\u202c \u200fa", id="bidirectional marks stay"
        ),
        pytest.param(
            r"{\b1} C:\Nick %{pts} <i>&amp; '\" \N",
            r"{\b1} C:\Nick %{pts} <i>&amp; '\" \N",
            id="markup stays",
        ),
        pytest.param("👩🏽‍🚀🇫🇷1️⃣", "👩🏽‍🚀🇫🇷1️⃣", id="emoji sequences stay"),
        pytest.param("  a  ", "  a  ", id="spaces stay"),
        pytest.param("ﬁ ①", "ﬁ ①", id="compatibility forms stay"),
    ],
)
def test_text_is_cleaned(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@settings(derandomize=True, deadline=None, max_examples=300)
@given(TEXT)
def test_cleaning_clean_text_changes_nothing(text: str) -> None:
    clean = clean_text(text)

    assert clean_text(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a\0b", "NUL", id="NUL"),
        pytest.param("a\udc00b", r"U\+DC00", id="lone surrogate"),
    ],
)
def test_text_that_no_output_could_carry_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clean_text(text)


@pytest.mark.parametrize(
    ("text", "blank", "speakable"),
    [
        pytest.param("", True, False, id="empty"),
        pytest.param(" \n\t\u3000\xa0", True, False, id="spaces"),
        pytest.param("\u200b\u2060\ufeff\u00ad\u200e", True, False, id="zero width"),
        pytest.param("\u0301\ufe0f", True, False, id="marks alone"),
        pytest.param("\u3164\u2800", True, False, id="letters drawn as nothing"),
        pytest.param("...", False, False, id="punctuation"),
        pytest.param("🎉", False, False, id="emoji"),
        pytest.param("a", False, True, id="letter"),
        pytest.param("٣", False, True, id="digit"),
        pytest.param("海", False, True, id="Han"),
    ],
)
def test_blank_and_silent_text_is_known(text: str, blank: bool, speakable: bool) -> None:
    assert (is_blank(text), is_speakable(text)) == (blank, speakable)
