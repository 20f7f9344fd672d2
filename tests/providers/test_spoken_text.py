import pytest

from providers.spoken_text import spoken_text


@pytest.mark.parametrize(
    ("narration", "text"),
    [
        pytest.param("Wow! !!! Great", "Wow!     Great", id="punctuation after a clause end"),
        pytest.param("Oui ! Non", "Oui ! Non", id="punctuation set apart"),
        pytest.param("می\u200cکند", "می\u200cکند", id="joiners are spelling"),
        pytest.param("1️⃣ a\u2028b", "1 a\nb", id="keycap and line separator"),
        pytest.param("10 % © 2024 ™", "10 % © 2024 ™", id="signs that are read"),
        pytest.param("①㎡ﬁ", "1m2fi", id="compatibility forms"),
        pytest.param("好，3.14！", "好，3.14！", id="full-width punctuation"),
    ],
)
def test_text_for_the_synthesizer(narration: str, text: str) -> None:
    assert spoken_text(narration).text == text


@pytest.mark.parametrize(
    ("narration", "broken"),
    [
        pytest.param("海" * 100, "海" * 58 + ", " + "海" * 42, id="Chinese"),
        pytest.param("の" * 60, "の" * 40 + " " + "の" * 20, id="kana"),
        pytest.param("9" * 40, "9" * 30 + " " + "9" * 10, id="digits"),
        pytest.param("word " * 200, ("word " * 151)[:-1] + ",  " + "word " * 49, id="many words"),
        pytest.param("海。" * 100, "海。" * 100, id="punctuated"),
        pytest.param("word, " * 200, "word, " * 200, id="clauses"),
    ],
)
def test_what_does_not_fit_the_synthesizer_is_broken(narration: str, broken: str) -> None:
    assert spoken_text(narration).text == broken


@pytest.mark.parametrize(
    "narration",
    [
        pytest.param("sea 🎉 rocks", id="as long"),
        pytest.param("de\u0301ja\u0300 \u200fvu ﬁn 海" * 30, id="shorter and longer"),
    ],
)
def test_every_character_leads_back_to_the_narration(narration: str) -> None:
    spoken = spoken_text(narration)

    assert len(spoken.source) == len(spoken.text)
    assert list(spoken.source) == sorted(spoken.source)
    assert all(
        narration[index] == character
        for character, index in zip(spoken.text, spoken.source, strict=True)
        if character in "searocksvun海" and narration[index] != "ﬁ"
    )
