import json

import pytest

from jobs.decode import MAX_DOCUMENT_BYTES, decode_json, plain_tree
from jobs.document import parse_job
from jobs.errors import InvalidInput
from jobs.mistakes import Mistake

NO_COMMA = "no comma after the last item"
NEXT = "a comma or the closing bracket"
END = "the end of the text"
SMALLEST = 'a JSON object such as {"prompt": "..."}'


@pytest.mark.parametrize(
    ("content", "place", "expected", "found"),
    [
        pytest.param('{"a": 1} x', (1, 10), "the end of the document", '"x"', id="garbage behind"),
        pytest.param('{"a":\n1,}', (2, 3), NO_COMMA, '"}"', id="comma before the end"),
        pytest.param('{"a": [1,]}', (1, 10), NO_COMMA, '"]}"', id="comma before the end of a list"),
        pytest.param(
            "{'a': 1}",
            (1, 2),
            "double quotes instead of single ones",
            "\"'a': 1}\"",
            id="single quotes",
        ),
        pytest.param('{"a": 1 2}', (1, 9), NEXT, '"2}"', id="no comma"),
        pytest.param('{"a" 1}', (1, 6), "a colon after the field name", '"1}"', id="no colon"),
        pytest.param('{"a": ,}', (1, 7), "a value", '",}"', id="no value"),
        pytest.param("{", (1, 2), 'a field name in double quotes or "}"', END, id="only a bracket"),
        pytest.param(
            '{"a": True}',
            (1, 7),
            "true, false or null in small letters",
            '"True}"',
            id="Python",
        ),
        pytest.param(
            '{// x\n"a": 1}',
            (1, 2),
            "no comments: JSON has none",
            r'"// x\n\"a\": 1}"',
            id="comment",
        ),
        pytest.param('{"a": "x', (1, 7), "a closing double quote", r'"\"x"', id="open text"),
        pytest.param(
            '{"a": "x\ny"}',
            (1, 9),
            r"text on one line; a line break is written \n, a tab \t",
            r'"\ny\"}"',
            id="line break in text",
        ),
        pytest.param(
            r'{"a": "C:\dir"}',
            (1, 10),
            r"a backslash written twice, \\",
            r'"\\dir\"}"',
            id="lone backslash",
        ),
        pytest.param('{"a": [1', (1, 9), NEXT, END, id="cut off"),
    ],
)
def test_broken_json_says_where_and_what_was_expected(
    content: str, place: tuple[int, int], expected: str, found: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        decode_json(content, name="tide.json")

    where = f"line {place[0]}, column {place[1]}"
    sentence = f"The JSON is broken in {where}: expected {expected}, found {found}."
    assert raised.value.message == f"tide.json: {sentence}"
    assert raised.value.facts["mistakes"] == (
        Mistake("", f"{found} in {where}", expected, sentence),
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", f"empty: give {SMALLEST}", id="empty"),
        pytest.param("\ufeff \n", f"empty: give {SMALLEST}", id="only a byte order mark"),
        pytest.param(
            b'{"a":\n"caf\xe9"}',
            "not UTF-8 (byte 0xe9 in line 2): give a file saved as UTF-8",
            id="Latin-1",
        ),
        pytest.param(
            '{"a": "x"}'.encode("utf-16"), "in UTF-16: give a file saved as UTF-8", id="UTF-16"
        ),
        pytest.param(
            "[" * 100_000, "nested too deeply: give at most 64 levels", id="endless nesting"
        ),
        pytest.param(
            " " * (MAX_DOCUMENT_BYTES + 1),
            "8,388,609 characters: give at most 8,388,608 characters",
            id="too large",
        ),
    ],
)
def test_text_that_cannot_be_read_is_one_mistake(content: bytes | str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        decode_json(content)

    assert raised.value.message == f"job: the document is {sentence}."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(
            '{"prompt": "a", "prompt": "b"}',
            "prompt is written twice: give each field once.",
            id="twice",
        ),
        pytest.param(
            '{"scenes": [{"narration": "a", "motion": "auto", "motion": "none"}]}',
            "scenes[0].motion is written twice: give each field once.",
            id="twice inside",
        ),
        pytest.param(
            '{"prompt": "a", "budget_usd": NaN}',
            "budget_usd is NaN: give a finite number.",
            id="NaN",
        ),
        pytest.param(
            '{"prompt": "a", "budget_usd": 1e999}',
            "budget_usd is an infinite number: give a finite number.",
            id="1e999",
        ),
        pytest.param(
            '{"prompt": "a", "budget_usd": ' + "9" * 5000 + "}",
            "budget_usd is an infinite number: give a finite number.",
            id="5000 digits",
        ),
        pytest.param(
            '{"prompt": "a\\u0000"}',
            "prompt holds the NUL character U+0000: give text without it.",
            id="NUL",
        ),
        pytest.param(
            '{"prompt": "a\\ud800"}',
            "prompt holds half of a surrogate pair, U+D800: give text without it.",
            id="surrogate",
        ),
    ],
)
def test_json_that_no_field_can_hold_is_a_mistake_at_its_path(content: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_job(content)

    assert raised.value.message == f"job: {sentence}"


def test_nesting_beyond_64_levels_is_a_mistake() -> None:
    _, mistakes = plain_tree(decode_json("[" * 65 + "0" + "]" * 65))

    assert [mistake.message.partition(" is ")[2] for mistake in mistakes] == [
        "nested too deeply: give at most 64 levels."
    ]
    assert plain_tree(decode_json("[" * 64 + "0" + "]" * 64))[1] == ()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('\ufeff{"prompt": "Été 🎉"}', id="text with a byte order mark"),
        pytest.param('{"prompt": "Été 🎉"}'.encode("utf-8-sig"), id="bytes with a byte order mark"),
        pytest.param(b'{"prompt": "\\u00c9t\\u00e9 \\ud83c\\udf89"}', id="escaped"),
    ],
)
def test_any_way_to_write_the_same_json_is_read(content: bytes | str) -> None:
    assert decode_json(content) == {"prompt": "Été 🎉"}


def test_whole_numbers_are_the_same_with_and_without_a_point() -> None:
    plain, mistakes = plain_tree(decode_json('{"a": 30.0, "b": 29.5, "c": 1e300, "d": true}'))

    assert json.dumps(plain) == '{"a": 30, "b": 29.5, "c": 1e+300, "d": true}'
    assert mistakes == ()
