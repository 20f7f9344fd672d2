import pytest

from media.long_words import cut_evenly


def test_an_address_is_cut_after_its_marks() -> None:
    address = "https://www.example.org/tide-pools/field-notes"

    parts = cut_evenly(address, lambda text: len(text) <= 26)

    assert parts == ("https://www.example.org/", "tide-pools/field-notes")


def test_a_wide_word_is_cut_into_the_fewest_even_parts() -> None:
    assert cut_evenly("bcdfghjklm", lambda text: len(text) <= 4) == ("bcd", "fgh", "jklm")
    assert cut_evenly("abcdef", lambda text: len(text) <= 6) == ("abcdef",)
    assert cut_evenly("ab", lambda text: not text) == ("a", "b")


@pytest.mark.parametrize(
    ("word", "most", "parts"),
    [
        pytest.param("Wasserstraßenverkehrsordnung", 20, "Wasserstraßen|verkehrsordnung", id="de"),
        pytest.param("Bundesforschungsanstalt", 14, "Bundesfor|schungsanstalt", id="sch stays one"),
        pytest.param(
            "arbeidsongeschiktheidsverzekering", 20, "arbeidsongeschikt|heidsverzekering", id="nl"
        ),
        pytest.param("достопримечательности", 14, "достоприме|чательности", id="ru"),
        pytest.param("anticonstitutionnellement", 14, "anticonstitu|tionnellement", id="fr"),
        pytest.param("bcdfghjk", 5, "bcdf|ghjk", id="no vowels"),
    ],
)
def test_a_wide_word_is_cut_where_a_syllable_begins(word: str, most: int, parts: str) -> None:
    assert "|".join(cut_evenly(word, lambda text: len(text) <= most)) == parts
