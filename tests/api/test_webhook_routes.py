import httpx
import pytest

from jobs.elements import Ending, Problem
from jobs.errors import ErrorCode
from storage.api_keys import SCOPES
from tests.api.service import Service

HOOK = "https://a.example/hook"
SCENES = [{"narration": "One."}]


def ended(service: Service) -> str:
    """Id of a job that failed, with a webhook about it."""
    job_id = service.submit(scenes=SCENES, webhook_url=HOOK)
    problem = Problem("admit", ErrorCode.INVALID_INPUT, "It is wrong.", False)
    service.end(job_id, Ending.FAILED, problem)
    return job_id


def note_answer(service: Service, code: int, outcome: str) -> None:
    """Notes an attempt for the one webhook that waits."""
    (taken,) = service.services.webhooks.take_due(8, 60.0)
    service.services.webhooks.note_attempt(
        taken, {"at": 1_700_000_000.5, "status": code, "ms": 12}, outcome, None
    )


def test_the_log_tells_of_each_attempt(service: Service) -> None:
    job_id = ended(service)
    note_answer(service, 410, "failed")

    answer = service.client.get(f"/v1/jobs/{job_id}/webhooks")

    (found,) = answer.json()["deliveries"]
    assert answer.status_code == 200
    assert found["id"].startswith("msg_")
    assert (found["kind"], found["url"]) == ("job.failed", HOOK)
    assert (found["status"], found["attempts"], found["next_attempt_at"]) == ("failed", 1, None)
    assert found["log"] == [{"at": 1_700_000_000.5, "status": 410, "ms": 12}]


def test_a_job_without_a_webhook_has_an_empty_log(embedded: Service) -> None:
    job_id = embedded.submit()

    answer = embedded.client.get(f"/v1/jobs/{job_id}/webhooks")

    assert (answer.status_code, answer.json()) == (200, {"deliveries": []})


def test_a_replay_makes_a_webhook_wait_again(service: Service) -> None:
    job_id = ended(service)
    note_answer(service, 410, "failed")
    before = service.client.get(f"/v1/jobs/{job_id}/webhooks").json()["deliveries"][0]

    answer = service.client.post(f"/v1/webhooks/{before['id']}/replay")

    after = service.client.get(f"/v1/jobs/{job_id}/webhooks").json()["deliveries"][0]
    audited = service.client.get("/v1/audit").json()
    assert (answer.status_code, answer.json()) == (202, {"id": before["id"], "status": "pending"})
    assert (after["id"], after["status"], after["attempts"]) == (before["id"], "pending", 0)
    assert after["log"] == before["log"]
    assert "webhook.replayed" in str(audited)


def test_webhooks_of_others_are_as_unknown_as_none(embedded: Service) -> None:
    job_id = ended(embedded)
    delivery = embedded.client.get(f"/v1/jobs/{job_id}/webhooks").json()["deliveries"][0]["id"]

    def bodies(answers: list[httpx.Response]) -> list[object]:
        return [(one.status_code, {**one.json(), "instance": None}) for one in answers]

    foreign = bodies(
        [
            embedded.stranger.get(f"/v1/jobs/{job_id}/webhooks"),
            embedded.stranger.post(f"/v1/webhooks/{delivery}/replay"),
        ]
    )
    unknown = bodies(
        [
            embedded.stranger.get("/v1/jobs/job-unknown/webhooks"),
            embedded.stranger.post("/v1/webhooks/msg_unknown/replay"),
        ]
    )
    assert foreign == unknown
    assert [found[0] for found in foreign] == [404, 404]  # type: ignore[index]  # pairs


def test_a_secret_is_shown_once(service: Service) -> None:
    before = service.client.get("/v1/webhook-secret").json()

    made = service.client.post("/v1/webhook-secret/rotate").json()["secret"]

    shown = service.client.get("/v1/webhook-secret")
    audited = service.client.get("/v1/audit").text
    assert before == {"count": 0, "created_at": None}
    assert service.services.webhooks.secrets("acme")[0] == made
    assert (shown.json()["count"], shown.json()["created_at"][-1]) == (2, "Z")
    assert "webhook_secret.rotated" in audited
    assert "whsec_" not in shown.text + audited


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        pytest.param("GET", "/v1/jobs/job-1/webhooks", "jobs:read", id="log"),
        pytest.param("POST", "/v1/webhooks/msg_1/replay", "jobs:write", id="replay"),
        pytest.param("GET", "/v1/webhook-secret", "admin", id="secret"),
        pytest.param("POST", "/v1/webhook-secret/rotate", "admin", id="rotate"),
    ],
)
def test_each_route_needs_its_scope(embedded: Service, method: str, path: str, scope: str) -> None:
    # admin implies the others of its tenant: it cannot be what a key lacks them with.
    others = [one for one in SCOPES if one not in (scope, "admin")]

    refused = embedded.client_with(*others).request(method, path)
    nobody = embedded.anonymous.request(method, path)

    assert (refused.status_code, nobody.status_code) == (403, 401)
    assert scope in refused.text


@pytest.mark.parametrize("name", ["..%2F..", "%00", "A", "x" * 81], ids=str)
def test_an_id_that_is_none_is_refused(embedded: Service, name: str) -> None:
    answer = embedded.client.post(f"/v1/webhooks/{name}/replay")

    assert answer.status_code in (404, 422)
