from typing import Any

import pytest

from jobs.document import job_from
from jobs.errors import InvalidInput
from jobs.mistakes import Mistake, path_text, shown

CARD = {"type": "title", "text": "The end"}


def scene(**fields: Any) -> dict[str, Any]:
    return {"scenes": [{"narration": "The sea.", **fields}]}


def mistakes(document: object) -> tuple[Mistake, ...]:
    with pytest.raises(InvalidInput) as raised:
        job_from(document)
    found = raised.value.facts["mistakes"]
    assert isinstance(found, tuple)
    return found


def test_a_mistake_has_its_facts_apart() -> None:
    (mistake,) = mistakes(scene(effects=[{"query": "x", "gain_db": 40}]))

    assert mistake.path == "scenes[0].effects[0].gain_db"
    assert mistake.given == "40"
    assert mistake.accepted == "a number from -60 to 12"


def test_wrong_items_do_not_make_their_list_too_short() -> None:
    (mistake,) = mistakes({"scenes": [{"narration": "x", "visual": CARD, "motion": "up"}]})

    assert mistake.path == "scenes[0].motion"


def test_a_mistake_inside_one_kind_of_visual_names_no_kind_in_its_path() -> None:
    (mistake,) = mistakes(scene(visual={"type": "title", "text": "x", "subtitle": 5}))

    assert mistake.path == "scenes[0].visual.subtitle"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("a\u202eb\x1b", '"a\\u202eb\\u001b"', id="marks that reorder or colour text"),
        pytest.param("x" * 100, '"' + "x" * 57 + '..."', id="long"),
        pytest.param({"a": 1}, "an object", id="object"),
        pytest.param([1, 2], "a list of 2", id="list"),
        pytest.param(None, "null", id="null"),
        pytest.param(10**70, "a number of more than 60 digits", id="long number"),
    ],
)
def test_values_are_shown_short_and_safe(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param(
            ("scenes", 2, "effects", 0, "gain_db"),
            "scenes[2].effects[0].gain_db",
            id="usual",
        ),
        pytest.param(("metadata", "a.b\n"), 'metadata["a.b\\n"]', id="odd name"),
        pytest.param((), "", id="document"),
    ],
)
def test_paths_are_written_as_in_programs(path: tuple[str | int, ...], text: str) -> None:
    assert path_text(path) == text
