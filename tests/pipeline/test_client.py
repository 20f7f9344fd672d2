import hashlib
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import BaseModel

from jobs.errors import InvalidInput
from pipeline.answers import Upload
from pipeline.client import RETRY_PAUSES_S, checked_id
from pipeline.refusals import Refused, ServiceUnavailable
from tests.pipeline.scripted_service import (
    KEY,
    Caller,
    Reply,
    ScriptedService,
    answer,
    calling,
    problem,
    scripted_service,
)

HTML = Reply(200, b"<html>Welcome</html>", {"Content-Type": "text/html"})
VIDEO = b"moving pictures " * 1000


class Thing(BaseModel):
    name: str


THING = {"name": "found"}


def get(caller: Caller) -> Thing:
    return caller.client.get(Thing, "/v1/thing", "thing seven")


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with scripted_service() as running:
        yield running


@pytest.fixture
def caller(service: ScriptedService) -> Iterator[Caller]:
    with calling(service.url) as found:
        yield found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(problem(503, "The database does not answer."), id="unavailable"),
        pytest.param(Reply(502, b"<html>", {"Content-Type": "text/html"}), id="proxy"),
        pytest.param(Reply(200, b'{"na', {"Content-Type": "application/json"}, True), id="cut"),
    ],
)
def test_a_read_is_repeated_until_it_is_answered(
    service: ScriptedService, caller: Caller, trouble: Reply
) -> None:
    service.answers(trouble, trouble, answer(THING))

    found = get(caller)

    assert found.name == "found"
    assert caller.waits == [0.5, 1.0]
    assert caller.said[0].endswith("; trying again")
    assert caller.said[1:] == ["the service answers again"]


def test_a_service_that_stays_away_is_given_up_after_half_a_minute(
    service: ScriptedService, caller: Caller
) -> None:
    service.answers(*[problem(503, "The queue does not answer.")] * 7)

    with pytest.raises(ServiceUnavailable, match="answers 503: The queue does not answer"):
        get(caller)

    assert caller.waits == list(RETRY_PAUSES_S)
    assert 25 < sum(caller.waits) <= 30


def test_a_pause_is_as_long_as_the_service_asks_for(
    service: ScriptedService, caller: Caller
) -> None:
    service.answers(problem(503, "Soon.", Retry_After="3"), answer(THING))

    get(caller)

    assert caller.waits == [3.0]


def test_a_request_without_a_key_of_its_own_is_made_once(
    service: ScriptedService, caller: Caller
) -> None:
    service.answers(problem(503, "Not now."))

    with pytest.raises(ServiceUnavailable):
        caller.client.post(Thing, "/v1/thing", {})

    assert caller.waits == []


def test_a_request_with_an_idempotency_key_is_repeated_under_it(
    service: ScriptedService, caller: Caller
) -> None:
    service.answers(problem(503, "Not now."), answer(THING, 202))

    caller.client.post(Thing, "/v1/thing", {"a": 1}, key="once")

    assert [asked.headers["idempotency-key"] for asked in service.requests] == ["once", "once"]
    assert [json.loads(asked.body) for asked in service.requests] == [{"a": 1}, {"a": 1}]


def test_a_limit_is_waited_for_and_anything_is_sent_again(
    service: ScriptedService, caller: Caller
) -> None:
    service.answers(problem(429, "Too many.", Retry_After="20"), answer(THING))

    caller.client.post(Thing, "/v1/thing", {})

    assert caller.waits == [20.0]
    assert caller.said == ["too many requests: the service asks to wait 20 s"]


@pytest.mark.parametrize("waits", [("61",), ("40", "30"), ("",)], ids=["long", "twice", "unsaid"])
def test_a_limit_of_over_a_minute_is_told(
    service: ScriptedService, caller: Caller, waits: tuple[str, ...]
) -> None:
    service.answers(*[problem(429, "Wait 61 s.", Retry_After=wait) for wait in waits])

    with pytest.raises(ServiceUnavailable, match="takes no more requests for now: Wait 61 s"):
        get(caller)

    assert sum(caller.waits) <= 60


