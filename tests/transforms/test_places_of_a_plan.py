"""Calls of a batch beside those of jobs that somebody waits for, at a service."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import update

from jobs.elements import Run, Task
from jobs.message import Ring
from jobs.stages import Stage
from jobs.submission import Submission
from providers.elevenlabs.client import ElevenLabs
from providers.roster import Roster
from storage.artefacts import Origin
from storage.intake import Intake, Request
from storage.reruns import BATCH_QUEUE
from storage.tables import JOBS
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.service import Fault
from tests.transforms.ended import WAIT_S
from transforms.admit_jobs import admit
from transforms.perform import Made
from transforms.purchase import Bought, Order, purchase
from transforms.remote_voice import speak_remotely
from transforms.studio import Studio, StudioConfig

PLAN = "starter"  # three calls at a time


class HasToWait(Exception):
    """It was told to."""


@pytest.fixture
def fake() -> Iterator[FakeElevenLabs]:
    with FakeElevenLabs(most=3).serving() as service:
        yield service


@pytest.fixture
def opened(
    studio: StudioConfig, fake: FakeElevenLabs, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    monkeypatch.setenv("ELEVENLABS_API_KEY", fake.key)
    hired = Roster(elevenlabs=ElevenLabs(fake.url, plan=PLAN))
    found = replace(studio, roster=hired).open()
    yield found
    found.close()


def claimed(studio: Studio, job_id: str, *, is_batch: bool = False) -> Run:
    request = Request("acme", job_id, Submission({}), None, None, None, job_id, None)
    Intake(studio.ledger.database).submit(request)
    if is_batch:
        with studio.ledger.database.begin() as connection:
            connection.execute(update(JOBS).where(JOBS.c.id == job_id).values(queue=BATCH_QUEUE))
    run = admit(Ring(job_id), studio)
    assert run is not None
    return run


def speak(studio: Studio, run: Run, text: str) -> Made:
    params = {
        "provider": "elevenlabs", "model": "eleven_multilingual_v2", "text": text,
        "language": "en", "voice_id": None, "speed": 1.0, "clearance": "clear",
    }  # fmt: skip
    task = Task(run, "voice/000", Stage.VOICE, 1, True, "0" * 64, "", "narration", params)
    return speak_remotely(task, studio)


def has_to_wait(studio: Studio, run: Run) -> bool:
    """Whether a call for it finds no place."""

    def wait(_seconds: float) -> None:
        raise HasToWait

    most = studio.config.roster.named("elevenlabs").most_open
    order = Order(Stage.EFFECT, "elevenlabs", "sound", {"for": run.job_id}, 0.0, most)
    try:
        purchase(order, run, studio, lambda *_: Bought({}, {}, Origin("elevenlabs", "s")), wait)
    except HasToWait:
        return True
    return False


def test_a_batch_never_holds_the_last_place_and_a_live_job_gets_it_at_once(
    opened: Studio, fake: FakeElevenLabs
) -> None:
    fake.plan(Fault("/with-timestamps", held=True), times=2)
    batch = [claimed(opened, f"batch-{number}", is_batch=True) for number in range(3)]
    live = claimed(opened, "live")

    with ThreadPoolExecutor(2) as pool:
        held = []
        for run in batch[:2]:
            fake.holding.clear()
            held.append(pool.submit(speak, opened, run, f"Hello, {run.job_id}."))
            assert fake.holding.wait(WAIT_S)
        third_waits = has_to_wait(opened, batch[2])
        speak(opened, live, "Hello, somebody.")
        were_held = [not call.done() for call in held]
        fake.go_on.set()
        for call in held:
            call.result(WAIT_S)

    assert (third_waits, were_held) == (True, [True, True])
    assert fake.refusals == []
    assert not has_to_wait(opened, batch[2])
