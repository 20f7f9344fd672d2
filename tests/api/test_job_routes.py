import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jobs.elements import Ending, Outcome, Problem, Run
from jobs.errors import ErrorCode
from jobs.message import Ring
from jobs.stages import Stage
from storage.calls import Calls, CallStatus, Intent, Ticket
from storage.ledger import Ledger
from storage.outbox import Outbox
from tests.api.service import Service

DOCUMENT = {"title": "Pools", "scenes": [{"narration": "One."}], "metadata": {"order": "77"}}


def test_a_job_is_taken_in_and_announced(service: Service) -> None:
    answer = service.client.post("/v1/jobs", json=DOCUMENT)

    made = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/jobs/{made['id']}"
    assert made["status"] == "queued"
    assert made["title"] == "Pools"
    assert made["links"]["events"] == f"/v1/jobs/{made['id']}/events"
    assert service.rings.commits == 1
    (posted,) = Outbox(service.services.database).take(10, 30)
    assert posted.payload == Ring(made["id"]).to_bytes()


def test_a_job_shows_what_was_handed_in(service: Service) -> None:
    job_id = service.submit(**DOCUMENT)

    shown = service.client.get(f"/v1/jobs/{job_id}").json()
    full = service.client.get(f"/v1/jobs/{job_id}?include=document").json()

    assert (shown["title"], shown["metadata"]) == ("Pools", {"order": "77"})
    assert shown["document"] is None
    assert full["document"]["scenes"][0]["narration"] == "One."


def test_a_job_tells_what_it_costs_run_by_run(service: Service) -> None:
    job_id = service.submit(**DOCUMENT)
    database = service.services.database
    ledger, calls = Ledger(database, patience_s=0), Calls(database, patience_s=0)

    def cost() -> Any:
        return service.client.get(f"/v1/jobs/{job_id}").json()["cost_usd"]

    def call(run: Run, name: str, quote_usd: float) -> Ticket:
        intent = Intent(name * 64, Stage.VOICE, "elevenlabs", "eleven_v3", quote_usd)
        ticket = calls.open(f"call-{name}", run, intent, (), 10)
        assert isinstance(ticket, Ticket)
        return ticket

    new = cost()
    run = service.begin(job_id)
    ledger.note_quote(run, 0.5)
    calls.close(call(run, "a", 0.2), CallStatus.PAID, 0.15)
    calls.close(call(run, "b", 0.2), CallStatus.REFUSED)
    call(run, "c", 0.1)
    working = cost()
    ledger.settle(Outcome(run, Ending.FAILED, ()))
    service.client.post(f"/v1/jobs/{job_id}/retry")
    again = cost()
    second = service.begin(job_id)
    ledger.note_quote(second, 0.0)
    calls.close(call(second, "d", 0.3), CallStatus.UNKNOWN)

    assert new == {"estimated": None, "spent": 0.0, "all_runs": 0.0}
    assert working == {"estimated": 0.5, "spent": 0.25, "all_runs": 0.25}
    assert again == {"estimated": None, "spent": 0.0, "all_runs": 0.25}
    assert cost() == {"estimated": 0.0, "spent": 0.3, "all_runs": 0.55}


def test_the_same_key_and_job_give_the_same_answer(service: Service) -> None:
    key = {"Idempotency-Key": "order-77"}

    first = service.client.post("/v1/jobs", json=DOCUMENT, headers=key)
    # Another order of the fields, and a default written out: the same job.
    same = {"language": "en", **dict(reversed(DOCUMENT.items()))}
    again = service.client.post("/v1/jobs", json=same, headers=key)

    assert again.status_code == 202
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]


@pytest.mark.parametrize("ending", [Ending.CANCELLED, Ending.FAILED], ids=lambda one: one.value)
def test_the_answer_to_a_repeated_request_does_not_age(service: Service, ending: Ending) -> None:
    key = {"Idempotency-Key": "order-77"}
    first = service.client.post("/v1/jobs", json=DOCUMENT, headers=key)
    service.end(first.json()["id"], ending)
    service.client.post(f"/v1/jobs/{first.json()['id']}/retry")

    again = service.client.post("/v1/jobs", json=DOCUMENT, headers=key)

    assert again.content == first.content
    assert (again.json()["status"], again.json()["generation"]) == ("queued", 1)


