from typing import Any

import httpx
import pytest

from api.auth import CALLBACKS_AT_ONCE
from jobs.elements import Run
from jobs.stages import Stage
from storage.calls import Calls, CallStatus, Intent, Ticket
from tests.api.service import Service
from tests.fakes.suno_callbacks import body

OPEN, ENDED, UNKNOWN = (f"call-{digit * 32}" for digit in "abc")

WRONG = (
    *(ENDED, UNKNOWN, OPEN.upper(), f"{OPEN}%0A", "x" * 3000),
    *("%00", "call-%F0%9F%8E%AC", "call-%FF", "' OR 1=1 --"),
)
ODD: tuple[dict[str, Any], ...] = (
    {"json": body("forged", "error", None, 500)},
    {"content": b"{", "headers": {"Content-Type": "application/json"}},
    {"content": b""},
)


@pytest.fixture
def calls(service: Service) -> Calls:
    return Calls(service.services.database, patience_s=0)


@pytest.fixture
def run(service: Service, calls: Calls) -> Run:
    """A run with a call that is open, and one that has ended."""
    found = service.begin(service.submit())
    for number, call_id in enumerate((OPEN, ENDED)):
        intent = Intent(str(number) * 64, Stage.MUSIC, "suno", "V5", 0.06)
        ticket = calls.open(call_id, found, intent, (), 10)
        assert isinstance(ticket, Ticket)
    calls.close(ticket, CallStatus.PAID)
    return found


def call_back(service: Service, token: str, **sent: Any) -> httpx.Response:
    given = sent or {"json": body("task", "complete", ())}
    return service.anonymous.post(f"/callbacks/suno/{token}", **given)


def known(calls: Calls, run: Run) -> list[dict[str, Any]]:
    """What is known of calls, apart from callbacks."""
    return [{**call._mapping, "told_at": None} for call in calls.of_run(run)]


def told(calls: Calls, run: Run) -> set[str]:
    return {call.id for call in calls.of_run(run) if call.told_at is not None}


def test_a_callback_is_noted_at_its_call(service: Service, calls: Calls, run: Run) -> None:
    answer = call_back(service, OPEN)

    assert (answer.status_code, answer.json()) == (200, {})
    assert told(calls, run) == {OPEN}


def test_every_token_has_the_same_answer_and_changes_nothing(
    service: Service, calls: Calls, run: Run
) -> None:
    right, before = call_back(service, OPEN), calls.of_run(run)

    wrong = {token: call_back(service, token) for token in WRONG}

    for token, answer in wrong.items():
        assert (token, answer.status_code, answer.content) == (token, 200, right.content)
    assert calls.of_run(run) == before


def test_what_a_callback_says_is_not_read(service: Service, calls: Calls, run: Run) -> None:
    before = known(calls, run)

    answers = [call_back(service, OPEN, **sent) for sent in ODD]

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"{}")}
    assert known(calls, run) == before


def test_a_flood_of_callbacks_is_told_to_wait(embedded: Service) -> None:
    answers = [call_back(embedded, UNKNOWN) for _ in range(2 * int(CALLBACKS_AT_ONCE))]

    assert {answer.status_code for answer in answers[: int(CALLBACKS_AT_ONCE)]} == {200}
    # Not the last one: on a machine that is slow for a moment, room has come back by then.
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
