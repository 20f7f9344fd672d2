"""How ElevenLabs is configured, and what its plans decide."""

from typing import Any

import pytest

from jobs.casting import Clearance
from jobs.errors import InvalidInput
from jobs.stages import Stage
from providers.elevenlabs.client import ElevenLabs


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"AIPROD_ELEVENLABS_PLAN": "gold"}, "AIPROD_ELEVENLABS_PLAN is 'gold'; give one of free"),
        (
            {"AIPROD_ELEVENLABS_SPEECH_MODEL": "eleven_v9"},
            "AIPROD_ELEVENLABS_SPEECH_MODEL: the price book (providers/prices.toml)",
        ),
        ({"AIPROD_ELEVENLABS_VOICE": "a/b"}, "AIPROD_ELEVENLABS_VOICE is 'a/b'"),
        ({"AIPROD_ELEVENLABS_SOUND_MODEL": "x"}, "AIPROD_ELEVENLABS_SOUND_MODEL is 'x'; give"),
        ({"AIPROD_ELEVENLABS_MUSIC_MODEL": "x"}, "AIPROD_ELEVENLABS_MUSIC_MODEL is 'x'; give"),
    ],
)
def test_a_wrong_setting_is_told_by_name(variables: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ElevenLabs.configured(variables)

    assert said in caught.value.message


@pytest.mark.parametrize(
    ("plan", "model", "most", "clearance"),
    [
        ("free", "eleven_v3", 2, Clearance.PERSONAL),
        ("creator", "eleven_v3", 5, Clearance.CLEAR),
        ("creator", "eleven_flash_v2_5", 10, Clearance.CLEAR),
        ("business", "eleven_v3", 15, Clearance.CLEAR),
    ],
)
def test_the_plan_decides_about_calls_at_once_and_rights(
    plan: str, model: str, most: int, clearance: Clearance
) -> None:
    config = ElevenLabs.configured(
        {"AIPROD_ELEVENLABS_PLAN": plan, "AIPROD_ELEVENLABS_SPEECH_MODEL": model}
    )

    assert config.most_open == most
    for stage in (Stage.VOICE, Stage.MUSIC, Stage.EFFECT):
        assert [choice.clearance for choice in config.choices(stage)] == [clearance]
    assert list(config.choices(Stage.VISUAL)) == []


@pytest.mark.parametrize(
    ("stage", "params", "usd"),
    [
        (Stage.VOICE, {"text": "x" * 1000}, 0.10),
        (Stage.EFFECT, {"query": "rain"}, 0.12),
        (Stage.MUSIC, {"prompt": "piano", "length_s": 60}, 0.30),
    ],
)
def test_prices_are_known_beforehand(stage: Stage, params: dict[str, Any], usd: float) -> None:
    assert ElevenLabs().quote_usd(stage, params) == pytest.approx(usd)
