import pytest

from tests.api.service import Service

OF_THE_MOMENT = {"date", "etag"}  # progress and links of a job change with time


@pytest.fixture
def job(embedded: Service) -> str:
    """Address of a finished job."""
    job_id = embedded.submit()
    embedded.finish(job_id, {"final.mp4": b"film" * 50_000})
    return f"/v1/jobs/{job_id}"


@pytest.mark.parametrize(
    "path",
    [
        "/health", "/ready", "/openapi.json", "/v1/jobs", "/v1/schema", "/v1/keys", "/v1/audit",
        "/v1/webhook-secret", "/v1/dead-letters", "{job}", "{job}/manifest", "{job}/webhooks",
        "{job}/files/final.mp4", "{job}/files/none", "/v1/jobs/job-unknown", "/nowhere",
        "{job}/cancel",
    ],
)  # fmt: skip
def test_head_is_answered_like_get_without_a_body(embedded: Service, job: str, path: str) -> None:
    path = path.format(job=job)

    head, get = embedded.client.head(path), embedded.client.get(path)

    assert head.status_code == get.status_code
    assert head.content == b""
    assert head.headers.keys() == get.headers.keys()
    for name in head.headers.keys() - OF_THE_MOMENT:
        assert head.headers[name] == get.headers[name], name


def test_head_of_a_stream_ends_at_once(embedded: Service) -> None:
    answer = embedded.client.head(f"/v1/jobs/{embedded.submit()}/events")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert embedded.client.get("/health").status_code == 200  # on the same connection


def test_head_knows_no_parts(embedded: Service, job: str) -> None:
    answer = embedded.client.head(f"{job}/files/final.mp4", headers={"Range": "bytes=0-9"})

    assert (answer.status_code, answer.headers["content-length"]) == (200, "200000")


def test_head_needs_the_same_key(embedded: Service, job: str) -> None:
    assert embedded.anonymous.head(job).status_code == 401
    assert embedded.stranger.head(job).status_code == 404


def test_who_may_get_is_told_of_head(embedded: Service, job: str) -> None:
    assert embedded.client.delete(job).headers["allow"] == "GET, HEAD"
    assert embedded.client.get(f"{job}/cancel").headers["allow"] == "POST"


def test_head_is_counted_by_its_route(embedded: Service, job: str) -> None:
    embedded.client.head(job)

    page = embedded.client.get("/metrics").text

    assert 'method="HEAD",route="/v1/jobs/{job_id}"' in page
