from typing import Any

import pytest

from jobs.document import job_schema
from jobs.errors import InvalidInput
from jobs.template import Template, Variable, template_from


def template(**document: Any) -> Template:
    return template_from(document, job_schema(), name="card.json")


def refusal(**document: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        template(**document)
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("{{ name }}", (Variable("name"),), id="alone"),
        pytest.param("{{name}}", (Variable("name"),), id="without spaces"),
        pytest.param("{{ First name }}", (Variable("First name"),), id="a space in the name"),
        pytest.param("{{ größe_2 }}", (Variable("größe_2"),), id="letters of any script"),
        pytest.param(
            "Hi {{ a }}{{ b }}!", ("Hi ", Variable("a"), Variable("b"), "!"), id="in text"
        ),
        pytest.param("{{{{ a }} {{ b }}", ("{{", " a }} ", Variable("b")), id="literal braces"),
        pytest.param(r"{\b1} {{ a }} }}", (r"{\b1} ", Variable("a"), " }}"), id="other braces"),
    ],
)
def test_placeholders_are_found_in_text(text: str, pieces: tuple[str | Variable, ...]) -> None:
    assert template(title=text).slots[0].pieces == pieces


def test_names_are_told_once_in_the_order_of_the_document() -> None:
    found = template(title="{{ b }} {{ a }}", prompt="{{ c }} {{ a }}")

    assert found.names == ("b", "a", "c")
    assert [slot.where for slot in found.slots] == ["title", "prompt"]


def test_a_place_knows_which_types_the_document_takes_there() -> None:
    scene = {"duration_s": "{{ a }}", "visual": {"type": "{{ b }}", "uri": "{{ c }}"}}
    found = template(scenes=[scene], output={"fps": "{{ d }}"}, captions={"burn_in": "{{ e }}"})

    kinds = {slot.where: slot.kinds for slot in found.slots}
    assert kinds == {
        "scenes[0].duration_s": {"number", "null"},
        "scenes[0].visual.type": {"string"},
        "scenes[0].visual.uri": {"string"},
        "output.fps": {"number", "string"},
        "captions.burn_in": {"boolean"},
    }


@pytest.mark.parametrize("text", ["{{ }}", "{{{ a }}}", "{{ a", "{{ a\nb }}", "{{ a {{ b }}"])
def test_braces_that_begin_no_placeholder_are_refused(text: str) -> None:
    assert "scenes[0].narration" in refusal(title="{{ a }}", scenes=[{"narration": text}])


def test_a_placeholder_in_the_name_of_a_field_is_refused() -> None:
    said = refusal(title="{{ a }}", metadata={"{{ key }}": "value"})

    assert said.startswith("card.json: metadata has a placeholder in the name of a field")


def test_a_document_without_placeholders_is_no_template() -> None:
    said = refusal(title="Tea", prompt="Literal {{{{ braces }}")

    assert said.startswith("card.json: the document has no placeholder")


def test_mistakes_of_the_document_are_told_with_those_of_its_braces() -> None:
    said = refusal(title="{{ }}", budget_usd=float("nan"))

    assert "budget_usd is NaN" in said
    assert "title" in said


def test_a_template_is_an_object() -> None:
    with pytest.raises(InvalidInput, match="give an object with prompt or scenes"):
        template_from(["{{ a }}"], job_schema())