def test_where_no_service_is_one_sentence_says_so_at_once() -> None:
    url = f"http://127.0.0.1:{free_port()}"

    with calling(url) as caller, pytest.raises(ServiceUnavailable) as caught:
        get(caller)

    assert f"there is no service at {url} (Connection refused)" in caught.value.message
    assert "make serve" in caught.value.message
    assert caller.waits == []


def test_a_service_that_was_there_before_is_waited_for() -> None:
    with ExitStack() as running:
        service = running.enter_context(scripted_service())
        with calling(service.url) as caller:
            service.answers(answer(THING))
            get(caller)
            running.close()

            with pytest.raises(ServiceUnavailable, match="does not answer"):
                get(caller)

    assert caller.waits == list(RETRY_PAUSES_S)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(HTML, id="a web page"),
        pytest.param(answer({"title": 7}), id="another API"),
        pytest.param(Reply(200, b'{"name": "fou', {"Content-Type": "application/json"}), id="half"),
        pytest.param(Reply(200, b"", {}), id="nothing"),
    ],
)
def test_an_answer_of_another_shape_is_told_without_a_traceback(
    service: ScriptedService, caller: Caller, reply: Reply
) -> None:
    service.answers(reply)

    with pytest.raises(ServiceUnavailable, match=r"GET /v1/thing .* is this its address"):
        get(caller)


ERRORS = [{"path": "a", "message": "a: too long"}, {"path": "b", "message": "b: too short"}]


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        pytest.param(problem(401, "Revoked."), "refuses the API key from AIPROD_API_KEY", id="401"),
        pytest.param(problem(403, "Lacks the scope admin."), "Lacks the scope admin", id="403"),
        pytest.param(problem(404, "Nothing."), "there is no thing seven at http", id="404"),
        pytest.param(Reply(404, b"<html>"), "404 Not Found; is this the address", id="404 of HTML"),
        pytest.param(problem(409, "It has ended."), "It has ended", id="409"),
        pytest.param(problem(422, "2 mistakes.", ERRORS), "2 mistakes\na: too long\nb:", id="422"),
    ],
)
def test_refusals_are_told_and_not_repeated(
    service: ScriptedService, caller: Caller, reply: Reply, says: str
) -> None:
    service.answers(reply)

    with pytest.raises(Refused) as caught:
        get(caller)

    assert says in caught.value.message
    assert KEY not in caught.value.message


def test_a_missing_key_is_told_with_where_one_may_be(service: ScriptedService) -> None:
    service.answers(problem(401, "Give an API key."))

    with (
        calling(service.url, key=None) as caller,
        pytest.raises(Refused, match=r"wants an API key and there is none in .*AIPROD_DATA"),
    ):
        get(caller)

    assert "authorization" not in service.requests[0].headers


def test_an_upload_is_sent_whole_again(
    service: ScriptedService, caller: Caller, tmp_path: Path
) -> None:
    file = tmp_path / "a film.mp4"
    file.write_bytes(VIDEO)
    sha256 = hashlib.sha256(VIDEO).hexdigest()
    service.answers(problem(503, "Soon."), answer({"uri": "upload://up-1", "sha256": sha256}, 201))

    upload = caller.client.upload(Upload, file)

    assert upload.uri == "upload://up-1"
    assert [asked.body for asked in service.requests] == [VIDEO, VIDEO]
    assert service.requests[0].query == {"name": "a film.mp4"}


@pytest.mark.parametrize("text", ["", "../x", "a/b", "A", "-a", "a" * 81, "job-1?x"])
def test_ids_that_would_lead_elsewhere_are_not_sent(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not the id of a job"):
        checked_id(text, "job")


def test_what_is_no_event_stream_is_told(service: ScriptedService, caller: Caller) -> None:
    service.answers(HTML)

    with pytest.raises(ServiceUnavailable, match="events with text/html"):
        next(caller.client.events("job-1", 0))


def test_a_redirect_to_a_store_does_not_take_the_key_along(
    service: ScriptedService, caller: Caller
) -> None:
    with scripted_service() as store:
        service.answers(Reply(307, headers={"Location": f"{store.url}/signed"}))
        store.answers(Reply(body=VIDEO))

        content = b"".join(caller.client.download("/v1/jobs/job-1/files/final.mp4", "file"))

    assert content == VIDEO
    assert service.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in store.requests[0].headers
