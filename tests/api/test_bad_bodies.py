import json

import pytest

from tests.api.service import Service

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/estimate"])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"prompt"', id="a text"),
        pytest.param(b"\xff\xfe{\x00", id="UTF-16"),
        pytest.param(b'{"prompt": "\xc3"}', id="broken UTF-8"),
        pytest.param(b'{"prompt": "a\\ud800b"}', id="lone surrogate"),
        pytest.param(b'{"\\udfff": 1}', id="lone surrogate as a name"),
        pytest.param(b'{"prompt": "a\\u0000b"}', id="NUL"),
        pytest.param(b'{"prompt": "a\x00b"}', id="NUL as it is"),
        pytest.param(b'{"prompt": "a", "budget_usd": NaN}', id="NaN"),
        pytest.param(b'{"prompt": "a", "budget_usd": 1e999}', id="beyond every number"),
        pytest.param(b'{"prompt": "a", "budget_usd": -Infinity}', id="infinite"),
        pytest.param(b'{"prompt": "a", "budget_usd": ' + b"9" * 5000 + b"}", id="endless number"),
        pytest.param(b'{"prompt": "a", "prompt": "b"}', id="written twice"),
        pytest.param(b"[" * 100_000, id="deep list"),
        pytest.param(b'{"a":' * 100_000, id="deep object"),
        pytest.param(b'{"prompt": ["a"]}', id="wrong type"),
        pytest.param(b'{"prompt": "a", "colour": "red"}', id="unknown field"),
        pytest.param(b'{"prompt": "a", "metadata": {"k": "\\ud800"}}', id="surrogate in metadata"),
        pytest.param(b'{"prompt": "a", "webhook_url": "http://10.0.0.1/"}', id="internal webhook"),
        pytest.param(b'{"scenes": [' + b"{}," * 2000 + b"{}]}", id="too many scenes"),
    ],
)
def test_a_document_that_is_none_is_refused(embedded: Service, path: str, body: bytes) -> None:
    answer = embedded.client.post(path, content=body, headers=JSON)

    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == "invalid_input"
    assert all(error["message"] for error in problem["errors"])
    assert len(answer.content) < 200_000


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(b'"name": "b"', id="written twice"),
        pytest.param(b'"scopes": ["admin"]', id="another scope"),
        pytest.param(b'"expires_s": NaN', id="NaN"),
        pytest.param(b'"expires_s": 1e999', id="beyond every number"),
        pytest.param(b'"expires_s": ' + b"9" * 5000, id="endless number"),
        pytest.param(b'"na\\u0000me": 1', id="NUL in a name"),
    ],
)
def test_a_key_is_asked_for_in_one_way_only(embedded: Service, members: bytes) -> None:
    body = b'{"name": "a", "scopes": ["jobs:read"], ' + members + b"}"

    answer = embedded.client.post("/v1/keys", content=body, headers=JSON)

    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert len(embedded.client.get("/v1/keys").json()["keys"]) == 1


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        pytest.param("keys/{key}/rotate", b'{"overlap_s": 1, "overlap_s": 2}', "overlap_s",
                     id="key"),
        pytest.param("jobs/{job}/retry", b'{"from": "mix", "from": "voice"}', "from", id="job"),
        pytest.param("jobs", b'{"prompt": "a", "music": {"prompt": "b", "prompt": "c"}}',
                     "music.prompt", id="inside"),
    ],
)  # fmt: skip
def test_what_is_written_twice_is_shown_with_its_place(
    embedded: Service, path: str, body: bytes, place: str
) -> None:
    job_id = embedded.submit()
    embedded.client.post(f"/v1/jobs/{job_id}/cancel")
    key_id = embedded.services.api_keys.make("acme", "old", ["jobs:read"]).id

    answer = embedded.client.post(
        f"/v1/{path.format(key=key_id, job=job_id)}", content=body, headers=JSON
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == place
    assert answer.json()["detail"] == f"{place} is written twice: give each field once."


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"name"'])
def test_a_body_is_an_object(embedded: Service, body: bytes) -> None:
    answer = embedded.client.post("/v1/keys", content=body, headers=JSON)

    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("give a JSON object.")


def test_a_body_is_read_after_the_key(embedded: Service) -> None:
    answer = embedded.anonymous.post("/v1/keys", content=b"[", headers=JSON)

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/", "https://x:444/", "https://xn--a/", "https://[::1]/", "https://127.1/"],
)
@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/estimate"])
def test_an_address_that_nobody_will_dial_is_refused(
    embedded: Service, path: str, address: str
) -> None:
    scene = {"narration": "One.", "visual": {"type": "image", "uri": address}}

    answer = embedded.client.post(path, json={"scenes": [scene], "webhook_url": address})

    assert answer.status_code == 422
    assert [one["message"] for one in answer.json()["errors"]] == [
        f'{place} ("{address}") is not reachable or not allowed: '
        "give https on port 443 of a public host."
        for place in ("scenes[0].visual.uri", "webhook_url")
    ]


