from typing import Any

import pytest

from jobs.slate import Slate, retaken
from jobs.stages import Stage

SLATE = Slate("acme", {"voice": 2})
KEY = SLATE.key(Stage.VOICE, {"text": "hello"})


@pytest.mark.parametrize(
    ("slate", "stage", "params"),
    [
        pytest.param(SLATE, Stage.VOICE, {"text": "Hello"}, id="another text"),
        pytest.param(SLATE, Stage.MUSIC, {"text": "hello"}, id="another stage"),
        pytest.param(Slate("other", {"voice": 2}), Stage.VOICE, {"text": "hello"}, id="a tenant"),
        pytest.param(Slate("acme", {"voice": 3}), Stage.VOICE, {"text": "hello"}, id="a take"),
        pytest.param(Slate("acme"), Stage.VOICE, {"text": "hello"}, id="the first take"),
    ],
)
def test_what_differs_has_another_key(slate: Slate, stage: Stage, params: dict[str, Any]) -> None:
    assert slate.key(stage, params) != KEY


@pytest.mark.parametrize(
    "slate",
    [
        pytest.param(SLATE, id="the same"),
        pytest.param(Slate("acme", {"voice": 2, "music": 7}), id="another take of another stage"),
    ],
)
def test_what_is_the_same_has_the_same_key(slate: Slate) -> None:
    assert slate.key(Stage.VOICE, {"text": "hello"}) == KEY


def test_the_order_of_parameters_does_not_matter() -> None:
    assert SLATE.key(Stage.VOICE, {"a": 1, "b": 2}) == SLATE.key(Stage.VOICE, {"b": 2, "a": 1})


@pytest.mark.parametrize(
    ("stage", "anew"),
    [
        pytest.param(Stage.SCRIPT, {stage.value for stage in Stage}, id="everything"),
        pytest.param(
            Stage.VOICE,
            {"voice", "render", "mix", "finish", "format"},
            id="a voice, not what stands beside",
        ),
        pytest.param(
            Stage.MUSIC, {"music", "mix", "finish", "format"}, id="music, which nobody sees"
        ),
        pytest.param(
            Stage.EFFECT, {"effect", "mix", "finish", "format"}, id="effects, which nobody sees"
        ),
        pytest.param(
            Stage.VISUAL, {"visual", "render", "finish", "format"}, id="pictures without sound"
        ),
        pytest.param(Stage.RENDER, {"render", "finish", "format"}, id="the picture"),
        pytest.param(Stage.MIX, {"mix", "finish", "format"}, id="the sound"),
        pytest.param(Stage.FINISH, {"finish", "format"}, id="the file"),
        pytest.param(Stage.FORMAT, {"format"}, id="what is made of it"),
    ],
)
def test_what_follows_from_a_stage_is_taken_anew(stage: Stage, anew: set[str]) -> None:
    takes = retaken({"music": 2}, stage, 5)

    assert {name for name, run in takes.items() if run == 5} == anew
    assert takes["music"] == (5 if "music" in anew else 2)
