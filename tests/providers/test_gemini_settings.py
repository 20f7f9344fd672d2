"""What Gemini may be cast for, and how it is configured."""

from typing import Any

import pytest

from jobs.errors import InvalidInput
from jobs.stages import Stage
from providers.gemini.client import Gemini
from providers.gemini.wire import Door


@pytest.mark.parametrize("kind", [Stage.SCRIPT, Stage.VOICE, Stage.VISUAL])
def test_it_can_be_cast_for_what_it_makes(kind: Stage) -> None:
    params: dict[str, Any] = {"prompt": "The sea.", "language": "en", "text": "The sea."}
    params |= {"voice_id": None, "speed": 1.0, "width": 1920, "height": 1080, "more": 1}

    choice = next(Gemini().choices(kind))

    assert choice.provider == "gemini"
    assert "more" not in choice.params(params)
    assert Gemini().quote_usd(kind, choice.params(params)) > 0


@pytest.mark.parametrize("stage", [Stage.MUSIC, Stage.EFFECT, Stage.MIX])
def test_it_is_not_cast_for_what_it_does_not_make(stage: Stage) -> None:
    assert list(Gemini().choices(stage)) == []


@pytest.mark.parametrize(
    ("variables", "config"),
    [
        pytest.param({}, Gemini(), id="nothing is set"),
        pytest.param(
            {
                "AIPROD_GEMINI_URL": "http://127.0.0.1:9/",
                "AIPROD_GEMINI_VERSION": "v1",
                "AIPROD_GEMINI_TEXT_MODEL": "gemini-3.5-flash-lite",
                "AIPROD_GEMINI_IMAGE_MODEL": "gemini-3-pro-image",
                "AIPROD_GEMINI_IMAGE_SIZE": "4k",
                "AIPROD_GEMINI_SPEECH_MODEL": "gemini-3.1-flash-tts-preview",
                "AIPROD_GEMINI_VOICE": "Puck",
                "AIPROD_GEMINI_SCENES": "8",
                "AIPROD_GEMINI_CALLS": "12",
            },
            Gemini(
                Door("http://127.0.0.1:9", "v1"),
                text_model="gemini-3.5-flash-lite",
                image_model="gemini-3-pro-image",
                largest_image="4K",
                speech_model="gemini-3.1-flash-tts-preview",
                voice_id="Puck",
                most_scenes=8,
                most_open=12,
            ),
            id="everything is set",
        ),
        pytest.param(
            {"AIPROD_GEMINI_MODE": "vertex", "GOOGLE_CLOUD_PROJECT": "my-project"},
            Gemini(Door("https://aiplatform.googleapis.com", "v1beta1", "my-project", "global")),
            id="vertex",
        ),
        pytest.param(
            {
                "AIPROD_GEMINI_MODE": "vertex",
                "AIPROD_VERTEX_PROJECT": "mine",
                "GOOGLE_CLOUD_PROJECT": "other",
                "AIPROD_VERTEX_LOCATION": "europe-west4",
                "AIPROD_VERTEX_VERSION": "v1",
            },
            Gemini(
                Door("https://europe-west4-aiplatform.googleapis.com", "v1", "mine", "europe-west4")
            ),
            id="vertex in a region",
        ),
        pytest.param(
            {
                "AIPROD_GEMINI_MODE": "vertex",
                "AIPROD_VERTEX_PROJECT": "mine",
                "AIPROD_VERTEX_LOCATION": "eu",
            },
            Gemini(Door("https://aiplatform.eu.rep.googleapis.com", "v1beta1", "mine", "eu")),
            id="vertex in several regions",
        ),
    ],
)
def test_settings_make_a_configuration(variables: dict[str, str], config: Gemini) -> None:
    assert Gemini.configured(variables) == config


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param("AIPROD_GEMINI_MODE", "both", "'both'; give one of key, vertex", id="mode"),
        pytest.param("AIPROD_GEMINI_MODE", "vertex", "needs the id of a project", id="no project"),
        pytest.param("AIPROD_GEMINI_VERSION", "v2", "'v2'; give one of v1beta, v1", id="version"),
        pytest.param("AIPROD_GEMINI_URL", "example.com", "is no address", id="url"),
        pytest.param(
            "AIPROD_GEMINI_TEXT_MODEL", "gpt", "AIPROD_GEMINI_TEXT_MODEL: the price book", id="text"
        ),
        pytest.param(
            "AIPROD_GEMINI_IMAGE_MODEL",
            "../x",
            "_SIZE 2K: the price book",
            id="image",
        ),
        pytest.param(
            "AIPROD_GEMINI_SPEECH_MODEL",
            "x",
            "AIPROD_GEMINI_SPEECH_MODEL: the price book",
            id="speech",
        ),
        pytest.param("AIPROD_GEMINI_IMAGE_SIZE", "8K", "give one of 1K, 2K, 4K", id="size"),
        pytest.param("AIPROD_GEMINI_VOICE", "Bob", "'Bob'; give one of Achernar", id="voice"),
        pytest.param("AIPROD_GEMINI_SCENES", "0", "'0'; give a whole number", id="scenes"),
        pytest.param("AIPROD_GEMINI_CALLS", "1e3", "'1e3'; give a whole number", id="calls"),
    ],
)
def test_wrong_settings_are_named(name: str, value: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Gemini.configured({name: value})

    assert message in caught.value.message


def test_a_location_cannot_lead_to_another_host() -> None:
    variables = {
        "AIPROD_GEMINI_MODE": "vertex",
        "AIPROD_VERTEX_PROJECT": "mine",
        "AIPROD_VERTEX_LOCATION": "evil.example/",
    }

    with pytest.raises(InvalidInput, match="AIPROD_VERTEX_LOCATION"):
        Gemini.configured(variables)
