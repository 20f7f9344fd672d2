from typing import Any

import pytest

from jobs.document import job_schema
from jobs.errors import InvalidInput
from jobs.row_job import missing_columns, row_job, unused_note
from jobs.rows import Row, RowMistake
from jobs.template import Template, template_from


def template(**document: Any) -> Template:
    return template_from(document, job_schema())


def told(found: Template, values: dict[str, Any], *, is_text: bool = True) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        row_job(found, Row(1, 2, values, is_text))
    return caught.value.message.splitlines()


def test_a_row_makes_a_job() -> None:
    found = template(scenes=[{"narration": "Hi {{ name }}.", "duration_s": "{{ seconds }}"}])

    job = row_job(found, Row(1, 2, {"name": "Ann", "seconds": "3"}, is_text=True))

    assert job.scenes is not None
    assert (job.scenes[0].narration, job.scenes[0].duration_s) == ("Hi Ann.", 3)


def test_mistakes_name_the_columns_at_their_place() -> None:
    scene = {"narration": "{{ a }} and {{ b }}", "duration_s": "{{ seconds }}"}
    found = template(scenes=[scene], title="{{ title }}")
    values = {"a": "x" * 3000, "b": "y" * 3000, "seconds": "abc", "title": "Fine"}

    assert told(found, values) == [
        "columns a, b: scenes[0].narration has 6,005 characters: give text of 1 to 5,000 "
        "characters.",
        'column seconds: scenes[0].duration_s is "abc": give a number from 0.1 to 600.',
    ]


def test_a_mistake_inside_of_a_value_names_its_column() -> None:
    found = template(scenes="{{ scenes }}")

    (said,) = told(found, {"scenes": [{"narration": "One.", "motion": "fly"}]}, is_text=False)

    assert said.startswith('column scenes: scenes[0].motion is "fly": give one of')


def test_an_empty_cell_is_blamed_for_what_is_missing() -> None:
    found = template(scenes=[{"narration": "One.", "visual": {"type": "image", "uri": "{{ p }}"}}])

    assert told(found, {"p": ""}) == [
        "column p: scenes[0].visual.uri is missing: give text such as media/pool.jpg."
    ]


def test_a_mistake_of_the_template_blames_no_column() -> None:
    (said,) = told(template(prompt="{{ a }}", colour="red"), {"a": "Hi."})

    assert said.startswith("colour is not a known field")


def test_a_row_without_values_tells_why() -> None:
    broken = Row(1, 2, {}, True, (RowMistake((), "", "the row has 1 cell"),))

    with pytest.raises(InvalidInput, match=r"^the row has 1 cell$"):
        row_job(template(prompt="{{ a }}"), broken)


def test_missing_columns_are_told_with_the_nearest_name() -> None:
    found = template(prompt="{{ price }}")

    assert missing_columns(found, ("price", "x"), "rows.csv") is None
    error = missing_columns(found, ("prices", "x"), "rows.csv")
    assert error is not None
    assert error.message == (
        "rows.csv: there is no column price (did you mean prices?): prompt needs it. "
        "Its columns: prices, x."
    )


def test_unused_columns_are_noted_but_not_those_that_name_the_row() -> None:
    found = template(prompt="{{ price }}")

    assert unused_note(found, ("id", "name", "price")) is None
    assert unused_note(found, ("price", "pirce", "note")) == (
        "columns pirce (did you mean price?), note: not used by the template"
    )
