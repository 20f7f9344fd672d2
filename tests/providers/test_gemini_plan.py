import json
from typing import Any

import pytest

from jobs.document import job_from
from jobs.errors import Charged, ProviderUnusable
from providers.gemini.plan import check_plan, music_of, repaired_plan, response_schema, scenes_of

SCENE = {"narration": "The tide comes in.", "visual": "a grey shore at dawn"}


def _plan(*scenes: dict[str, Any]) -> str:
    return json.dumps({"scenes": list(scenes)})


def test_a_plan_becomes_scenes_of_a_job() -> None:
    effects = [{"query": "waves", "word": "tide"}, {"query": "gulls"}]
    text = _plan({**SCENE, "effects": effects, "music_mood": "calm piano"}, SCENE)

    plan = check_plan(text, 5).plan

    assert plan is not None
    scenes = scenes_of(plan)
    assert scenes == [
        {
            "narration": "The tide comes in.",
            "visual": {"type": "prompt", "prompt": "a grey shore at dawn"},
            "effects": [{"query": "waves", "at": {"word": "tide"}}, {"query": "gulls"}],
        },
        {
            "narration": "The tide comes in.",
            "visual": {"type": "prompt", "prompt": "a grey shore at dawn"},
        },
    ]
    job = job_from({"scenes": scenes})
    assert job.scenes is not None
    assert len(job.scenes) == 2


@pytest.mark.parametrize(
    ("moods", "music"),
    [
        pytest.param(["calm", "calm", "tense strings"], "calm, tense strings", id="each once"),
        pytest.param([None, None], None, id="none"),
        pytest.param(["x" * 190 + str(n) for n in range(40)], None, id="at most 2,000"),
    ],
)
def test_moods_become_a_prompt_for_music(moods: list[str | None], music: str | None) -> None:
    plan = check_plan(_plan(*({**SCENE, "music_mood": mood} for mood in moods)), 60).plan

    assert plan is not None
    found = music_of(plan)
    if len(moods) < 10:
        assert found == music
    else:
        assert len(found or "") == 2000


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"music_mood": "", "effects": []}, id="blank"),
        pytest.param({"music_mood": None, "effects": None}, id="null"),
        pytest.param({"effects": [{"query": "waves", "word": ""}]}, id="blank word"),
    ],
)
def test_what_may_be_left_out_may_be_empty(more: dict[str, Any]) -> None:
    assert check_plan(_plan({**SCENE, **more}), 5).mistakes == ()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        pytest.param("Here is your plan:", ("the plan",), id="words"),
        pytest.param('{"scenes": [', ("the plan",), id="cut off"),
        pytest.param("[" * 5000, ("the plan",), id="too deep"),
        pytest.param("[]", ("the plan",), id="a list"),
        pytest.param("{}", ("scenes",), id="nothing"),
        pytest.param('{"scenes": []}', ("scenes",), id="no scenes"),
        pytest.param(_plan(SCENE, SCENE, SCENE), ("scenes",), id="too many scenes"),
        pytest.param(_plan({"narration": "Hello."}), ("scenes[0].visual",), id="nothing to see"),
        pytest.param(_plan({**SCENE, "narration": "..."}), ("scenes[0].narration",), id="silent"),
        pytest.param(
            _plan({**SCENE, "narration": "la " * 500}), ("scenes[0].narration",), id="too long"
        ),
        pytest.param(
            _plan({**SCENE, "effects": [{"query": "a drum", "word": "drum"}]}),
            ("scenes[0].effects[0].word",),
            id="a word that is not said",
        ),
        pytest.param(
            _plan({**SCENE, "effects": [{"query": "waves"}] * 4}),
            ("scenes[0].effects",),
            id="too many effects",
        ),
        pytest.param(
            '{"scenes": [{"narration": "A.", "narration": "B.", "visual": "c"}]}',
            ("scenes[0].narration",),
            id="said twice",
        ),
    ],
)
def test_mistakes_of_a_plan_have_places(text: str, places: tuple[str, ...]) -> None:
    checked = check_plan(text, 2)

    assert checked.plan is None
    assert checked.places == places
    assert len(checked.mistakes) == len(places)


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param({"scenes": [SCENE], "budget_usd": 1e6}, id="money"),
        pytest.param({"scenes": [SCENE], "webhook_url": "https://x.example"}, id="webhook"),
        pytest.param({"scenes": [SCENE], "voice": {"provider": "elevenlabs"}}, id="provider"),
        pytest.param({"scenes": [{**SCENE, "voice": {"voice_id": "x"}}]}, id="voice of a scene"),
        pytest.param({"scenes": [{**SCENE, "duration_s": 600}]}, id="length"),
        pytest.param(
            {"scenes": [{**SCENE, "visual": {"type": "image", "uri": "https://10.0.0.1/a"}}]},
            id="an address",
        ),
        pytest.param(
            {"scenes": [{**SCENE, "effects": [{"query": "x", "gain_db": 12}]}]}, id="level"
        ),
    ],
)
def test_a_plan_says_nothing_beyond_what_is_said_seen_and_heard(plan: dict[str, Any]) -> None:
    checked = check_plan(json.dumps(plan), 5)

    assert checked.plan is None
    assert len(checked.mistakes) == 1


def test_many_mistakes_are_told_in_part() -> None:
    checked = check_plan(_plan(*[{**SCENE, "voice": 1, "motion": 2}] * 40), 60)

    assert len(checked.mistakes) == 20


def test_a_repair_with_mistakes_is_the_end() -> None:
    with pytest.raises(ProviderUnusable) as caught:
        repaired_plan(_plan({**SCENE, "narration": "..."}), 2, "gemini")

    assert caught.value.message == (
        "gemini wrote a plan that cannot be used, and its repair has mistakes, too: "
        "scenes[0].narration"
    )
    assert caught.value.charged is Charged.YES


def test_a_repair_without_mistakes_is_the_plan() -> None:
    assert repaired_plan(_plan(SCENE), 2, "gemini") == check_plan(_plan(SCENE), 2).plan


def test_the_schema_for_the_service_names_every_field_of_a_plan() -> None:
    scene = response_schema()["properties"]["scenes"]["items"]

    everything = {name: "tide" for name in scene["properties"] if name != "effects"}
    effect = dict.fromkeys(scene["properties"]["effects"]["items"]["properties"], "tide")
    assert check_plan(_plan({**everything, "effects": [effect]}), 1).mistakes == ()
