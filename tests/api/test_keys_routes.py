from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.service import Service

READER = {"name": "reader", "scopes": ["jobs:read"]}


def made(service: Service, **changes: Any) -> dict[str, Any]:
    answer = service.client.post("/v1/keys", json={**READER, **changes})
    assert answer.status_code == 201, answer.text
    key: dict[str, Any] = answer.json()
    return key


def works(service: Service, key: dict[str, Any]) -> bool:
    headers = {"Authorization": f"Bearer {key['key']}"}
    return service.anonymous.get("/v1/jobs", headers=headers).status_code == 200


def when(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def test_a_new_key_is_shown_once_and_works(service: Service) -> None:
    key = made(service, expires_s=3600)

    listed = service.client.get("/v1/keys").json()["keys"]

    assert works(service, key)
    assert key["tenant"] == "acme"
    assert when(key["expires_at"]) - when(key["created_at"]) == pytest.approx(
        timedelta(hours=1), abs=timedelta(seconds=1)
    )
    (row,) = (one for one in listed if one["id"] == key["id"])
    assert row == {name: value for name, value in key.items() if name != "key"}
    assert key["key"][-43:] not in service.client.get("/v1/keys").text


def test_an_answer_with_a_key_in_it_is_stored_nowhere(embedded: Service) -> None:
    answer = embedded.client.post("/v1/keys", json=READER)

    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"name": "n" * 101}, "name", id="long name"),
        pytest.param({"name": 7}, "name", id="name that is a number"),
        pytest.param({"scopes": []}, "scopes", id="no scope"),
        pytest.param({"scopes": ["root"]}, "scopes[0]", id="unknown scope"),
        pytest.param({"scopes": "admin"}, "scopes", id="scope that is no list"),
        pytest.param({"expires_s": 0}, "expires_s", id="expired at once"),
        pytest.param({"expires_s": "60"}, "expires_s", id="text for a number"),
        pytest.param({"expires_s": 10**30}, "expires_s", id="beyond all times"),
        pytest.param({"tenant": "other"}, "tenant", id="a tenant of one's choice"),
        pytest.param({"expires_at": 1}, "expires_at", id="unknown field"),
    ],
)
def test_a_mistake_in_a_key_is_shown_with_its_place(
    embedded: Service, changes: dict[str, object], path: str
) -> None:
    answer = embedded.client.post("/v1/keys", json={**READER, **changes})

    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == [path]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"name": "a\\u0000b", "scopes": ["admin"]}', id="NUL"),
        pytest.param(b'{"name": "\\ud800", "scopes": ["admin"]}', id="half a surrogate pair"),
        pytest.param(b'{"name": "a", "scopes": ["admin"], "expires_s": NaN}', id="NaN"),
        pytest.param(b'{"name": "a"', id="cut"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"null", id="null"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
    ],
)
def test_a_body_that_is_no_key_is_refused(service: Service, body: bytes) -> None:
    answer = service.client.post(
        "/v1/keys", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code in (400, 422)
    assert len(service.client.get("/v1/keys").json()["keys"]) == 1


def test_a_revoked_key_is_listed_with_its_end(service: Service) -> None:
    key = made(service)

    first = service.client.delete(f"/v1/keys/{key['id']}")
    again = service.client.delete(f"/v1/keys/{key['id']}")

    assert (first.status_code, first.content, again.status_code) == (204, b"", 204)
    assert not works(service, key)
    (row,) = (k for k in service.client.get("/v1/keys").json()["keys"] if k["id"] == key["id"])
    assert when(row["revoked_at"]) >= when(row["created_at"])


def test_a_rotated_key_goes_on_for_as_long_as_asked(service: Service) -> None:
    old = made(service)

    new = service.client.post(f"/v1/keys/{old['id']}/rotate", json={"overlap_s": 600}).json()

    assert (new["rotated_from"], new["name"], new["scopes"]) == (old["id"], "reader", ["jobs:read"])
    assert (works(service, old), works(service, new)) == (True, True)
    (row,) = (k for k in service.client.get("/v1/keys").json()["keys"] if k["id"] == old["id"])
    assert when(row["expires_at"]) - when(new["created_at"]) == pytest.approx(
        timedelta(seconds=600), abs=timedelta(seconds=1)
    )


def test_a_key_rotated_without_a_word_goes_on_for_a_day(embedded: Service) -> None:
    old = made(embedded)

    answer = embedded.client.post(f"/v1/keys/{old['id']}/rotate")

    assert answer.status_code == 201
    (row,) = (k for k in embedded.client.get("/v1/keys").json()["keys"] if k["id"] == old["id"])
    assert when(row["expires_at"]) - when(answer.json()["created_at"]) == pytest.approx(
        timedelta(days=1), abs=timedelta(seconds=1)
    )


def test_a_key_is_rotated_once(service: Service) -> None:
    old = made(service)
    address = f"/v1/keys/{old['id']}/rotate"

    answers = [service.client.post(address) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "conflict"
    assert answers[0].json()["id"] in answers[1].json()["detail"]


@pytest.mark.parametrize(
    ("method", "address"),
    [
        pytest.param("DELETE", "/v1/keys/{id}", id="revoke"),
        pytest.param("POST", "/v1/keys/{id}/rotate", id="rotate"),
    ],
)
def test_the_key_of_another_tenant_is_as_unknown_as_one_that_never_was(
    service: Service, method: str, address: str
) -> None:
    key = made(service)

    def ask(key_id: str) -> httpx.Response:
        return service.stranger.request(method, address.format(id=key_id))

    foreign, missing = ask(key["id"]), ask("0" * 16)

    assert (foreign.status_code, foreign.text) == (404, missing.text)
    assert works(service, key)
    assert key["id"] not in service.stranger.get("/v1/keys").text
    assert key["id"] not in service.stranger.get("/v1/audit").text


@pytest.mark.parametrize("key_id", ["..%2Fkeys", "a%00b", "A" * 16, "%20", "'; --"])
def test_what_is_no_id_names_no_key(embedded: Service, key_id: str) -> None:
    assert embedded.client.delete(f"/v1/keys/{key_id}").status_code == 404


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/v1/keys"),
        ("POST", "/v1/keys"),
        ("DELETE", "/v1/keys/abc"),
        ("POST", "/v1/keys/abc/rotate"),
        ("GET", "/v1/audit"),
    ],
)
def test_keys_and_the_log_are_for_admins(embedded: Service, method: str, address: str) -> None:
    worker = embedded.client_with("jobs:read", "jobs:write")

    assert worker.request(method, address, json=READER).status_code == 403
    assert embedded.anonymous.request(method, address, json=READER).status_code == 401


