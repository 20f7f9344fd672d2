"""How `make live` asks, and what it costs, with stand-ins in the place of the services."""

import importlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobs.stages import Stage
from providers.elevenlabs.client import ElevenLabs
from providers.gemini.client import Gemini
from providers.gemini.omni import Omni
from providers.gemini.veo import Veo
from providers.google_speech import GoogleSpeech
from providers.roster import configured
from providers.takes import Scenery
from tests.contracts import test_elevenlabs, test_gemini, test_google_speech, test_omni, test_veo
from tests.contracts.house import lacking
from tests.fakes.everybody import Fakes, everybody

REPOSITORY = Path(__file__).parents[2]
LONGEST_S = 300  # of a run that takes six seconds where nothing else runs
# What a run orders, without Suno; `bill` has the same, with it. What is refused is free.
ORDERS = {
    "speech": 3, "sound": 1, "music": 1, "generateContent": 6, "interaction": 2, "veo": 1,
    "synthesize": 2,
}  # fmt: skip
Bill = Mapping[str, float]


@pytest.fixture
def unasked() -> Iterator[Fakes]:
    with everybody() as serving:
        yield serving


def test_services_with_a_key_are_asked_and_others_named(unasked: Fakes) -> None:
    shell = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIPROD_", "PYTEST_"))
    }

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "live", "-p", "no:cacheprovider", "tests/live"],
        cwd=REPOSITORY,
        env={**shell, **unasked.environment, "SUNO_API_KEY": ""},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )

    assert run.returncode == 0, run.stdout
    skipped = re.findall(r"^SKIPPED .*: (.*)$", run.stdout, re.M)
    assert skipped == ["Suno is asked when SUNO_API_KEY is set"]
    assert [fake.name for fake in unasked.all if not fake.journal] == ["suno"]
    assert Counter(one.operation for fake in unasked.all for one in fake.charges) == ORDERS


@pytest.fixture
def bill(fakes: Fakes) -> Bill:
    """What a run costs at most, by provider, in US dollars of the price book."""
    roster = configured(fakes.environment)
    said = f"{test_elevenlabs.TEXT * 2}Again."
    script = {"prompt": test_gemini.TEA.prompt, "language": "en"}
    scene = {"width": 1280, "height": 720}
    orders: dict[str, list[tuple[Stage, dict[str, Any]]]] = {
        "elevenlabs": [
            (Stage.VOICE, {"text": said}), (Stage.EFFECT, {}), (Stage.MUSIC, {"length_s": 5.0})
        ],
        "gemini": [(Stage.SCRIPT, script), (Stage.VISUAL, scene), (Stage.VISUAL, scene)],
        "google": [(Stage.VOICE, {"text": test_google_speech.TEXT, "language": "en"})] * 2,
        "lyria": [(Stage.MUSIC, {})],
        "suno": [(Stage.MUSIC, {})],
        "omni": [(Stage.VISUAL, _filmed(test_omni.SCENE))],
        "veo": [(Stage.VISUAL, _filmed(test_veo.SCENE))],
    }  # fmt: skip
    usd = {
        name: sum(roster.quote_usd(stage, {"provider": name, **params}) for stage, params in some)
        for name, some in orders.items()
    }
    line = {"text": test_gemini.LINE.text, "language": "en", "speed": 1.0}
    for model in test_gemini.GENERATIONS:
        speaker = replace(Gemini.configured(fakes.environment), speech_model=model)
        usd["gemini"] += speaker.quote_usd(Stage.VOICE, line)
    return usd


def _filmed(scene: Scenery) -> dict[str, Any]:
    return {"width": scene.width, "height": scene.height, "length_s": scene.duration_s}


def test_the_page_says_what_a_run_costs(bill: Bill) -> None:
    page = (REPOSITORY / "docs/providers.md").read_text(encoding="utf-8")

    for provider, usd in bill.items():
        assert f"| `{provider}` | {usd:.3f} |" in page
    assert f"costs {sum(bill.values()):.2f} US dollars at most" in page


def test_every_paid_service_has_a_suite_that_is_asked_of_itself_too(fakes: Fakes) -> None:
    suites = {
        path.name: importlib.import_module(f"tests.contracts.{path.stem}")
        for path in (REPOSITORY / "tests/contracts").glob("test_*.py")
    }
    asked = {name: suite.HIRE for name, suite in suites.items() if hasattr(suite, "HIRE")}

    assert set(asked.values()) == {type(hire) for _, hire in configured(fakes.environment).hired()}
    assert set(asked) == {path.name for path in (REPOSITORY / "tests/live").glob("test_*.py")}


@pytest.mark.parametrize(
    ("hire", "variables", "said"),
    [
        pytest.param(
            ElevenLabs, {}, "ElevenLabs is asked when ELEVENLABS_API_KEY is set", id="no key"
        ),
        pytest.param(ElevenLabs, {"ELEVENLABS_API_KEY": "k"}, "", id="a key"),
        pytest.param(
            Veo,
            {},
            "Veo is asked when VERTEX_ACCESS_TOKEN and GOOGLE_CLOUD_PROJECT or "
            "AIPROD_VERTEX_PROJECT is set",
            id="neither token nor project",
        ),
        pytest.param(
            Veo,
            {"VERTEX_ACCESS_TOKEN": "t"},
            "Veo is asked when GOOGLE_CLOUD_PROJECT or AIPROD_VERTEX_PROJECT is set",
            id="a token without a project",
        ),
        pytest.param(
            Gemini,
            {
                "AIPROD_GEMINI_MODE": "vertex",
                "GOOGLE_CLOUD_PROJECT": "films",
                "GEMINI_API_KEY": "k",
            },
            "Gemini is asked when VERTEX_ACCESS_TOKEN is set",
            id="a key for another door",
        ),
        pytest.param(Omni, {"GEMINI_API_KEY": "k"}, "", id="the key of Gemini"),
        pytest.param(
            GoogleSpeech,
            {},
            "GoogleSpeech is asked when GOOGLE_TTS_API_KEY or VERTEX_ACCESS_TOKEN is set",
            id="neither key nor token",
        ),
        pytest.param(GoogleSpeech, {"VERTEX_ACCESS_TOKEN": "t"}, "", id="a token"),
    ],
)
def test_what_is_not_set_is_named(hire: Any, variables: dict[str, str], said: str) -> None:
    assert lacking(hire, variables) == said
