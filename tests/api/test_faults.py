import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from api.problems import ProblemError, install_problem_handlers
from jobs.errors import QueueUnavailable, ResourceLimit, StoreUnavailable, ToolFailed
from storage.database import Database, open_database
from storage.migrate import prepare
from tests.api.service import WAIT_S, Service, listening, running


@pytest.fixture
def narrow(postgresql_url: Any, tmp_path: Path) -> Iterator[tuple[Service, Database]]:
    """A service with two connections to PostgreSQL, and its pool of them."""
    url = postgresql_url.render_as_string(hide_password=False)
    database = open_database(url, pool_size=2)
    prepare(database)
    with running(database, tmp_path, lambda settings: replace(settings, pool_size=10)) as found:
        yield found, database
    database.close()


def test_a_service_without_a_free_connection_says_so_soon(
    narrow: tuple[Service, Database],
) -> None:
    service, database = narrow
    known = service.submit()
    with database.reading() as one, database.reading() as other:
        one.execute(text("SELECT 1"))
        other.execute(text("SELECT 1"))

        answer = service.client.get(f"/v1/jobs/{known}")

    assert answer.status_code == 503
    assert answer.json()["code"] == "ledger_unavailable"
    assert int(answer.headers["retry-after"]) >= 1
    assert service.client.get(f"/v1/jobs/{known}").status_code == 200


def test_a_database_that_went_away_is_told_of_and_found_again(
    narrow: tuple[Service, Database],
) -> None:
    service, database = narrow
    known = service.submit()
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE jobs RENAME TO away"))

    answers = [
        service.client.get(f"/v1/jobs/{known}"),
        service.client.post("/v1/jobs", json={"prompt": "A."}),
    ]
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO jobs"))

    assert {answer.status_code for answer in answers} == {503}
    assert "jobs" not in answers[0].json()["detail"]
    assert service.client.get(f"/v1/jobs/{known}").status_code == 200


def failing_app() -> FastAPI:
    """An application whose routes raise."""
    app = FastAPI()
    install_problem_handlers(app)
    errors: dict[str, Exception] = {
        "queue": QueueUnavailable("the topic projects/secret/topics/x is away"),
        "store": StoreUnavailable("the bucket secret is away"),
        "room": ResourceLimit("the disk is full: /var/secret takes no more"),
        "tool": ToolFailed("secret"),
        "bug": ZeroDivisionError("secret"),
        "refused": ProblemError(418, "teapot", "Lone: \ud800", {"X-Told": "yes"}, place="here"),
    }

    @app.get("/{name}")
    def fail(name: str) -> None:
        raise errors[name]

    return app


@pytest.fixture
def failing() -> Iterator[str]:
    """Address of that application."""
    with listening(failing_app()) as url:
        yield url


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("queue", 503, "queue_unavailable"),
        ("store", 503, "store_unavailable"),
        ("room", 507, "resource_limit"),
        ("tool", 500, "tool_failed"),
        ("bug", 500, "internal"),
    ],
)
def test_what_fails_inside_is_not_told_outside(
    failing: str, name: str, status: int, code: str
) -> None:
    answer = httpx.get(f"{failing}/{name}", timeout=WAIT_S)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


def test_a_trace_of_what_nobody_foresaw_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), listening(failing_app()) as url:
        httpx.get(f"{url}/bug", timeout=WAIT_S)

    # The server has stopped: it logs after it has answered.
    assert "GET /bug failed" in caplog.text
    assert "ZeroDivisionError: secret" in caplog.text


def test_a_refusal_carries_its_headers_and_members(failing: str) -> None:
    answer = httpx.get(f"{failing}/refused", timeout=WAIT_S)

    assert answer.status_code == 418
    assert answer.headers["x-told"] == "yes"
    assert answer.json()["place"] == "here"


def test_a_service_that_cannot_work_is_alive_but_not_ready(service: Service) -> None:
    service.rings.is_away = True

    alive, ready = service.anonymous.get("/health"), service.anonymous.get("/ready")

    assert alive.status_code == 200
    assert ready.status_code == 503
    assert ready.json() == {
        "status": "not_ready",
        "checks": {"database": "ok", "blobs": "ok", "publisher": "failed"},
    }
