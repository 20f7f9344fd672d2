"""Jobs whose parts are bought, as a user makes them: the real command against strict fakes."""

import json
import shutil
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import select

from storage.database import open_database, sqlite_url
from storage.tables import CALLS
from tests.fakes.elevenlabs import SECONDS_A_CHARACTER
from tests.fakes.everybody import Fakes
from tests.fakes.service import Fault
from tests.pipeline.conftest import Desk
from tests.pipeline.paying import NARRATION, NO_QUOTA, PROMPT, SCENES, render


def manifest(desk: Desk) -> dict[str, Any]:
    (found,) = desk.folder.glob("out/*/manifest.json")
    read: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return read


def statuses(desk: Desk) -> set[str]:
    """How the calls ended, as the ledger has it."""
    url = sqlite_url(desk.folder / "data")
    with closing(open_database(url)) as database, database.reading() as connection:
        return set(connection.scalars(select(CALLS.c.status)))


def credits(desk: Desk) -> str:
    (found,) = desk.folder.glob("out/*/credits.txt")
    return found.read_text(encoding="utf-8")


def parts(desk: Desk) -> dict[str, dict[str, Any]]:
    return {part["task"]: part for part in manifest(desk)["parts"]}


def test_a_prompt_becomes_a_video_whose_parts_are_bought(desk: Desk, fakes: Fakes) -> None:
    ran = render(desk, fakes, PROMPT)

    assert ran.code == 0, ran.err
    made = parts(desk)
    assert {task: part["provider"] for task, part in made.items()} == {
        "script/000": "gemini",
        "voice/000": "elevenlabs",
        "voice/001": "elevenlabs",
        "visual/000": "gemini",
        "visual/001": "gemini",
        "effect/000.00": "freesound",
        "effect/000.01": "freesound",
        "effect/001.00": "freesound",
        "effect/001.01": "freesound",
        "music/000": "suno",
        "render/0000": "aiprod",
        "mix/000": "aiprod",
        "finish/000": "aiprod",
    }
    bought = [part for part in made.values() if part["provider"] != "aiprod"]
    assert all(part["request_id"] and part["model"] and part["licence"] for part in bought)
    assert {part["source_type"] for part in bought} == {
        "trainedAlgorithmicMedia", "digitalCapture",
    }  # fmt: skip
    receipt = manifest(desk)["cost_usd"]
    assert receipt["spent"] == pytest.approx(sum(part["cost_usd"] for part in bought), abs=1e-5)
    assert sorted(receipt["by_stage"]) == ["music", "script", "visual", "voice"]
    # Each of the three is rounded to a millionth.
    left_usd = receipt["spent"] - receipt["estimated"]
    assert receipt["difference"] == pytest.approx(left_usd, abs=2e-6)
    assert receipt["unknown_calls"] == 0
    assert [fake.refusals for fake in fakes.all] == [[]] * len(fakes.all)
    assert credits(desk).count("one wave by bob -- https://freesound.org/s/102/") == 1


def test_words_are_shown_when_they_are_spoken(desk: Desk, fakes: Fakes) -> None:
    render(desk, fakes, SCENES)

    (scene,) = manifest(desk)["scenes"]
    first = scene["words"][0]["start_frame"]
    for word in scene["words"]:
        spoken_s = NARRATION.index(word["text"]) * SECONDS_A_CHARACTER
        assert abs(word["start_frame"] - first - spoken_s * 24) <= 1


def test_nothing_is_bought_twice(desk: Desk, fakes: Fakes) -> None:
    render(desk, fakes, PROMPT)
    before = [list(fake.charges) for fake in fakes.all]

    planned = desk.run("plan", "job.json", "--json", **fakes.environment).json
    shutil.rmtree(desk.folder / "out")  # or nothing would be run
    again = render(desk, fakes, PROMPT)

    assert again.code == 0
    assert [fake.charges for fake in fakes.all] == before
    assert planned["cost_usd"] == 0
    assert manifest(desk)["cost_usd"]["spent"] == 0


@pytest.mark.parametrize(
    ("narration", "fault", "code"),
    [
        pytest.param(NARRATION, NO_QUOTA, "provider_access", id="no quota"),
        pytest.param("This is forbidden here.", None, "content_refused", id="refused"),
        pytest.param("This is mute from end to end.", None, "provider_rejected", id="silence"),
        pytest.param(
            f"Half is swallowed. {NARRATION * 3}", None, "provider_rejected", id="a second"
        ),
    ],
)
def test_auto_goes_on_to_the_next_and_says_so(
    narration: str, fault: Fault | None, code: str, desk: Desk, fakes: Fakes
) -> None:
    if fault:
        fakes.elevenlabs.plan(fault, times=9)

    ran = render(desk, fakes, {**SCENES, "scenes": [{"narration": narration}]})

    assert ran.code == 0, ran.err
    voice = parts(desk)["voice/000"]
    left = voice["left"][0]
    assert voice["provider"] != "elevenlabs"
    assert (left["provider"], left["code"]) == ("elevenlabs", code)
    assert left["why"]


def test_a_provider_that_is_named_is_never_replaced(desk: Desk, fakes: Fakes) -> None:
    fakes.elevenlabs.plan(NO_QUOTA, times=9)

    ran = render(desk, fakes, {**SCENES, "voice": {"provider": "elevenlabs"}})

    assert ran.code == 1
    said = "scenes[0].narration: elevenlabs answered 401 quota_exceeded: No credits."
    assert said in ran.out + ran.err
    assert "Traceback" not in ran.err


