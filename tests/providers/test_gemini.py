import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from jobs.errors import (
    Charged,
    ContentRefused,
    InvalidInput,
    ProviderAccess,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
)
from providers.gemini.client import Gemini, GeminiSession
from providers.takes import Commission, Line, Scenery
from tests.fakes.gemini import FakeGemini
from tests.fakes.service import Fault
from tests.providers.gemini_desk import Desk, plain, session_of, vertex

Ask = Callable[[GeminiSession, str], Any]

ASKS: dict[str, Ask] = {
    "plan": lambda session, prompt: session.plan(Commission(prompt, "en", 5)),
    "repair": lambda session, prompt: session.repair(Commission(prompt, "en", 5), "{}", ["No."]),
    "draw": lambda session, prompt: session.draw(Scenery(prompt, 640, 360)),
    "speak": lambda session, prompt: session.speak(Line(prompt, "en", None, 1.0)),
}


@pytest.fixture(scope="module")
def serving() -> Iterator[FakeGemini]:
    with FakeGemini().serving() as fake:
        yield fake


@pytest.fixture
def fake(serving: FakeGemini) -> FakeGemini:
    serving.clear()
    return serving


@pytest.fixture(params=ASKS)
def ask(request: pytest.FixtureRequest) -> Ask:
    return ASKS[request.param]


@pytest.mark.parametrize("version", ["v1beta", "v1"])
def test_a_key_opens_the_door_of_gemini(fake: FakeGemini, ask: Ask, version: str) -> None:
    with session_of(plain(fake, version)) as session:
        ask(session, "The sea.")

    asked = fake.journal[0]
    assert asked.headers["x-goog-api-key"] == "fake-key"
    assert "authorization" not in asked.headers
    assert asked.query == {}
    assert asked.path.startswith(f"/{version}/models/gemini-")
    assert asked.path.endswith(":generateContent")
    assert len(fake.charges) == 1


def test_a_token_opens_the_door_of_vertex(fake: FakeGemini, ask: Ask) -> None:
    with session_of(vertex(fake)) as session:
        ask(session, "The sea.")

    asked = fake.journal[0]
    assert asked.headers["authorization"] == "Bearer fake-key"
    assert "x-goog-api-key" not in asked.headers
    place = "/v1beta1/projects/my-project/locations/europe-west4/publishers/google/models/gemini-"
    assert asked.path.startswith(place)


@pytest.mark.parametrize("door", [plain, vertex])
def test_a_key_that_was_changed_is_read_anew(
    fake: FakeGemini, ask: Ask, door: Callable[[FakeGemini], Gemini]
) -> None:
    desk = Desk(key="old-key")

    with session_of(door(fake), desk) as session:
        ask(session, "The sea.")

    assert desk.renewed == ["old-key"]
    assert len(fake.journal) == 2
    assert len(fake.charges) == 1


@pytest.mark.parametrize("door", [plain, vertex])
def test_a_wrong_key_is_tried_once_and_never_told(
    fake: FakeGemini, ask: Ask, door: Callable[[FakeGemini], Gemini]
) -> None:
    desk = Desk(key="secret-1", fresh_key="secret-1")

    with session_of(door(fake), desk) as session, pytest.raises(ProviderAccess) as caught:
        ask(session, "The sea.")

    assert len(fake.journal) == 1
    assert caught.value.charged is Charged.NO
    assert "secret" not in caught.value.message


def test_without_a_key_nothing_is_sent(fake: FakeGemini, ask: Ask) -> None:
    def no_key() -> str:
        raise InvalidInput("GEMINI_API_KEY is not set")

    access = replace(Desk().access, key=no_key)
    session = plain(fake).open(access)

    with pytest.raises(ProviderAccess, match="GEMINI_API_KEY is not set"):
        ask(session, "The sea.")

    session.close()
    assert fake.journal == []


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        pytest.param(
            "forbidden fruit", "gemini refuses this prompt (PROHIBITED_CONTENT)", id="blocked"
        ),
        pytest.param("filtered water", "gemini withholds ", id="withheld"),
    ],
)
def test_refused_content_is_the_users_business(
    fake: FakeGemini, ask: Ask, prompt: str, message: str
) -> None:
    with session_of(plain(fake)) as session, pytest.raises(ContentRefused) as caught:
        ask(session, prompt)

    assert caught.value.message.startswith(message)
    assert prompt not in caught.value.message
    assert caught.value.charged is Charged.YES
    assert not caught.value.retryable
    assert len(fake.charges) == 1


