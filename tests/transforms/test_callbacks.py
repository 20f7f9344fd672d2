"""What callbacks of a service do to the worker that waits for it."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from api.app import create_app
from jobs.elements import Run, Task
from jobs.errors import ProviderUnavailable
from jobs.stages import Stage
from media.timeline import SAMPLE_RATE_HZ
from providers.roster import Roster
from providers.suno import Suno
from storage.database import open_database
from tests.api.service import listening, services_over
from tests.fakes.service import Fault
from tests.fakes.suno import LENGTHS_S, STEPS, FakeSuno
from tests.fakes.suno_callbacks import Callbacks
from tests.transforms.claimed import claimed
from transforms.perform import Made
from transforms.remote_music import compose_remotely
from transforms.studio import SOONEST_S, Studio, StudioConfig

PENDING = json.dumps({"code": 200, "msg": "success", "data": {"status": "PENDING"}})
PATIENCE_S = 60.0
EVERY_S = 10.0


@dataclass
class Waiter:
    """Whoever waits for a song, and how long it has waited; no time passes.

    Attributes:
      meanwhile: Called after each piece of a pause.
    """

    studio: Studio
    run: Run
    waits: list[float]
    meanwhile: list[Callable[[], None]]

    def compose(self) -> Made:
        params = {"provider": "suno", "model": "V5", "prompt": "calm piano", "length_s": 30.0}
        return compose_remotely(
            Task(self.run, "music", Stage.MUSIC, 1, True, "0" * 64, "", "", params), self.studio
        )

    def call_back(self) -> None:
        """As the route does it, about the one call."""
        (call,) = self.studio.calls.of_run(self.run)
        self.studio.calls.hear(call.id)


@pytest.fixture(scope="module")
def service() -> Iterator[FakeSuno]:
    with FakeSuno().rehearsed().serving() as found:
        yield found


@pytest.fixture
def fake(service: FakeSuno) -> FakeSuno:
    service.clear()
    return service


@pytest.fixture
def listener(studio: StudioConfig) -> Iterator[str]:
    """Where the API listens to callbacks."""
    with closing(open_database(studio.database_url)) as database:
        services, _rings = services_over(database, Path(studio.store))
        with listening(create_app(services)) as url:
            yield f"{url}/callbacks/suno"


@pytest.fixture
def waiter(
    studio: StudioConfig, fake: FakeSuno, monkeypatch: pytest.MonkeyPatch, listener: str
) -> Iterator[Waiter]:
    monkeypatch.setenv("SUNO_API_KEY", fake.key)
    waits: list[float] = []
    meanwhile: list[Callable[[], None]] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        for each in tuple(meanwhile):
            each()

    config = Suno(fake.url, callback_url=listener, every_s=EVERY_S, at_most_s=PATIENCE_S)
    with closing(Studio(replace(studio, roster=Roster(suno=config)), sleep)) as opened:
        yield Waiter(opened, claimed(opened), waits, meanwhile)


def test_whoever_is_called_back_asks_at_once(waiter: Waiter, fake: FakeSuno) -> None:
    fake.callbacks = Callbacks()

    waiter.compose()

    assert fake.callbacks.answers == [200] * (len(STEPS) - 1)
    assert sum(waiter.waits) == SOONEST_S * (len(STEPS) - 1)


def test_a_callback_shortens_one_pause(waiter: Waiter) -> None:
    def once() -> None:
        waiter.meanwhile.clear()
        waiter.call_back()

    waiter.meanwhile.append(once)

    waiter.compose()

    assert sum(waiter.waits) == SOONEST_S + EVERY_S * (len(STEPS) - 2)


def test_a_flood_of_callbacks_makes_a_question_a_second(waiter: Waiter, fake: FakeSuno) -> None:
    waiter.meanwhile += [waiter.call_back] * 3

    waiter.compose()

    questions = [one for one in fake.journal if one.path.endswith("/record-info")]
    assert sum(waiter.waits) == SOONEST_S * (len(questions) - 1)


def test_a_flood_of_callbacks_uses_up_no_patience(waiter: Waiter, fake: FakeSuno) -> None:
    fake.plan(Fault("/record-info", body=PENDING), times=100)
    waiter.meanwhile.append(waiter.call_back)

    with pytest.raises(ProviderUnavailable, match="not ready after 60 s"):
        waiter.compose()

    assert sum(waiter.waits) == PATIENCE_S


def test_songs_that_only_a_callback_tells_of_are_not_fetched(
    waiter: Waiter, fake: FakeSuno
) -> None:
    fake.callbacks = Callbacks(is_untidy=True)

    made = waiter.compose()

    assert set(fake.callbacks.answers) == {200}
    files = [one.path for one in fake.journal if one.path.startswith("/files/")]
    assert files
    assert not [path for path in files if "forged" in path]
    assert made.facts["samples"] / SAMPLE_RATE_HZ == pytest.approx(LENGTHS_S[1], abs=0.1)
    assert len(fake.charges) == 1


def test_a_run_that_goes_on_after_a_crash_is_called_back_about_the_same_order(
    waiter: Waiter, fake: FakeSuno
) -> None:
    fake.plan(Fault("/record-info", body=PENDING, is_refusal=True), times=7)
    with pytest.raises(ProviderUnavailable):
        waiter.compose()
    waiter.call_back()  # while nobody waits
    waiter.waits.clear()
    fake.callbacks = Callbacks()

    waiter.compose()

    assert len(fake.charges) == 1
    assert sum(waiter.waits) == SOONEST_S * (len(STEPS) - 1)


def test_the_id_of_a_call_cannot_be_guessed_and_is_told_to_the_service_alone(
    waiter: Waiter, fake: FakeSuno
) -> None:
    made = waiter.compose()

    (call,) = waiter.studio.calls.of_run(waiter.run)
    assert re.fullmatch(r"call-[0-9a-f]{32}", call.id)
    assert fake.journal[0].json["callBackUrl"].endswith(f"/callbacks/suno/{call.id}")
    assert call.id not in str(made)
