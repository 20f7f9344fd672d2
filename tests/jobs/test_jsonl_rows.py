import pytest

from jobs.jsonl_rows import jsonl_rows
from jobs.rows import Row


def rows(text: str) -> list[Row]:
    return list(jsonl_rows(text.splitlines(keepends=True), "rows.jsonl"))


def test_every_line_is_a_row_with_typed_values() -> None:
    first, second = rows('{"a": 1.5, "b": null}\n\n{"a": ["x"], "b": {"c": true}}')

    assert (first.values, first.is_text) == ({"a": 1.5, "b": None}, False)
    assert (second.values, second.number, second.line) == ({"a": ["x"], "b": {"c": True}}, 2, 3)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param('{"a": 1,}', "The JSON is broken in column 9: expected no comma", id="comma"),
        pytest.param('{"a": 1', "The JSON is broken in column 8: expected a comma", id="no end"),
        pytest.param("[1]", "give an object such as", id="a list"),
        pytest.param("7", "the line is 7: give an object", id="a number"),
        pytest.param('{"a": 1, "a": 2}', "column a: a is written twice", id="a name twice"),
        pytest.param('{"a": NaN}', "column a: a is NaN: give a finite number", id="NaN"),
        pytest.param("NaN", "the document is NaN", id="NaN alone"),
    ],
)
def test_a_broken_line_is_a_wrong_row_and_the_next_is_read(line: str, says: str) -> None:
    broken, good = rows(f'{line}\n{{"a": 1}}\n')

    assert says in str(broken.mistakes[0])
    assert (broken.values, good.values) == ({}, {"a": 1})
