import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.document import job_schema
from jobs.filling import Filled, fill
from jobs.rows import Row
from jobs.template import template_from

Values = Mapping[str, Any]


def filled(document: Mapping[str, Any], values: Values, *, is_text: bool = False) -> Filled:
    return fill(template_from(document, job_schema()), Row(1, 2, values, is_text))


@given(value=st.text(), other=st.text())
def test_a_text_arrives_as_it_is_and_makes_no_fields(value: str, other: str) -> None:
    document = {"title": "{{ a }}", "prompt": "<{{ a }}|{{ b }}>", "metadata": {"k": "{{{{ a }}"}}

    found = filled(document, {"a": value, "b": other})

    assert found.document == {
        "title": value, "prompt": f"<{value}|{other}>", "metadata": {"k": "{{ a }}"},
    }  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(value=JSON)
def test_a_placeholder_alone_takes_any_json_value_with_its_type(value: Any) -> None:
    found = filled({"scenes": [{"visual": "{{ a }}"}]}, {"a": value})

    assert json.dumps(found.document) == json.dumps({"scenes": [{"visual": value}]})


def test_placeholders_in_values_are_not_filled_in_again() -> None:
    found = filled({"title": "{{ a }} {{ b }}"}, {"a": "{{ b }}", "b": "{{ a }}"})

    assert found.document["title"] == "{{ b }} {{ a }}"


@pytest.mark.parametrize(
    ("cell", "place", "value"),
    [
        pytest.param("3", {"duration_s": "{{ a }}"}, 3, id="whole number"),
        pytest.param("2.50", {"duration_s": "{{ a }}"}, 2.5, id="decimal number"),
        pytest.param("-1e1", {"duration_s": "{{ a }}"}, -10.0, id="exponent"),
        pytest.param("2,5", {"duration_s": "{{ a }}"}, "2,5", id="decimal comma stays text"),
        pytest.param("007", {"narration": "{{ a }}"}, "007", id="text where text is wanted"),
        pytest.param("true", {"narration": "{{ a }}"}, "true", id="a word where text is wanted"),
    ],
)
def test_a_cell_of_csv_is_read_as_the_document_wants_it(
    cell: str, place: dict[str, Any], value: Any
) -> None:
    found = filled({"scenes": [place]}, {"a": cell}, is_text=True)

    assert list(found.document["scenes"][0].values()) == [value]
    assert type(next(iter(found.document["scenes"][0].values()))) is type(value)


@pytest.mark.parametrize(("cell", "value"), [("30", 30), ("24000/1001", "24000/1001")])
def test_where_numbers_and_text_are_wanted_a_number_is_one(cell: str, value: Any) -> None:
    assert filled({"output": {"fps": "{{ a }}"}}, {"a": cell}, is_text=True).document == {
        "output": {"fps": value}
    }


@pytest.mark.parametrize("cell", ["true", "TRUE", "True"])
def test_spreadsheets_write_true_in_capitals(cell: str) -> None:
    document = {"captions": {"burn_in": "{{ a }}"}}

    assert filled(document, {"a": cell}, is_text=True).document == {"captions": {"burn_in": True}}


def test_text_in_json_rows_stays_text() -> None:
    assert filled({"budget_usd": "{{ a }}"}, {"a": "3"}).document == {"budget_usd": "3"}


def test_an_empty_cell_leaves_fields_and_items_out() -> None:
    document = {
        "title": "{{ a }}",
        "captions": {"sidecar": ["srt", "{{ a }}"]},
        "prompt": "({{a}})",
    }

    found = filled(document, {"a": ""}, is_text=True)

    assert found.document == {"captions": {"sidecar": ["srt"]}, "prompt": "()"}
    assert found.left_out == ("title", "captions.sidecar[1]")


@pytest.mark.parametrize(
    ("value", "text"), [(None, "()"), (True, "(true)"), (2.5, "(2.5)"), (3, "(3)")]
)
def test_values_within_text_are_written_as_json_has_them(value: Any, text: str) -> None:
    assert filled({"title": "({{ a }})"}, {"a": value}).document == {"title": text}


def test_a_missing_column_is_told_at_every_place() -> None:
    found = filled({"title": "{{ a }}", "prompt": "{{ b }} {{ a }}"}, {"b": "x"})

    assert [(one.columns, one.path) for one in found.mistakes] == [
        (("a",), "title"),
        (("a",), "prompt"),
    ]
    assert str(found.mistakes[0]) == (
        "column a: is missing: title needs it; give null to leave it empty."
    )


def test_a_list_does_not_go_into_text() -> None:
    found = filled({"title": "Hi {{ a }}"}, {"a": [1]})

    assert [str(one) for one in found.mistakes] == [
        "column a: is a list, inside of title: give text or a number."
    ]


def test_text_that_grows_too_long_is_not_built() -> None:
    found = filled({"prompt": "{{ a }}" * 100 + "."}, {"a": "x" * 100_000})

    assert "makes text of 10,000,001 characters" in str(found.mistakes[0])
