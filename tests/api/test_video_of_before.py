"""The video of an earlier run, while a newer one has not delivered."""

from typing import Any

import pytest

from jobs.elements import Ending
from tests.api.service import Service

FIRST, SECOND = b"first" * 100, b"second" * 100


@pytest.fixture
def again(service: Service) -> str:
    """A finished job that was asked for again."""
    job_id = service.submit()
    service.finish(job_id, {"final.mp4": FIRST})
    service.client.post(f"/v1/jobs/{job_id}/retry", json={})
    return job_id


def shown(service: Service, job_id: str) -> tuple[Any, ...]:
    """State, run, run of the video, link to the manifest, and the film as it is fetched."""
    job = service.client.get(f"/v1/jobs/{job_id}").json()
    film = service.client.get(f"/v1/jobs/{job_id}/files/final.mp4").content
    run = job["video"] and job["video"]["run"]
    return job["status"], job["generation"], run, job["links"]["manifest"], film


def test_it_is_shown_while_a_new_run_waits(service: Service, again: str) -> None:
    assert shown(service, again) == ("queued", 2, 1, f"/v1/jobs/{again}/manifest", FIRST)


def test_it_is_shown_when_the_new_run_has_failed(service: Service, again: str) -> None:
    service.end(again, Ending.FAILED)

    assert shown(service, again) == ("failed", 2, 1, f"/v1/jobs/{again}/manifest", FIRST)


def test_the_new_one_takes_its_place_when_it_is_delivered(service: Service, again: str) -> None:
    service.finish(again, {"final.mp4": SECOND})

    assert shown(service, again) == ("done", 2, 2, f"/v1/jobs/{again}/manifest", SECOND)


def test_lists_lead_to_it(service: Service, again: str) -> None:
    (job,) = service.client.get("/v1/jobs").json()["jobs"]

    assert job["links"]["manifest"] == f"/v1/jobs/{again}/manifest"


def test_a_job_that_never_delivered_leads_nowhere(service: Service) -> None:
    job_id = service.submit()
    service.end(job_id, Ending.FAILED)

    job = service.client.get(f"/v1/jobs/{job_id}").json()

    assert (job["video"], job["links"]["manifest"]) == (None, None)