def test_the_same_key_with_another_job_is_a_conflict(service: Service) -> None:
    key = {"Idempotency-Key": "order-77"}
    service.client.post("/v1/jobs", json=DOCUMENT, headers=key)

    answer = service.client.post("/v1/jobs", json={"prompt": "Another."}, headers=key)

    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"


def test_many_requests_with_one_key_make_one_job(service: Service) -> None:
    barrier = threading.Barrier(50)

    def submit(_number: int) -> str:
        barrier.wait()
        key = {"Idempotency-Key": "one"}
        return str(service.client.post("/v1/jobs", json=DOCUMENT, headers=key).json()["id"])

    with ThreadPoolExecutor(50) as pool:
        ids = set(pool.map(submit, range(50)))

    assert len(ids) == 1
    assert len(service.client.get("/v1/jobs").json()["jobs"]) == 1


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty"),
        pytest.param("a b", id="a space"),
        pytest.param("\xe9", id="not ASCII"),
        pytest.param("k" * 256, id="too long"),
    ],
)
def test_other_idempotency_keys_are_refused(embedded: Service, key: str) -> None:
    answer = embedded.client.post(
        "/v1/jobs", json=DOCUMENT, headers={b"Idempotency-Key": key.encode("latin-1")}
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("visual", "said"),
    [
        pytest.param({"type": "image", "uri": "pool.jpg"}, "aiprod submit", id="a local path"),
        pytest.param({"type": "image", "uri": "/etc/passwd"}, "/v1/uploads", id="a path from root"),
        pytest.param(
            {"type": "image", "uri": "upload://up-1"}, "not one of your uploads", id="no upload"
        ),
    ],
)
def test_files_that_are_not_here_are_refused(
    embedded: Service, visual: dict[str, Any], said: str
) -> None:
    answer = embedded.client.post(
        "/v1/jobs", json={"scenes": [{"narration": "a", "visual": visual}]}
    )

    (error,) = answer.json()["errors"]
    assert answer.status_code == 422
    assert error["path"] == "scenes[0].visual.uri"
    assert said in error["message"]


def test_a_provider_that_is_not_here_is_refused(embedded: Service) -> None:
    answer = embedded.client.post("/v1/jobs", json={**DOCUMENT, "music": {"provider": "suno"}})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "music.provider"


def test_every_mistake_is_told_with_its_place(embedded: Service) -> None:
    wrong = {"scenes": [{"narration": "a", "motion": "spin"}, {"narration": 7}], "tilte": "Pools"}

    answer = embedded.client.post("/v1/jobs", json=wrong)

    paths = [error["path"] for error in answer.json()["errors"]]
    assert answer.headers["content-type"] == "application/problem+json"
    assert sorted(paths) == ["scenes[0].motion", "scenes[1].narration", "tilte"]


def test_pages_follow_each_other_without_gap_or_repeat(service: Service) -> None:
    made = [service.submit() for _ in range(5)]

    seen: list[str] = []
    page = service.client.get("/v1/jobs?limit=2").json()
    while page["next_cursor"]:
        seen += [job["id"] for job in page["jobs"]]
        params = {"limit": 2, "cursor": page["next_cursor"]}
        page = service.client.get("/v1/jobs", params=params).json()
    seen += [job["id"] for job in page["jobs"]]

    assert seen == made[::-1]


def test_a_list_can_be_of_one_status(service: Service) -> None:
    kept, cancelled = service.submit(), service.submit()
    service.client.post(f"/v1/jobs/{cancelled}/cancel")

    page = service.client.get("/v1/jobs?status=queued").json()

    assert [job["id"] for job in page["jobs"]] == [kept]


def test_a_poller_is_told_that_nothing_has_changed(service: Service) -> None:
    job_id = service.submit()
    first = service.client.get(f"/v1/jobs/{job_id}")
    known = {"If-None-Match": first.headers["etag"]}

    same = service.client.get(f"/v1/jobs/{job_id}", headers=known)
    service.begin(job_id)
    changed = service.client.get(f"/v1/jobs/{job_id}", headers=known)

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200
    assert changed.json()["status"] == "generating"


def test_cancelling_twice_is_cancelling_once(service: Service) -> None:
    job_id = service.submit()

    first = service.client.post(f"/v1/jobs/{job_id}/cancel")
    again = service.client.post(f"/v1/jobs/{job_id}/cancel")

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert first.json()["status"] == "cancelled"


def test_a_job_at_work_is_asked_to_stop(service: Service) -> None:
    job_id = service.submit()
    service.begin(job_id)

    answer = service.client.post(f"/v1/jobs/{job_id}/cancel").json()

    assert (answer["status"], answer["cancel_requested"]) == ("generating", True)


