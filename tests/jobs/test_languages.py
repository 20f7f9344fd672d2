import pytest

from jobs.errors import InvalidInput
from jobs.languages import (
    Script,
    canonical_tag,
    close_languages,
    espeak_voice,
    find_language,
    spoken_languages,
)


@pytest.mark.parametrize(
    ("tag", "voice"),
    [
        pytest.param("en", "en-us", id="English is American"),
        pytest.param("en-GB", "en", id="British is espeak's en"),
        pytest.param("en_us", "en-us", id="underscore"),
        pytest.param("EN-au", "en", id="Australian"),
        pytest.param("pt-br", "pt-br", id="Brazilian"),
        pytest.param("pt-AO", "pt", id="region without a voice"),
        pytest.param("zh", "cmn", id="Chinese"),
        pytest.param("zh-Hans-CN", "cmn", id="Chinese in simplified characters"),
        pytest.param("zh-Hant-HK", "yue", id="Hong Kong"),
        pytest.param("cmn", "cmn", id="Mandarin"),
        pytest.param("es-MX", "es-419", id="Mexican"),
        pytest.param("es-ES", "es", id="Spain"),
        pytest.param("no", "nb", id="Norwegian"),
        pytest.param("iw", "he", id="old code of Hebrew"),
        pytest.param("fr-CH", "fr-ch", id="Swiss French"),
        pytest.param("ar-EG", "ar", id="Egyptian"),
    ],
)
def test_a_tag_finds_its_voice(tag: str, voice: str) -> None:
    assert espeak_voice(tag) == voice


@pytest.mark.parametrize("tag", ["", "xx", "english", "e", "en--us", "-en", "en us", "日本"])
def test_other_tags_have_no_voice(tag: str) -> None:
    assert find_language(tag) is None
    with pytest.raises(InvalidInput, match="cannot be spoken"):
        espeak_voice(tag)


@pytest.mark.parametrize(
    ("given", "closest"),
    [
        pytest.param("english", "en-US", id="English name"),
        pytest.param("Germann", "de", id="misspelt name"),
        pytest.param("fra", "fr", id="three letters"),
        pytest.param("mandarin chinese", None, id="nothing close"),
    ],
)
def test_what_is_close_is_suggested(given: str, closest: str | None) -> None:
    tags = [language.tag for language in close_languages(given)]

    assert (tags[0] if tags else None) == closest


@pytest.mark.parametrize(
    ("tag", "canonical"),
    [
        pytest.param("PT_br", "pt-BR", id="region"),
        pytest.param("zh-hANT-tw", "zh-Hant-TW", id="script"),
        pytest.param("EN-gb-X-RP", "en-GB-x-rp", id="private use"),
        pytest.param("es-419", "es-419", id="numbers"),
    ],
)
def test_tags_are_written_in_the_usual_case(tag: str, canonical: str) -> None:
    assert canonical_tag(tag) == canonical


def test_every_row_finds_itself() -> None:
    rows = spoken_languages()

    assert len(rows) == 137
    assert [find_language(row.tag) for row in rows] == list(rows)


def test_scripts_are_known() -> None:
    by_script = {
        script: {row.tag for row in spoken_languages() if row.script is script} for script in Script
    }

    assert by_script[Script.RIGHT_TO_LEFT] == {"ar", "fa", "he", "sd", "ug", "ur"}
    assert by_script[Script.CJK] == {"cmn", "ja", "ko", "yue"}
