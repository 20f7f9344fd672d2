import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from storage.database import Database
from tests.api.service import Service, running

DOCUMENT = {"scenes": [{"narration": "One."}]}
UNKNOWN = f"aip_{'0' * 16}_{'A' * 43}"


Start = Callable[..., Service]


@pytest.fixture
def start(database: Database, tmp_path: Path) -> Iterator[Start]:
    """Starts an instance with these settings; all instances share a database."""
    with contextlib.ExitStack() as opened:

        def instance(**settings: Any) -> Service:
            return opened.enter_context(
                running(database, tmp_path / "data", lambda given: replace(given, **settings))
            )

        yield instance


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def key_of(service: Service, *scopes: str, tenant: str = "acme") -> str:
    return service.services.api_keys.make(tenant, "test", scopes).secret


def members(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an answer in problem details."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Authorization": "Bearer {key}"}, 200, id="bearer"),
        pytest.param({"Authorization": "bearer  {key}"}, 200, id="bearer in small letters"),
        pytest.param({"X-API-Key": "{key}"}, 200, id="header of its own"),
        pytest.param(
            {"Authorization": "Bearer {key}", "X-API-Key": "x"}, 200, id="bearer wins, right"
        ),
        pytest.param(
            {"Authorization": "Bearer x", "X-API-Key": "{key}"}, 401, id="bearer wins, wrong"
        ),
        pytest.param({"Authorization": "Basic {key}"}, 401, id="another scheme"),
        pytest.param({"Authorization": "{key}"}, 401, id="no scheme"),
        pytest.param({"Authorization": "Bearer"}, 401, id="no key"),
        pytest.param({"X-API-Key": ""}, 401, id="empty header"),
        pytest.param({"Cookie": "key={key}"}, 401, id="cookie"),
        pytest.param({}, 401, id="nothing"),
    ],
)
def test_a_key_is_taken_from_its_two_headers(
    embedded: Service, headers: dict[str, str], status: int
) -> None:
    client = embedded.anonymous
    key = key_of(embedded, "jobs:read")

    answer = client.get(
        "/v1/jobs", headers={name: text.format(key=key) for name, text in headers.items()}
    )

    assert answer.status_code == status


def test_a_key_in_the_address_is_not_taken(embedded: Service) -> None:
    client = embedded.anonymous
    key = key_of(embedded, "jobs:read")

    answer = client.get("/v1/jobs", params={"key": key, "api_key": key, "access_token": key})

    assert members(answer) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_keys_that_do_not_work_are_all_answered_alike(embedded: Service) -> None:
    client = embedded.anonymous
    keys = embedded.services.api_keys
    right = keys.make("acme", "wrong secret", ("jobs:read",))
    revoked = keys.make("acme", "revoked", ("jobs:read",))
    keys.revoke("acme", revoked.id)
    replaced = keys.make("acme", "expired", ("jobs:read",))
    keys.rotate("acme", replaced.id, 0)
    texts = [
        UNKNOWN,
        f"aip_{right.id}_{'A' * 43}",
        revoked.secret,
        replaced.secret,
        "secret",
        "\xe9" * 60,
    ]

    answers = [
        client.get("/v1/jobs", headers=[(b"Authorization", b"Bearer " + text.encode("latin-1"))])
        for text in texts
    ]

    seen = {
        (one.status_code, one.text, str(sorted(set(one.headers.items()) - date(one))))
        for one in answers
    }
    assert len(seen) == 1
    assert answers[0].status_code == 401


def date(answer: httpx.Response) -> set[tuple[str, str]]:
    return {("date", answer.headers["date"])}


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        pytest.param("jobs:read", [True, False, False, False, False], id="jobs:read"),
        pytest.param("jobs:write", [False, True, False, False, False], id="jobs:write"),
        pytest.param("admin", [True, True, True, False, False], id="admin"),
        pytest.param("operator", [False, False, False, True, True], id="operator"),
    ],
)
def test_a_key_does_what_its_scope_says(embedded: Service, scope: str, allowed: list[bool]) -> None:
    client = embedded.anonymous
    headers = bearer(key_of(embedded, scope))

    answers = [
        client.get("/v1/jobs", headers=headers),
        client.post("/v1/jobs", headers=headers, json=DOCUMENT),
        client.get("/v1/keys", headers=headers),
        client.get("/v1/dead-letters", headers=headers),
        client.get("/metrics", headers=headers),
    ]

    assert [answer.is_success for answer in answers] == allowed
    assert {answer.status_code for answer in answers if not answer.is_success} <= {403}


def test_a_missing_scope_is_named_and_noted_once(embedded: Service) -> None:
    client = embedded.anonymous
    key = embedded.services.api_keys.make("acme", "reader", ("jobs:read",))

    answers = [client.delete("/v1/keys/abc", headers=bearer(key.secret)) for _ in range(3)]

    assert members(answers[0]) == (403, "forbidden")
    assert answers[0].json()["scope"] == "admin"
    assert "admin" in answers[0].json()["detail"]
    refused = [
        row for row in embedded.services.audit.page("acme", 10) if row.action == "scope.refused"
    ]
    assert [(row.actor, row.target, row.data) for row in refused] == [
        (key.id, "DELETE /v1/keys/{key_id}", {"scope": "admin"})
    ]