def test_a_job_that_failed_says_why_and_runs_again(service: Service) -> None:
    job_id = service.submit()
    service.end(job_id, Ending.FAILED, Problem("voice", ErrorCode.TIMEOUT, "Nobody spoke.", True))

    failed = service.client.get(f"/v1/jobs/{job_id}").json()
    again = service.client.post(f"/v1/jobs/{job_id}/retry", json={"from": "voice"})

    assert failed["problems"] == [
        {
            "stage": "voice", "code": "timeout", "message": "Nobody spoke.", "retryable": True,
            "command": f"aiprod jobs retry {job_id} --from voice",
        }
    ]  # fmt: skip
    assert failed["links"]["retry"] == f"/v1/jobs/{job_id}/retry"
    assert again.status_code == 202
    assert (again.json()["status"], again.json()["generation"]) == ("queued", 2)


@pytest.mark.parametrize(
    ("stage", "command", "shown"),
    [
        pytest.param("render", "ffmpeg -i file:a.mp4", "ffmpeg -i file:a.mp4", id="a tool"),
        pytest.param("render", "", "aiprod jobs retry {id} --from render", id="a stage"),
        pytest.param("inputs", "", "aiprod jobs retry {id}", id="a step between stages"),
    ],
)
def test_a_failure_comes_with_the_command_that_makes_it_again(
    embedded: Service, stage: str, command: str, shown: str
) -> None:
    job_id = embedded.submit()
    problem = Problem(stage, ErrorCode.TOOL_FAILED, "It died.", True, "", command)
    embedded.end(job_id, Ending.FAILED, problem)

    (told,) = embedded.client.get(f"/v1/jobs/{job_id}").json()["problems"]

    assert told["command"] == shown.format(id=job_id)


def test_a_job_that_has_not_ended_is_not_run_again(service: Service) -> None:
    job_id = service.submit()

    answer = service.client.post(f"/v1/jobs/{job_id}/retry")

    assert answer.status_code == 409
    assert "has not ended" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"from": "nowhere"}', id="no stage"),
        pytest.param(b'{"from": "\\ud800"}', id="lone surrogate"),
        pytest.param(b'{"\\ud800": 1}', id="lone surrogate as a name"),
        pytest.param(b'{"frm": "voice"}', id="unknown field"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{", id="broken"),
        pytest.param(b"\xff", id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_a_retry_with_a_bad_body_is_refused(embedded: Service, body: bytes) -> None:
    job_id = embedded.submit()

    answer = embedded.client.post(
        f"/v1/jobs/{job_id}/retry", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_job_that_waits_for_review_goes_on_when_approved(service: Service) -> None:
    job_id = service.submit()
    service.end(job_id, Ending.REVIEW)

    waiting = service.client.get(f"/v1/jobs/{job_id}").json()
    approved = service.client.post(f"/v1/jobs/{job_id}/approve")
    again = service.client.post(f"/v1/jobs/{job_id}/approve")

    assert waiting["status"] == "awaiting_review"
    assert waiting["links"]["approve"] == f"/v1/jobs/{job_id}/approve"
    assert (approved.status_code, approved.json()["status"]) == (202, "queued")
    assert again.status_code == 409


def test_what_was_asked_of_a_job_is_in_the_audit_log(service: Service) -> None:
    job_id = service.submit()

    for _ in range(3):
        service.client.post(f"/v1/jobs/{job_id}/cancel")
    service.client.post(f"/v1/jobs/{job_id}/retry")

    entries = service.services.audit.page("acme", 10)
    assert [e.action for e in entries if e.target == job_id] == [
        "job.retried", "job.cancelled", "job.submitted",
    ]  # fmt: skip
    assert {e.actor for e in entries if e.target == job_id} == {
        str(service.client.headers["authorization"]).split("_")[1]
    }


def test_a_key_that_may_only_read_changes_nothing(service: Service) -> None:
    job_id = service.submit()
    reader = service.client_with("jobs:read")

    refused = [
        reader.post("/v1/jobs", json=DOCUMENT),
        *(reader.post(f"/v1/jobs/{job_id}/{what}") for what in ("cancel", "retry", "approve")),
    ]

    assert {answer.status_code for answer in refused} == {403}
    assert reader.get(f"/v1/jobs/{job_id}").json()["status"] == "queued"
