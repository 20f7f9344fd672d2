import pickle

import pytest

from jobs.errors import InvalidInput
from jobs.stages import Stage
from providers.pieces import pieces
from providers.roster import Roster, configured

ALL = {
    "FREESOUND_API_KEY": "secret-1",
    "ELEVENLABS_API_KEY": "secret-2",
    "GEMINI_API_KEY": "secret-3",
    "SUNO_API_KEY": "secret-4",
}


def order(roster: Roster, stage: Stage, named: str = "auto") -> list[str]:
    return [choice.provider for choice in roster.casting().of(stage, named)]


def test_without_keys_everything_is_local() -> None:
    roster = configured({})

    assert roster == Roster()
    assert {stage: order(roster, stage) for stage in roster.casting().choices} == {
        Stage.SCRIPT: ["local"],
        Stage.VOICE: ["espeak"],
        Stage.MUSIC: ["local"],
        Stage.EFFECT: ["local"],
        Stage.VISUAL: ["local"],
    }


def test_with_keys_auto_asks_in_the_stated_order() -> None:
    roster = configured(ALL)

    assert order(roster, Stage.SCRIPT) == ["gemini", "local"]
    assert order(roster, Stage.VOICE) == ["elevenlabs", "gemini", "espeak"]
    assert order(roster, Stage.MUSIC) == ["elevenlabs", "lyria", "suno", "local"]
    assert order(roster, Stage.EFFECT) == ["freesound", "elevenlabs", "local"]
    assert order(roster, Stage.VISUAL) == ["gemini", "local"]


def test_films_are_made_only_by_who_is_named() -> None:
    roster = configured({**ALL, "VERTEX_ACCESS_TOKEN": "t", "AIPROD_VERTEX_PROJECT": "studio"})

    assert order(roster, Stage.VISUAL, "omni") == ["omni"]
    assert order(roster, Stage.VISUAL, "veo") == ["veo"]


def test_a_service_whose_key_is_in_secret_manager_is_named() -> None:
    roster = configured({"AIPROD_PROVIDERS": " suno , ElevenLabs"})

    assert order(roster, Stage.MUSIC) == ["elevenlabs", "suno", "local"]


def test_no_key_travels_with_it() -> None:
    assert b"secret-" not in pickle.dumps(configured(ALL))
    assert "secret-" not in repr(configured(ALL))


def test_a_name_that_nobody_has_is_told() -> None:
    with pytest.raises(InvalidInput, match="AIPROD_PROVIDERS names 'sunno'; give some of free"):
        configured({"AIPROD_PROVIDERS": "sunno"})


def test_who_has_no_key_is_named() -> None:
    roster = configured({"AIPROD_PROVIDERS": "google"})

    assert order(roster, Stage.VOICE) == ["google", "espeak"]


@pytest.mark.parametrize(
    ("url", "is_here"),
    [("http://127.0.0.1:9", True), ("https://api.elevenlabs.io", False)],
)
def test_files_on_this_machine_are_read_only_for_a_service_that_is_here(
    url: str, is_here: bool
) -> None:
    roster = configured({"ELEVENLABS_API_KEY": "k", "AIPROD_ELEVENLABS_URL": url})

    assert roster.has_loopback is is_here


def test_local_providers_cost_nothing() -> None:
    assert configured(ALL).quote_usd(Stage.VOICE, {"provider": "espeak", "text": "Hi."}) == 0.0


@pytest.mark.parametrize("provider", ["google", "gemini", "elevenlabs"])
def test_a_narration_is_quoted_as_it_is_bought(provider: str) -> None:
    speaker = {**ALL, "AIPROD_PROVIDERS": "google", "AIPROD_VERTEX_PROJECT": "films"}
    roster = configured(speaker)
    hire = roster.named(provider)
    text = "This is a sentence of a long story. " * 138
    asked = {"provider": provider, "text": text, "language": "en", "speed": 1.0, "voice_id": None}
    bought = [{**asked, "text": piece.text} for piece in pieces(text, hire.longest_piece)]

    quote_usd = roster.quote_usd(Stage.VOICE, asked)

    assert quote_usd == pytest.approx(sum(hire.quote_usd(Stage.VOICE, one) for one in bought))


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        pytest.param("{}", ["The plan has no scenes."], id="a short one"),
        pytest.param("\U0001f30a" * 100_000, ["\U0001f30a" * 300] * 20, id="the longest"),
    ],
)
def test_a_script_is_quoted_with_its_repair(text: str, mistakes: list[str]) -> None:
    roster = configured(ALL)
    asked = {"provider": "gemini", "prompt": "The sea.", "language": "en", "most_scenes": 12}
    hire = roster.named("gemini")
    plan_usd = hire.quote_usd(Stage.SCRIPT, asked)
    repair_usd = hire.quote_usd(Stage.SCRIPT, {**asked, "text": text, "mistakes": mistakes})

    assert plan_usd + repair_usd <= roster.quote_usd(Stage.SCRIPT, asked)
