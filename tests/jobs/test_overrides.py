from typing import Any

import pytest

from jobs.decode import decode_json
from jobs.document import apply_overrides, job_from
from jobs.errors import InvalidInput


@pytest.mark.parametrize(
    ("one", "changed"),
    [
        pytest.param(
            "output.quality=draft", {"output": {"quality": "draft"}}, id="text, object made"
        ),
        pytest.param(
            "voice.speed=1.5", {"voice": {"speed": 1.5, "provider": "piper"}}, id="number"
        ),
        pytest.param("captions.burn_in=false", {"captions": {"burn_in": False}}, id="false"),
        pytest.param('title="12"', {"title": "12"}, id="JSON text"),
        pytest.param("title=a = b", {"title": "a = b"}, id="text with an equals sign"),
        pytest.param("title=", {"title": ""}, id="empty text"),
        pytest.param("output.fps=30000/1001", {"output": {"fps": "30000/1001"}}, id="rate"),
        pytest.param("budget_usd=NaN", {"budget_usd": "NaN"}, id="NaN is not JSON"),
        pytest.param(
            'captions={"style": "karaoke"}', {"captions": {"style": "karaoke"}}, id="object"
        ),
        pytest.param(
            "scenes[0].motion=zoom_in",
            {"scenes": [{"narration": "a", "motion": "zoom_in"}]},
            id="in a list",
        ),
        pytest.param(
            "scenes[1].narration=b",
            {"scenes": [{"narration": "a"}, {"narration": "b"}]},
            id="behind a list",
        ),
        pytest.param(
            "music.prompt=calm", {"music": {"prompt": "calm"}}, id="null becomes an object"
        ),
    ],
)
def test_a_value_is_set_at_its_path(one: str, changed: dict[str, Any]) -> None:
    document = {"scenes": [{"narration": "a"}], "voice": {"provider": "piper"}, "music": None}

    assert apply_overrides(document, [one]) == {**document, **changed}


@pytest.mark.parametrize(
    ("one", "message"),
    [
        pytest.param("output.quality", "--set 'output.quality' is not path=value", id="no value"),
        pytest.param("=x", "--set '=x' is not path=value", id="no path"),
        pytest.param("a..b=x", "--set 'a..b=x' is not path=value", id="empty name"),
        pytest.param(
            "scenes[x]=1", "--set 'scenes[x]=1' is not path=value", id="index is no number"
        ),
        pytest.param(
            "scenes[-1].motion=x",
            "--set 'scenes[-1].motion=x' is not path=value",
            id="from the end",
        ),
        pytest.param(
            "scenes[5].motion=x",
            "--set scenes[5].motion: there are only 1 items, no [5]",
            id="no such item",
        ),
        pytest.param(
            "scenes.motion=x",
            "--set scenes.motion: what is before 'motion' is not an object",
            id="name in a list",
        ),
        pytest.param(
            "voice[0]=x",
            "--set voice[0]: what is before [0] is not a list",
            id="index in an object",
        ),
        pytest.param(
            "title.a=x", "--set title.a: what is before 'a' is not an object", id="name in a text"
        ),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(one: str, message: str) -> None:
    document = {"scenes": [{"narration": "a"}], "voice": {}, "title": "x"}

    with pytest.raises(InvalidInput) as raised:
        apply_overrides(document, [one])

    assert raised.value.message.startswith(message)


def test_the_document_itself_is_not_changed() -> None:
    document: dict[str, Any] = {"prompt": "a", "output": {}}

    apply_overrides(document, ["output.fps=25", "prompt=b"])

    assert document == {"prompt": "a", "output": {}}


def test_later_values_win_and_unknown_fields_are_found_by_validation() -> None:
    changed = apply_overrides({"prompt": "a"}, ["output.fps=25", "output.fps=50", "outptu.fps=1"])

    assert changed["output"] == {"fps": 50}
    with pytest.raises(InvalidInput, match="outptu is not a known field: did you mean output"):
        job_from(changed)


def test_a_name_written_twice_is_still_a_mistake_after_overrides() -> None:
    document = decode_json('{"prompt": "a", "prompt": "b"}')

    with pytest.raises(InvalidInput, match="prompt is written twice"):
        job_from(apply_overrides(document, ["title=x"]))


def test_a_document_that_is_no_object_has_no_paths() -> None:
    with pytest.raises(InvalidInput, match="what is before 'title' is not an object"):
        apply_overrides([], ["title=x"])