def test_a_key_over_its_limit_is_told_to_wait(start: Start) -> None:
    service = start(rate_per_key=3)
    client = service.anonymous
    headers = bearer(key_of(service, "jobs:read"))

    answers = [client.get("/v1/jobs", headers=headers) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    last = answers[-1]
    after = int(last.headers["retry-after"])
    assert 1 <= after <= 20
    assert last.headers["ratelimit-policy"] == '"key";q=3;w=60'
    assert last.headers["ratelimit"] == f'"key";r=0;t={after}'
    assert members(last) == (429, "rate_limited")


def test_limits_hold_for_all_instances_together(start: Start) -> None:
    service = start(rate_per_key=5)
    one = service.anonymous
    other = start(rate_per_key=5).anonymous
    headers = bearer(key_of(service, "jobs:read"))

    statuses = [
        client.get("/v1/jobs", headers=headers).status_code
        for client in (one, other, one, other, one, other, one)
    ]

    assert statuses == 5 * [200] + 2 * [429]


def test_keys_share_the_limit_of_their_tenant(start: Start) -> None:
    service = start(rate_per_tenant=3)
    client = service.anonymous
    keys = [key_of(service, "jobs:read") for _ in range(4)]
    stranger = key_of(service, "jobs:read", tenant="other")

    answers = [client.get("/v1/jobs", headers=bearer(key)) for key in keys]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["ratelimit-policy"] == '"tenant";q=3;w=60'
    assert client.get("/v1/jobs", headers=bearer(stranger)).status_code == 200


def test_a_key_over_its_limit_takes_nothing_from_its_tenant(start: Start) -> None:
    service = start(rate_per_key=2, rate_per_tenant=4)
    client = service.anonymous
    greedy, modest = key_of(service, "jobs:read"), key_of(service, "jobs:read")

    for _ in range(20):
        client.get("/v1/jobs", headers=bearer(greedy))
    answers = [client.get("/v1/jobs", headers=bearer(modest)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize("limit", ["submit_rate_per_key", "submit_rate_per_tenant"])
def test_jobs_are_submitted_at_a_lower_limit_than_they_are_read(start: Start, limit: str) -> None:
    service = start(**{limit: 2})
    client = service.anonymous
    headers = bearer(key_of(service, "jobs:read", "jobs:write"))

    submitted = [
        client.post("/v1/jobs", headers=headers, json=DOCUMENT).status_code for _ in range(3)
    ]
    read = [client.get("/v1/jobs", headers=headers).status_code for _ in range(5)]

    assert submitted == [202, 202, 429]
    assert read == 5 * [200]


def test_refused_requests_count_too(start: Start) -> None:
    service = start(rate_per_key=3)
    client = service.anonymous
    headers = bearer(key_of(service, "jobs:read"))

    statuses = [client.get("/v1/keys", headers=headers).status_code for _ in range(4)]

    assert statuses == [403, 403, 403, 429]


def test_an_address_that_tries_many_keys_is_told_to_wait(embedded: Service) -> None:
    client = embedded.anonymous
    in_use = bearer(key_of(embedded, "jobs:read"))
    client.get("/v1/jobs", headers=in_use)

    answers = [client.get("/v1/jobs", headers=bearer(UNKNOWN)) for _ in range(40)]

    assert {answer.status_code for answer in answers[:20]} == {401}
    refused = [answer for answer in answers if answer.status_code == 429]
    assert members(refused[0]) == (429, "too_many_failures")
    assert 1 <= int(refused[0].headers["retry-after"]) <= 3
    assert client.get("/v1/jobs", headers=in_use).status_code == 200


def test_requests_without_a_key_are_no_failures_to_guess_one(embedded: Service) -> None:
    client = embedded.anonymous

    for _ in range(50):
        client.get("/v1/jobs")

    fresh = key_of(embedded, "jobs:read")
    assert client.get("/v1/jobs", headers=bearer(fresh)).status_code == 200


def test_a_revoked_key_works_no_longer_than_two_seconds(start: Start) -> None:
    service = start()
    one = service.anonymous
    other = start().anonymous
    key = service.services.api_keys.make("acme", "laptop", ("jobs:read",))
    assert other.get("/v1/jobs", headers=bearer(key.secret)).status_code == 200

    admin = bearer(key_of(service, "admin"))
    revoked = one.delete(f"/v1/keys/{key.id}", headers=admin)

    # Refused or, for two seconds, remembered; nothing but time changes it.
    answers = []
    while not answers or (answers[-1] == 200 and len(answers) < 100_000):
        answers.append(other.get("/v1/jobs", headers=bearer(key.secret)).status_code)
    assert revoked.status_code == 204
    assert answers[-1] == 401


def test_the_schemes_are_told_of_in_the_openapi_document(embedded: Service) -> None:
    client = embedded.anonymous

    document = client.get("/openapi.json").json()

    schemes = document["components"]["securitySchemes"]
    assert (schemes["bearer"]["scheme"], schemes["api_key"]["name"]) == ("bearer", "X-API-Key")
    assert document["paths"]["/v1/keys"]["get"]["security"] == [{"bearer": []}, {"api_key": []}]