def test_a_key_hands_out_no_scope_that_it_lacks(embedded: Service) -> None:
    admin = embedded.client_with("admin")

    refused = admin.post("/v1/keys", json={**READER, "scopes": ["jobs:read", "operator"]})
    granted = admin.post("/v1/keys", json={**READER, "scopes": ["jobs:read", "admin"]})

    assert (refused.status_code, refused.json()["scope"]) == (403, "operator")
    assert granted.status_code == 201
    assert [row.action for row in embedded.services.audit.page("acme", 2)] == [
        "key.made", "scope.refused",
    ]  # fmt: skip


def test_an_operator_hands_out_what_it_has(embedded: Service) -> None:
    answer = embedded.client.post("/v1/keys", json={**READER, "scopes": ["operator"]})

    assert (answer.status_code, answer.json()["scopes"]) == (201, ["operator"])


def test_a_key_is_not_rotated_into_scopes_that_the_caller_lacks(embedded: Service) -> None:
    key = made(embedded, scopes=["operator"])
    admin = embedded.client_with("admin")

    refused = admin.post(f"/v1/keys/{key['id']}/rotate")

    assert (refused.status_code, refused.json()["scope"]) == (403, "operator")
    assert admin.post(f"/v1/keys/{made(embedded)['id']}/rotate").status_code == 201
    assert embedded.client.post(f"/v1/keys/{key['id']}/rotate").status_code == 201


def test_pages_of_keys_lead_from_one_to_the_next(service: Service) -> None:
    expected = {made(service, name=f"key {number}")["id"] for number in range(4)}
    pages: list[list[str]] = []
    cursor: str | None = ""

    while cursor is not None:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = service.client.get("/v1/keys", params=query).json()
        pages.append([key["id"] for key in page["keys"]])
        cursor = page["next_cursor"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert expected < {key_id for page in pages for key_id in page}


def test_pages_of_the_log_lead_from_one_to_the_next(service: Service) -> None:
    for number in range(3):
        made(service, name=f"key {number}")

    first = service.client.get("/v1/audit", params={"limit": 2}).json()
    second = service.client.get("/v1/audit", params={"cursor": first["next_cursor"]}).json()

    names = [entry["data"]["name"] for entry in first["entries"] + second["entries"]]
    assert names == ["key 2", "key 1", "key 0", "test"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("address", ["/v1/keys", "/v1/audit"])
@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"cursor": "x"}, {"cursor": "9" * 30}],
    ids=str,
)
def test_a_page_that_cannot_be_is_refused(
    embedded: Service, address: str, query: dict[str, Any]
) -> None:
    assert embedded.client.get(address, params=query).status_code == 422


def test_the_log_tells_who_did_what_and_no_secret(service: Service) -> None:
    key = made(service)
    new = service.client.post(f"/v1/keys/{key['id']}/rotate").json()
    service.client.delete(f"/v1/keys/{key['id']}")

    answer = service.client.get("/v1/audit")

    entries = answer.json()["entries"][:3]
    admin = service.client.headers["authorization"].split("_")[1]
    assert {entry["actor"] for entry in entries} == {admin}
    assert [(entry["action"], entry["target"]) for entry in entries] == [
        ("key.revoked", key["id"]),
        ("key.rotated", key["id"]),
        ("key.made", key["id"]),
    ]
    assert not [secret for secret in (key["key"], new["key"]) if secret[-43:] in answer.text]
