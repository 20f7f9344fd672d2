import base64
import json
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from api.push_token import PushVerifier
from jobs.elements import DeadLetter
from jobs.message import Ring
from tests.api.google import AUDIENCE, EMAIL, Pair
from tests.api.service import Rings, Service


@pytest.fixture
def topic() -> Rings:
    """Where dead letters are published."""
    return Rings()


def trusting(pair: Pair) -> PushVerifier:
    """Lets in whoever has a token signed with this key."""
    certificates = json.dumps({pair.id: pair.certificate}).encode()

    def fetch(url: str, method: str = "GET", timeout: float = 0.0) -> Any:
        return SimpleNamespace(status=200, data=certificates)

    return PushVerifier(AUDIENCE, EMAIL, fetch)


@pytest.fixture
def pushed(service: Service, pair: Pair, topic: Rings) -> Service:
    """The service, trusting tokens of a key of ours, with a topic for dead letters."""
    service.app.state.push_verifier = trusting(pair)
    service.app.state.services = replace(service.services, dead_letter_publisher=topic)
    return service


def token(pair: Pair, **changes: Any) -> dict[str, str]:
    now = int(time.time())
    claims = {
        "iss": "https://accounts.google.com", "aud": AUDIENCE, "email": EMAIL,
        "email_verified": True, "iat": now, "exp": now + 3600, **changes,
    }  # fmt: skip
    return {"Authorization": f"Bearer {pair.sign(claims)}"}


def wrapped(data: bytes) -> dict[str, Any]:
    return {"message": {"data": base64.b64encode(data).decode(), "messageId": "1"}}


def test_a_ring_wakes_the_worker(pushed: Service, pair: Pair, topic: Rings) -> None:
    body = wrapped(Ring(pushed.submit()).to_bytes())

    answer = pushed.anonymous.post("/process-job", json=body, headers=token(pair))

    assert answer.status_code == 204
    assert pushed.rings.woken == 1
    assert pushed.services.dead_letters.page(10) == ()
    assert topic.published == []


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        pytest.param(wrapped(b"no ring"), "no ring", id="no ring"),
        pytest.param(wrapped(b"\xff\x00"), "\\xff\\x00", id="no text"),
        pytest.param({"message": {"attributes": {"a": "b"}}}, "", id="attributes alone"),
        pytest.param({"message": {"data": "%"}}, '{"message":{"data":"%"}}', id="no base64"),
        pytest.param({"message": 7}, '{"message":7}', id="no message"),
        pytest.param([], "[]", id="a list"),
    ],
)
def test_what_is_no_ring_is_kept_and_acknowledged(
    pushed: Service, pair: Pair, body: Any, kept: str
) -> None:
    answer = pushed.anonymous.post("/process-job", json=body, headers=token(pair))

    (letter,) = pushed.services.dead_letters.page(10)
    assert answer.status_code == 204
    assert (letter.stage, letter.message) == ("push", kept)
    assert letter.reason
    assert pushed.rings.woken == 0


def test_a_ring_for_a_job_that_nobody_knows_is_a_dead_letter(pushed: Service, pair: Pair) -> None:
    ring = Ring("job-unknown").to_bytes()

    answer = pushed.anonymous.post("/process-job", json=wrapped(ring), headers=token(pair))

    (letter,) = pushed.services.dead_letters.page(10)
    assert (answer.status_code, pushed.rings.woken) == (204, 0)
    assert (letter.stage, letter.reason, letter.message) == (
        "admit", "there is no job job-unknown", ring.decode(),
    )  # fmt: skip


def test_a_dead_letter_is_published_with_its_attempt(
    pushed: Service, pair: Pair, topic: Rings
) -> None:
    for _ in range(2):
        pushed.anonymous.post("/process-job", json=wrapped(b"no ring"), headers=token(pair))

    letters = [DeadLetter.from_bytes(data) for data in topic.published]
    assert [(one.message, one.stage, one.attempt) for one in letters] == [
        ("no ring", "push", 1), ("no ring", "push", 2),
    ]  # fmt: skip
    assert {one.sha256 for one in letters} == {pushed.services.dead_letters.page(10)[0].id}


def test_a_dead_letter_that_cannot_be_published_is_pushed_again(
    pushed: Service, pair: Pair, topic: Rings
) -> None:
    topic.is_away = True

    answer = pushed.anonymous.post("/process-job", json=wrapped(b"no ring"), headers=token(pair))

    assert answer.status_code == 503
    assert [one.message for one in pushed.services.dead_letters.page(10)] == ["no ring"]


def test_without_a_topic_for_it_a_dead_letter_is_in_the_ledger_alone(
    pushed: Service, pair: Pair
) -> None:
    pushed.app.state.services = pushed.services  # as they were opened

    answer = pushed.anonymous.post("/process-job", json=wrapped(b"no ring"), headers=token(pair))

    assert answer.status_code == 204
    assert [one.message for one in pushed.services.dead_letters.page(10)] == ["no ring"]


def test_a_push_that_can_be_read_in_two_ways_is_no_ring(pushed: Service, pair: Pair) -> None:
    one = json.dumps(wrapped(Ring("job-1").to_bytes()))[1:-1]
    headers = {**token(pair), "Content-Type": "application/json"}

    answer = pushed.anonymous.post("/process-job", content=f"{{{one}, {one}}}", headers=headers)

    assert answer.status_code == 204
    assert len(pushed.services.dead_letters.page(10)) == 1
    assert pushed.rings.woken == 0


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"email": "mallory@example.com"}, 403, id="another account"),
        pytest.param({"aud": "https://example.com"}, 401, id="for somebody else"),
        pytest.param({"exp": 1}, 401, id="expired"),
    ],
)
def test_a_push_of_others_is_refused(
    pushed: Service, pair: Pair, changes: dict[str, Any], status: int
) -> None:
    body = wrapped(Ring("job-1").to_bytes())

    answer = pushed.anonymous.post("/process-job", json=body, headers=token(pair, **changes))

    assert answer.status_code == status
    assert pushed.rings.woken == 0


def test_an_api_key_is_no_token_of_a_push(pushed: Service) -> None:
    answer = pushed.client.post("/process-job", json=wrapped(Ring("job-1").to_bytes()))

    assert answer.status_code == 401


def test_pushes_are_refused_where_none_are_expected(embedded: Service, pair: Pair) -> None:
    body = wrapped(Ring("job-1").to_bytes())

    answer = embedded.anonymous.post("/process-job", json=body, headers=token(pair))

    assert (answer.status_code, answer.json()["code"]) == (403, "push_disabled")
