"""Every route of the OpenAPI document, called with ids of another tenant."""

import re
from typing import Any

import pytest

from jobs.elements import DeadLetter
from tests.api.service import Service

# Routes about the whole service, for operators; they name nothing of a tenant.
_OF_EVERYBODY = {"/v1/dead-letters/{letter_id}", "/v1/dead-letters/{letter_id}/replay"}
# What services call back: every token has the same answer.
_CALLBACKS = {"/callbacks/suno/{token}"}
_UNKNOWN = {"job_id": "job-unknown", "key_id": "0" * 16, "delivery_id": "msg_unknown"}


@pytest.fixture
def things(service: Service) -> dict[str, str]:
    """Things of tenant `acme`, by the name of the parameter that takes their id."""
    job_id = service.submit()
    service.finish(job_id, {"final.mp4": b"film"})
    key = service.client.post("/v1/keys", json={"name": "k", "scopes": ["jobs:read"]}).json()
    return {"job_id": job_id, "key_id": key["id"], "name": "final.mp4", "delivery_id": "msg_0"}


def test_what_belongs_to_another_tenant_is_as_unknown_as_what_never_was(
    service: Service, things: dict[str, str]
) -> None:
    paths = service.anonymous.get("/openapi.json").json()["paths"]
    named = [
        (method, path)
        for path, operations in paths.items()
        for method in operations
        if "{" in path and path not in _OF_EVERYBODY | _CALLBACKS
    ]

    for method, path in named:
        foreign = service.stranger.request(method, _filled(path, things))
        unknown = service.stranger.request(method, _filled(path, {**things, **_UNKNOWN}))

        assert (path, foreign.status_code) == (path, 404)
        assert (path, foreign.content) == (path, unknown.content)

    assert len(named) >= 8
    own = service.client.get(f"/v1/jobs/{things['job_id']}")
    assert (own.json()["status"], own.json()["generation"]) == ("done", 1)


def test_lists_show_nothing_of_another_tenant(service: Service, things: dict[str, str]) -> None:
    assert service.stranger.get("/v1/jobs").json()["jobs"] == []
    listed = {key["id"] for key in service.stranger.get("/v1/keys").json()["keys"]}
    assert things["key_id"] not in listed


def test_every_route_but_the_open_ones_wants_a_key(
    service: Service, things: dict[str, str]
) -> None:
    document = service.anonymous.get("/openapi.json").json()
    open_paths = {"/health", "/ready", "/v1/schema", *_CALLBACKS}
    service.services.dead_letters.record(DeadLetter.of("r", "s", b"m"))

    answers = {
        (method, path): service.anonymous.request(
            method, _filled(path, {**things, "letter_id": "0" * 64})
        ).status_code
        for path, operations in document["paths"].items()
        for method in operations
        if path not in open_paths
    }

    # Pushes are refused as a whole here: the service expects none.
    assert {where: status for where, status in answers.items() if status != 401} == {
        ("post", "/process-job"): 403
    }


def _filled(path: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)


def test_the_operator_of_one_tenant_sees_the_audit_log_of_that_one(service: Service) -> None:
    job_id = service.submit()
    service.client.post(f"/v1/jobs/{job_id}/cancel")

    def targets(client: Any) -> set[str]:
        return {entry["target"] for entry in client.get("/v1/audit").json()["entries"]}

    assert job_id in targets(service.client)
    assert job_id not in targets(service.stranger)