def test_a_plan_that_is_cut_off_says_so(fake: FakeGemini) -> None:
    with session_of(plain(fake)) as session, pytest.raises(ProviderUnusable) as caught:
        ASKS["plan"](session, "an endless story")

    assert caught.value.message == (
        "gemini was cut off in the middle of a plan: it takes more tokens than are allowed"
    )
    assert caught.value.charged is Charged.YES


def _error(status: int, code: str, message: str = "No.", *details: dict[str, Any]) -> Fault:
    error = {"code": status, "message": message, "status": code, "details": list(details)}
    return Fault(status=status, body=json.dumps({"error": error}))


def _delay(text: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": text}


def _reason(text: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": text}


def _quota(name: str) -> dict[str, Any]:
    violations = [{"quotaMetric": "requests", "quotaId": name}]
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": violations}


BUSY = "You exceeded your current quota, please check your plan and billing details."
LISTED = json.dumps([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": BUSY}}])
A_DAY = _quota("GenerateRequestsPerDayPerProjectPerModel")
A_MINUTE = _quota("GenerateRequestsPerMinutePerProjectPerModel")


@pytest.mark.parametrize(
    ("fault", "kind", "message", "retry_after_s"),
    [
        pytest.param(
            _error(400, "INVALID_ARGUMENT"),
            *(ProviderRejected, "gemini answered 400 INVALID_ARGUMENT", None),
            id="bad request",
        ),
        pytest.param(
            _error(400, "INVALID_ARGUMENT", "Blocked by our safety policies"),
            *(ContentRefused, "gemini answered 400 INVALID_ARGUMENT", None),
            id="refused before it began",
        ),
        pytest.param(
            _error(400, "FAILED_PRECONDITION", "User location is not supported."),
            ProviderAccess,
            "gemini answered 400 FAILED_PRECONDITION (its region or billing does not allow this)",
            None,
            id="region",
        ),
        pytest.param(
            _error(403, "PERMISSION_DENIED", "No.", _reason("SERVICE_DISABLED")),
            *(ProviderAccess, "gemini answered 403 PERMISSION_DENIED SERVICE_DISABLED", None),
            id="not enabled",
        ),
        pytest.param(
            _error(404, "NOT_FOUND"),
            ProviderRejected,
            "gemini answered 404 NOT_FOUND (is the model retired, or the version of the API "
            "wrong?)",
            None,
            id="retired",
        ),
        pytest.param(
            _error(429, "RESOURCE_EXHAUSTED", BUSY, A_MINUTE),
            *(ProviderUnavailable, "gemini answered 429 RESOURCE_EXHAUSTED", None),
            id="429",
        ),
        pytest.param(
            _error(429, "RESOURCE_EXHAUSTED", BUSY, A_MINUTE, _delay("7.5s")),
            *(ProviderUnavailable, "gemini answered 429 RESOURCE_EXHAUSTED", 7.5),
            id="429 with a delay",
        ),
        pytest.param(
            _error(429, "RESOURCE_EXHAUSTED", BUSY, _delay("soon")),
            *(ProviderUnavailable, "gemini answered 429 RESOURCE_EXHAUSTED", None),
            id="429 with an absurd delay",
        ),
        pytest.param(
            Fault(status=429, body=LISTED, headers={"Retry-After": "3"}),
            *(ProviderUnavailable, "gemini answered 429 RESOURCE_EXHAUSTED", 3.0),
            id="429 in a list, with a header",
        ),
        pytest.param(
            Fault(status=429, body="", headers={"Retry-After": "-1e9"}),
            *(ProviderUnavailable, "gemini answered 429", None),
            id="429 with an absurd header",
        ),
        pytest.param(
            _error(429, "RESOURCE_EXHAUSTED", BUSY, A_DAY, _delay("2s")),
            ProviderUnavailable,
            "gemini answered 429 RESOURCE_EXHAUSTED (the quota of the day is used up)",
            3600.0,
            id="no quota today",
        ),
        pytest.param(
            _error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
            ProviderAccess,
            "gemini answered 429 RESOURCE_EXHAUSTED (no credit, or not in the plan)",
            None,
            id="no credit",
        ),
        pytest.param(
            _error(429, "RESOURCE_EXHAUSTED", f"{BUSY}\n* Quota exceeded, limit: 0", A_DAY),
            ProviderAccess,
            "gemini answered 429 RESOURCE_EXHAUSTED (no credit, or not in the plan)",
            3600.0,
            id="not in the plan",
        ),
        pytest.param(
            Fault(status=302, body="", headers={"Location": "http://10.0.0.1/"}),
            *(ProviderRejected, "gemini answered 302", None),
            id="sent elsewhere",
        ),
        pytest.param(
            Fault(status=302, body="", headers={"Location": "https://xn--a/"}),
            *(ProviderRejected, "gemini answered 302", None),
            id="sent to no address",
        ),
        pytest.param(
            Fault(status=400, body='{"error": [7, null]}'),
            *(ProviderRejected, "gemini answered 400", None),
            id="garbage",
        ),
    ],
)
def test_error_answers_are_told_apart_and_free(
    fake: FakeGemini,
    fault: Fault,
    kind: type[ProviderError],
    message: str,
    retry_after_s: float | None,
) -> None:
    fake.plan(fault)

    with session_of(plain(fake)) as session, pytest.raises(ProviderError) as caught:
        ASKS["draw"](session, "The sea.")

    assert type(caught.value) is kind
    assert caught.value.message == message
    assert caught.value.retry_after_s == retry_after_s
    assert caught.value.charged is Charged.NO
    assert len(fake.journal) == 1
    assert fake.charges == []


def test_who_gave_up_waiting_cannot_know_what_was_charged(fake: FakeGemini, ask: Ask) -> None:
    fake.plan(_error(504, "DEADLINE_EXCEEDED"))

    with session_of(plain(fake)) as session, pytest.raises(ProviderUnavailable) as caught:
        ask(session, "The sea.")

    assert caught.value.charged is Charged.UNKNOWN


def _candidate(**members: Any) -> str:
    return json.dumps({"candidates": [members]})


def _inline(data: Any, mime_type: Any = "image/png") -> str:
    part = {"inlineData": {"mimeType": mime_type, "data": data}}
    return _candidate(finishReason="STOP", content={"parts": [part]})


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("[" * 100_000, id="too deep"),
        pytest.param('{"candidates": []}', id="no candidate"),
        pytest.param('{"candidates": [null]}', id="a candidate of nothing"),
        pytest.param('{"promptFeedback": null}', id="no feedback"),
        pytest.param(_candidate(finishReason="STOP"), id="no content"),
        pytest.param(_candidate(finishReason="STOP", content={"parts": None}), id="no parts"),
        pytest.param(_candidate(finishReason="STOP", content={"parts": []}), id="nothing in it"),
        pytest.param(_candidate(finishReason=["STOP"], content={"parts": []}), id="odd reason"),
        pytest.param(_candidate(finishReason="NOVELTY", content={"parts": []}), id="new reason"),
        pytest.param(_candidate(finishReason="OTHER"), id="for no reason"),
        pytest.param(
            _candidate(finishReason="STOP", content={"parts": [{"text": 7}]}), id="text is a number"
        ),
        pytest.param(
            _candidate(finishReason="STOP", content={"parts": [{"text": "Hm.", "thought": True}]}),
            id="only a thought",
        ),
        pytest.param(_inline("!!!"), id="no base64"),
        pytest.param(_inline(""), id="empty media"),
        pytest.param(_inline(None), id="null media"),
        pytest.param(_inline("aGVsbG8=", None), id="media of no kind"),
    ],
)
def test_what_was_not_asked_for_is_paid_for_and_unusable(
    fake: FakeGemini, ask: Ask, body: str
) -> None:
    fake.plan(Fault(body=body))

    with session_of(plain(fake)) as session, pytest.raises(ProviderUnusable) as caught:
        ask(session, "The sea.")

    assert caught.value.charged is Charged.YES
    assert caught.value.retryable


def test_a_language_that_is_not_known_is_no_matter_of_trying_again(fake: FakeGemini) -> None:
    fake.plan(Fault(body=_candidate(finishReason="LANGUAGE")))

    with session_of(plain(fake)) as session, pytest.raises(ProviderRejected) as caught:
        ASKS["speak"](session, "nuqneH")

    assert caught.value.charged is Charged.YES
