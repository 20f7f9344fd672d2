import pytest

from media.breaks import (
    BAD,
    CLAUSE,
    GOOD,
    NEUTRAL,
    NEVER,
    POOR,
    SENTENCE,
    break_cost,
    break_costs,
    clusters,
    units,
)


@pytest.mark.parametrize(
    ("before", "after", "language", "expected"),
    [
        pytest.param("rocks.", "What", "en", SENTENCE, id="sentence"),
        pytest.param("rocks.”", "What", "en", SENTENCE, id="sentence in quotes"),
        pytest.param("hai?", "और", "hi", SENTENCE, id="question"),
        pytest.param("है।", "और", "hi", SENTENCE, id="danda"),
        pytest.param("coast,", "small", "en", CLAUSE, id="comma"),
        pytest.param("العالم،", "تنسى", "ar", CLAUSE, id="Arabic comma"),
        pytest.param("waits", "and", "en", GOOD, id="before a conjunction"),
        pytest.param("steht", "seit", "de", GOOD, id="German before a preposition"),
        pytest.param("البحر", "والسماء", "ar", GOOD, id="Arabic attached and"),
        pytest.param("small", "animals", "en", NEUTRAL, id="plain words"),
        pytest.param("and", "waits", "en", POOR, id="after a conjunction"),
        pytest.param("Jane", "Goodall", "en", POOR, id="first and last name"),
        pytest.param("Alte", "Hunde", "de", NEUTRAL, id="German nouns are not names"),
        pytest.param("12", "years", "en", BAD, id="number and unit"),
        pytest.param("1.200", "espécies", "pt", BAD, id="number and what it counts"),
        pytest.param("2026", "kommt", "de", POOR, id="a year counts nothing"),
        pytest.param("the", "sea", "en", BAD, id="article"),
        pytest.param("The", "sea", "en-GB", BAD, id="article with a capital, regional tag"),
        pytest.param("Dr.", "Jane", "en", BAD, id="title of a person"),
        pytest.param("Mme", "Lefèvre", "fr", BAD, id="title without a stop"),
        pytest.param("J.", "Whitfield", "en", BAD, id="initial"),
        pytest.param("ए.", "शर्मा", "hi", BAD, id="initial with a vowel sign"),
        pytest.param("z.", "B.", "de", BAD, id="abbreviation of two words"),
        pytest.param("z.", "B.,", "de", BAD, id="abbreviation of two words before a comma"),
        pytest.param("e.g.", "the", "en", POOR, id="abbreviation of dotted letters"),
        pytest.param("p.m.", "Then", "en", GOOD, id="abbreviation that may end a sentence"),
        pytest.param("U.S.", "Survey", "en", POOR, id="abbreviation of a name"),
        pytest.param("Mar.", "14", "en", BAD, id="month and day"),
        pytest.param("mar.", "La", "es", SENTENCE, id="a word like a month"),
        pytest.param("No.", "Not", "en", SENTENCE, id="no is an answer"),
        pytest.param("No.", "5", "en", BAD, id="number of something"),
        pytest.param("3.", "Oktober", "de", BAD, id="ordinal"),
        pytest.param("3.", "October", "en", SENTENCE, id="a sentence that ends with a number"),
        pytest.param("в", "море", "ru", BAD, id="preposition of one letter"),
        pytest.param("plante", ";", "fr", NEVER, id="punctuation after a space"),
        pytest.param("берегу»,", "—", "ru", POOR, id="a dash stays"),
        pytest.param("„", "Das", "de", NEVER, id="opening quote"),
        pytest.param("ครั้ง", "ทะเล", "th", CLAUSE, id="Thai parts clauses by spaces"),
        pytest.param("Bonjour\u00a0", "!", "fr", NEVER, id="no-break space"),
        pytest.param("$", "12", "en", NEVER, id="currency"),
    ],
)
def test_breaks_between_words_have_their_cost(
    before: str, after: str, language: str, expected: float
) -> None:
    assert break_cost(before, after, spaced=True, language=language) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("す。", "残", SENTENCE, id="full stop"),
        pytest.param("二度、", "こ", CLAUSE, id="comma"),
        pytest.param("海", "は", POOR, id="before a particle"),
        pytest.param("は", "一", GOOD, id="after a particle"),
        pytest.param("コ", "ン", BAD, id="inside a katakana word"),
        pytest.param("海", "。", NEVER, id="stop at a line start"),
        pytest.param("「", "海", NEVER, id="bracket at a line end"),
        pytest.param("wat", "er", NEVER / 4, id="inside a Latin word"),
        pytest.param("well-", "known", POOR, id="after a hyphen"),
    ],
)
def test_breaks_inside_unspaced_text_have_their_cost(
    before: str, after: str, expected: float
) -> None:
    assert break_cost(before, after, spaced=False, language="ja") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("abc", ("a", "b", "c"), id="Latin"),
        pytest.param("cafe\u0301!", ("c", "a", "f", "e\u0301", "!"), id="accent"),
        pytest.param("👩\u200d🚀a", ("👩\u200d🚀", "a"), id="joined emoji"),
        pytest.param("👋🏽🇯🇵🇩🇪", ("👋🏽", "🇯🇵", "🇩🇪"), id="skin tone and flags"),
        pytest.param("ที่นี่", ("ที่", "นี่"), id="Thai vowels above"),
        pytest.param("เก", ("เก",), id="Thai vowel before"),
        pytest.param("क्षि", ("क्षि",), id="Devanagari conjunct"),
    ],
)
def test_clusters_are_what_people_see(text: str, expected: tuple[str, ...]) -> None:
    assert clusters(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("the  sea\nis", [("the", False), ("sea", True), ("is", True)], id="words"),
        pytest.param("「海」は", [("「海」", False), ("は", False)], id="kinsoku"),
        pytest.param("AI 是好", [("AI", False), ("是", True), ("好", False)], id="mixed"),
        pytest.param("한국어 말", [("한국어", False), ("말", True)], id="Korean has spaces"),
    ],
)
def test_text_is_cut_where_a_line_may_break(text: str, expected: list[tuple[str, bool]]) -> None:
    assert [(unit.text, unit.spaced) for unit in units(text)] == expected


@pytest.mark.parametrize(
    ("text", "language", "cuts"),
    [
        pytest.param(
            "息を止めなければなりません。", "ja", "息を|止めなければなりません。", id="ja"
        ),
        pytest.param("海洋博物馆周二开放", "zh", "海洋|博物馆|周二|开放", id="zh"),
        pytest.param("ลืมหินเหล่านี้วันละสองครั้ง", "th", "ลืม|หิน|เหล่า|นี้|วัน|ละ|สอง|ครั้ง", id="th"),
    ],
)
def test_scripts_without_spaces_break_between_words(text: str, language: str, cuts: str) -> None:
    pieces = units(text)

    costs = break_costs(pieces, language)

    marked = "".join(
        piece.text + ("|" if cost < BAD else "")
        for piece, cost in zip(pieces, [*costs, NEVER], strict=True)
    )
    assert marked == cuts