def test_rights_that_nobody_documents_are_refused_before_anything_is_made(
    desk: Desk, fakes: Fakes
) -> None:
    ran = render(desk, fakes, {**PROMPT, "rights": {"verified_only": True}})

    assert ran.code == 2
    assert "music.provider: the rights to what suno makes are not verified" in ran.err
    assert fakes.gemini.journal == []


def test_auto_leaves_out_what_may_not_be_used(desk: Desk, fakes: Fakes) -> None:
    free = {"AIPROD_ELEVENLABS_PLAN": "free"}

    ran = render(desk, fakes, SCENES, **free)

    assert ran.code == 0, ran.err
    voice = parts(desk)["voice/000"]
    assert (voice["provider"], voice["left"][0]["code"]) == ("gemini", "rights_refused")
    assert fakes.elevenlabs.journal == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("free", "creator", id="upgraded"),
        pytest.param("creator", "free", id="downgraded"),
    ],
)
def test_what_was_made_under_another_plan_is_made_anew(
    before: str, after: str, desk: Desk, fakes: Fakes
) -> None:
    document = {**SCENES, "voice": {"provider": "elevenlabs"}, "visuals": {"provider": "local"}}
    for plan in (before, after):
        render(
            desk, fakes, {**document, "rights": {"commercial": plan != "free"}},
            AIPROD_ELEVENLABS_PLAN=plan,
        )  # fmt: skip

    receipts = [json.loads(one.read_bytes()) for one in desk.folder.glob("out/*/manifest.json")]
    voices = [
        (part["cached"], part["licence"])
        for receipt in receipts
        for part in receipt["parts"]
        if part["task"] == "voice/000"
    ]
    assert sorted(voices) == [
        (False, "ElevenLabs terms, creator plan"), (False, "ElevenLabs terms, free plan"),
    ]  # fmt: skip
    assert len(fakes.elevenlabs.charges) == 2


def test_a_provider_without_a_key_is_refused_before_anything_is_made(desk: Desk) -> None:
    job = str(desk.write("job.json", {**SCENES, "voice": {"provider": "elevenlabs"}}))

    ran = desk.run("render", job)

    assert ran.code == 2
    assert "voice.provider: elevenlabs is not configured here; give auto or espeak" in ran.err


def test_what_does_not_fit_into_the_budget_is_not_bought(desk: Desk, fakes: Fakes) -> None:
    ran = render(desk, fakes, {**SCENES, "budget_usd": 0.0001})

    assert ran.code == 0, ran.err
    assert [fake.journal for fake in fakes.all] == [[]] * len(fakes.all)
    left = {
        task: [(one["provider"], one["code"]) for one in part["left"]]
        for task, part in parts(desk).items()
        if "left" in part
    }
    assert left == {
        "voice/000": [(name, "budget_exceeded") for name in ("elevenlabs", "gemini", "google")],
        "visual/000": [("gemini", "budget_exceeded")],
    }


def test_what_comes_and_cannot_be_used_is_asked_for_once_more(desk: Desk, fakes: Fakes) -> None:
    fakes.elevenlabs.plan(Fault("/with-timestamps", body="<html>Welcome</html>"))

    ran = render(desk, fakes, SCENES)

    assert ran.code == 0, ran.err
    receipt = manifest(desk)["cost_usd"]
    assert parts(desk)["voice/000"]["provider"] == "elevenlabs"
    assert len(fakes.elevenlabs.charges) == 2
    assert receipt["spent"] > receipt["estimated"]


CRASH_POINTS = ["call.before_send", "call.before_keep", "call.after_keep", "call.after_submit"]


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_command_that_dies_pays_at_most_once_more(point: str, desk: Desk, fakes: Fakes) -> None:
    document = {**SCENES, "visuals": {"provider": "omni"}}

    died = render(desk, fakes, document, AIPROD_CRASH_POINT=point)
    ran = render(desk, fakes, document)

    assert died.code == -9
    assert ran.code == 0, ran.err
    orders: dict[str, int] = {}
    for fake in fakes.all:
        for charge in fake.charges:
            orders[charge.what] = orders.get(charge.what, 0) + 1
    assert sum(orders.values()) <= len(orders) + 2  # two calls may have been under way
    assert max(orders.values()) <= 2
    assert "open" not in statuses(desk)
    if point == "call.after_submit":
        assert len(fakes.media.charges) == 1  # the film is waited for, not ordered again


def test_the_keys_are_nowhere(desk: Desk, fakes: Fakes) -> None:
    secret = "canary-4f1d9c0b7e"  # noqa: S105 that is the point
    environment = {
        name: secret if name.endswith(("_API_KEY", "_TOKEN")) else value
        for name, value in fakes.environment.items()
    }
    said = json.dumps(
        {"code": 500, "msg": secret, "detail": f"key {secret}?", "error": {"message": secret}}
    )  # some services repeat it
    for fake in fakes.all:
        fake.key = secret
        fake.plan(Fault(status=500, body=said), Fault(status=403, body=said))

    ran = render(desk, fakes, PROMPT, **environment, LOG_LEVEL="DEBUG")
    planned = desk.run("plan", "job.json", **environment)

    assert all(fake.journal for fake in (fakes.elevenlabs, fakes.gemini, fakes.suno))
    files = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert [path for path in files if secret.encode() in path.read_bytes()] == []
    assert secret not in ran.out + ran.err + planned.out + planned.err