def test_texts_in_every_script_come_back_as_they_were(service: Service) -> None:
    title = "潮だまり · مد وجزر · 🐚"

    job_id = service.submit(prompt="A.", title=title, metadata={"ключ": "значение"})

    shown = service.client.get(f"/v1/jobs/{job_id}").json()
    assert (shown["title"], shown["metadata"]) == (title, {"ключ": "значение"})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Content-Type": "text/plain"}, 415, id="text"),
        pytest.param({"Content-Type": "application/jsonx"}, 415, id="nearly JSON"),
        pytest.param({"Content-Type": "multipart/form-data; boundary=x"}, 415, id="a form"),
        pytest.param({}, 415, id="nothing said"),
        pytest.param({**JSON, "Content-Encoding": "gzip"}, 415, id="compressed"),
        pytest.param({**JSON, "Content-Encoding": "gzip, identity"}, 415, id="compressed, too"),
        pytest.param({"Content-Type": "Application/JSON; charset=utf-8"}, 202, id="JSON"),
        pytest.param({**JSON, "Content-Encoding": "identity"}, 202, id="said not to be encoded"),
    ],
)
def test_bodies_are_json_and_said_to_be(
    embedded: Service, headers: dict[str, str], status: int
) -> None:
    answer = embedded.client.post("/v1/jobs", content=b'{"prompt": "A."}', headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=101", "limit=many", "status=lost", "cursor=", "cursor=%00", "cursor=abc",
        "cursor=bmFufmpvYi0x", "cursor=MHgxcCs5OTk5fmE", "limit=1&limit=2x",
    ],
)  # fmt: skip
def test_bad_parameters_are_refused(embedded: Service, query: str) -> None:
    answer = embedded.client.get(f"/v1/jobs?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_what_was_given_is_not_repeated(embedded: Service) -> None:
    answer = embedded.client.get("/v1/jobs?status=CANARY")

    assert "CANARY" not in answer.text


@pytest.mark.parametrize(
    "name",
    [
        "..", "%2e%2e", "%2e%2e%2fx", "..%2f..%2fetc%2fpasswd", "%00", "job%0a", "JOB-1", "a" * 81,
        "%ff", "-", "job-1%20", "';drop table jobs--", "%5c..%5c",
    ],
)  # fmt: skip
def test_ids_that_are_paths_or_no_ids_lead_nowhere(embedded: Service, name: str) -> None:
    unknown = embedded.client.get("/v1/jobs/job-unknown")

    answers = [
        embedded.client.get(f"/v1/jobs/{name}/manifest"),
        embedded.client.post(f"/v1/jobs/{name}/cancel"),
        embedded.client.get(f"/v1/jobs/{name}/files/final.mp4"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.content for answer in answers} == {unknown.content}


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/v1/jobs"), ("PUT", "/health")])
def test_other_methods_are_refused(embedded: Service, method: str, path: str) -> None:
    answer = embedded.client.request(method, path)

    assert answer.status_code == 405
    assert answer.headers["allow"]
    assert answer.json()["code"] == "method_not_allowed"


def test_answers_are_compressed_when_that_is_worth_it(embedded: Service) -> None:
    for _ in range(5):
        embedded.submit()

    long = embedded.client.get("/v1/jobs")
    short = embedded.client.get("/v1/jobs?limit=1&status=done")

    assert long.headers["content-encoding"] == "gzip"
    assert len(long.json()["jobs"]) == 5
    assert "content-encoding" not in short.headers


def test_every_answer_tells_browsers_to_be_careful(embedded: Service) -> None:
    answers = [
        embedded.anonymous.get("/health"),
        embedded.anonymous.get("/v1/jobs"),
        embedded.client.post("/v1/jobs", content=b"x"),
        embedded.anonymous.get("/nowhere"),
    ]

    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}
    assert all("frame-ancestors 'none'" in a.headers["content-security-policy"] for a in answers)
    assert not any("access-control-allow-origin" in answer.headers for answer in answers)


def test_the_schema_of_jobs_is_served(embedded: Service) -> None:
    answer = embedded.anonymous.get("/v1/schema")

    assert answer.headers["content-type"] == "application/schema+json"
    assert json.loads(answer.content)["title"] == "AIPROD job"
