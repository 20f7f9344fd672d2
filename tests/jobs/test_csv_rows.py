import pytest

from jobs.csv_rows import csv_rows
from jobs.errors import InvalidInput
from jobs.rows import Row, decoded_lines


def rows(text: str | bytes) -> list[Row]:
    content = text.encode() if isinstance(text, str) else text
    lines = decoded_lines(content.splitlines(keepends=True), "rows.csv")
    return list(csv_rows(lines, "rows.csv")[1])


def values(text: str | bytes) -> list[dict[str, str]]:
    return [dict(row.values) for row in rows(text)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a,b\n1,2\n", id="plain"),
        pytest.param("\ufeffa,b\n1,2\n", id="byte order mark"),
        pytest.param("a,b\r\n1,2\r\n", id="CRLF"),
        pytest.param("a,b\n1,2", id="no line end"),
        pytest.param("a;b\n1;2\n", id="semicolons"),
        pytest.param("a\tb\n1\t2\n", id="tabs"),
        pytest.param(' a , b\n 1 ,"2 "\n', id="spaces around cells"),
        pytest.param("\n a,b\n\n1,2\n,\n\n", id="blank rows"),
    ],
)
def test_one_table_in_many_hands(text: str) -> None:
    assert values(text) == [{"a": "1", "b": "2"}]


def test_quoted_cells_hold_commas_quotes_and_line_breaks() -> None:
    assert values('a,b\n"x, ""y""\nz",2\n') == [{"a": 'x, "y"\nz', "b": "2"}]


def test_a_comma_in_a_quoted_name_does_not_divide() -> None:
    assert values('"a, b, c";d\n1;2\n') == [{"a, b, c": "1", "d": "2"}]


def test_rows_know_the_line_they_begin_in() -> None:
    found = rows('\na,b\n"1\n1",2\n\n3,4\n')

    assert [(row.number, row.line) for row in found] == [(1, 3), (2, 6)]


def test_a_row_with_another_number_of_cells_is_wrong_and_the_next_is_read() -> None:
    short, good = rows("a,b\n1\n3,4\n")

    assert "the row has 1 cell, the header has 2" in str(short.mistakes[0])
    assert (short.line, good.values) == (2, {"a": "3", "b": "4"})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "rows.csv: empty", id="no byte"),
        pytest.param(b" \n\n", "rows.csv: empty", id="blank"),
        pytest.param(b"a,b,a\n", 'rows.csv:1: the header has two columns "a"', id="twice"),
        pytest.param(b"a,,b\n", "rows.csv:1: column 2 of the header has no name", id="nameless"),
        pytest.param(b'a,b\n1,2\n3,"4\n5,6\n', "rows.csv:3: .* does not end", id="open quote"),
        pytest.param(b'a,b\n1,"2"x\n', "rows.csv:2: .* text follows", id="text after a quote"),
        pytest.param(b"a,b\n1,2\n\xe9,4\n", r"rows.csv:3: .*UTF-8 \(byte 0xe9", id="Latin-1"),
        pytest.param("a,b\n".encode("utf-16"), "rows.csv:1: it is in UTF-16", id="UTF-16"),
        pytest.param(b"a,b\r1,2\r3,4", "carriage return", id="old Mac"),
        pytest.param(b'a\n"' + b"x" * 140_000 + b'"', "rows.csv:2: .*131,072", id="huge cell"),
    ],
)
def test_what_is_no_table_is_told_with_its_line(content: bytes, says: str) -> None:
    lines = decoded_lines(iter(content.split(b"\n")), "rows.csv")

    with pytest.raises(InvalidInput, match=says):
        list(csv_rows((f"{line}\n" for line in lines), "rows.csv")[1])


@pytest.mark.parametrize(
    ("text", "name"), [("id,name\n7,Ann\n", "7"), ("name\nAnn\n", "Ann"), ("a\n1\n", "")]
)
def test_a_row_is_called_by_its_id_or_name(text: str, name: str) -> None:
    assert rows(text)[0].id == name
