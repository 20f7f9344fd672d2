"""What `plan` and `doctor` tell of services before anything is paid."""

import pytest

from tests.fakes.everybody import Fakes
from tests.fakes.service import Fault
from tests.pipeline.conftest import Desk
from tests.pipeline.paying import NARRATION, SCENES


def test_plan_says_what_a_job_will_cost_and_pays_nothing(desk: Desk, fakes: Fakes) -> None:
    job = str(desk.write("job.json", {**SCENES, "budget_usd": 0.001}))

    planned = desk.run("plan", job, "--json", **fakes.environment).json

    costs = {stage["stage"]: (stage["provider"], stage["cost_usd"]) for stage in planned["stages"]}
    assert costs["voice"] == ("elevenlabs", pytest.approx(len(NARRATION) * 0.0001))
    assert costs["visual"] == ("gemini", pytest.approx(0.0336))
    assert planned["cost_usd"] == pytest.approx(costs["voice"][1] + costs["visual"][1])
    assert any("budget_usd allows 0.0010:" in note for note in planned["notes"])
    assert [fake.charges for fake in fakes.all] == [[]] * len(fakes.all)
    assert {asked.method for fake in fakes.all for asked in fake.journal} == {"GET"}


def test_plan_says_what_would_be_billed_and_what_is_left(desk: Desk, fakes: Fakes) -> None:
    fakes.elevenlabs.left = 12
    job = str(desk.write("job.json", {**SCENES, "scenes": [{"narration": NARRATION}] * 2}))

    said = desk.run("plan", job, **fakes.environment).out
    planned = desk.run("plan", job, "--json", **fakes.environment).json

    assert f"cost: {planned['cost_usd']:.4f} USD" in said
    # What two scenes say alike is spoken once.
    assert f"voice       2 by elevenlabs, {len(NARRATION)} characters" in said
    assert {one["stage"]: one["characters"] for one in planned["stages"]}["voice"] == len(NARRATION)
    assert planned["notes"] == [
        "elevenlabs: creator plan, 12 characters left, 5 calls at once; George speaks; "
        f"the narration takes {len(NARRATION)} credits: these do not do"
    ]


@pytest.mark.parametrize(
    ("provider", "voice"),
    [
        pytest.param("elevenlabs", "nobody", id="elevenlabs"),
        pytest.param("google", "en-GB-Neural2-Z", id="google"),
    ],
)
def test_plan_tells_of_a_voice_that_is_not_there(
    provider: str, voice: str, desk: Desk, fakes: Fakes
) -> None:
    asked = {"provider": provider, "voice_id": voice}
    job = str(desk.write("job.json", {**SCENES, "voice": asked}))

    notes = desk.run("plan", job, "--json", **fakes.environment).json["notes"]

    told = f"scenes[0].narration: {provider} has no voice {voice!r} for this account"
    assert told in notes
    assert [fake.charges for fake in fakes.all] == [[]] * len(fakes.all)


@pytest.mark.parametrize(
    ("language", "usd_a_character", "notes"),
    [
        pytest.param("pt", 4e-6, 0, id="a standard one"),
        pytest.param("de", 16e-6, 1, id="none"),
    ],
)
def test_plan_asks_which_voice_would_speak_and_for_how_much(
    language: str, usd_a_character: float, notes: int, desk: Desk, fakes: Fakes
) -> None:
    asked = {"voice": {"provider": "google"}, "language": language}
    job = str(desk.write("job.json", {**SCENES, **asked, "visuals": {"provider": "local"}}))

    planned = desk.run("plan", job, "--json", **fakes.environment).json

    told = f"scenes[0].narration: google has no voice for {language} that tells when words are"
    characters = {one["stage"]: one["characters"] for one in planned["stages"]}["voice"]
    assert sum(told in note for note in planned["notes"]) == notes
    assert planned["cost_usd"] == pytest.approx(usd_a_character * characters, abs=1e-4)


def test_plan_works_where_an_account_cannot_be_asked(desk: Desk, fakes: Fakes) -> None:
    fakes.elevenlabs.plan(Fault(status=503, body="<html>Later</html>"))
    job = str(desk.write("job.json", SCENES))

    planned = desk.run("plan", job, "--json", **fakes.environment).json

    assert planned["notes"] == [
        "elevenlabs was asked about its account in vain: elevenlabs answered 503"
    ]


def test_doctor_tells_of_a_plan_that_is_not_as_configured(desk: Desk, fakes: Fakes) -> None:
    fakes.elevenlabs.tier = "free"

    said = desk.run("doctor", **fakes.environment).out

    assert "missing elevenlabs           elevenlabs: the account is on the free plan" in said


def test_doctor_says_what_an_account_has_left(desk: Desk, fakes: Fakes) -> None:
    fakes.elevenlabs.left = 12_345

    healthy = desk.run("doctor", **fakes.environment).out
    sick = desk.run("doctor", **{**fakes.environment, "ELEVENLABS_API_KEY": "wrong"}).out

    assert "elevenlabs           creator plan, 12,345 characters left, 5 calls at once" in healthy
    assert "google               10 voices that tell when words are spoken" in healthy
    assert "suno                 its key can be read" in healthy
    assert "veo                  a token can be read" in healthy
    assert "missing elevenlabs           elevenlabs answered 401 invalid_api_key" in sick
    assert "-> look at ELEVENLABS_API_KEY" in sick


def test_doctor_says_of_a_voice_without_a_key_what_is_true(desk: Desk) -> None:
    program, voice = desk.write("piper", {}), desk.write("amy.onnx", {})
    desk.write("amy.onnx.json", {})
    program.chmod(0o755)

    said = desk.run("doctor", AIPROD_PIPER=str(program), AIPROD_PIPER_VOICE=str(voice)).out

    assert f"piper                amy, by {program}, not for commercial use" in said
    assert "its key can be read" not in said
