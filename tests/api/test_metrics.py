import asyncio
import contextlib
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI, HTTPException
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import (
    HttpMetrics,
    MachineMetrics,
    MeasureRequests,
    MetricsPage,
    render_metrics,
)
from jobs.states import Status
from storage.database import Database, open_database, sqlite_url
from storage.statistics import Statistics
from storage.tables import DEAD_LETTERS
from tests.api.counted import CURRENT, TOTALS
from tests.api.service import WAIT_S, listening

COUNT = "aiprod_http_request_seconds_count"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def samples(page: bytes) -> dict[str, float]:
    """Values by name and labels: `aiprod_jobs{status=done}`."""
    found = {}
    for family in text_string_to_metric_families(page.decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def requests_counted(http_metrics: HttpMetrics) -> dict[str, float]:
    """How many requests there were, by `METHOD route status`."""
    return {
        " ".join(sample.labels[name] for name in ("method", "route", "status")): sample.value
        for family in http_metrics.registry.collect()
        for sample in family.samples
        if sample.name == COUNT
    }


def add_dead_letter(database: Database, letter: str) -> None:
    with database.begin() as connection:
        connection.execute(
            DEAD_LETTERS.insert().values(
                id=letter * 64, stage="decode", reason="", message="", attempts=1,
                first_at=1.0, last_at=1.0,
            )
        )  # fmt: skip


def test_everything_that_was_counted_is_shown() -> None:
    found = samples(render_metrics((CURRENT, TOTALS), CollectorRegistry()))

    assert found == {
        "aiprod_ledger_up": 1,
        "aiprod_queue_jobs{queue=service}": 3,
        "aiprod_queue_oldest_seconds{queue=service}": 42.5,
        "aiprod_jobs{status=queued}": 3,
        "aiprod_jobs{status=done}": 9,
        "aiprod_stuck_jobs": 1,
        "aiprod_webhook_deliveries{status=failed}": 2,
        "aiprod_webhook_failed_attempts": 20,
        "aiprod_outbox_rings": 4,
        "aiprod_outbox_oldest_seconds": 1.5,
        "aiprod_dead_letters": 5,
        "aiprod_parts{stage=voice,status=done}": 6,
        "aiprod_part_seconds{stage=voice,status=done}": 7.5,
        "aiprod_videos": 8,
        "aiprod_video_seconds": 240,
        "aiprod_rendered_frames": 6000,
        "aiprod_rendered_video_seconds": 200,
        "aiprod_rendering_seconds": 50,
        "aiprod_key_expires_seconds": 3600,
        "aiprod_tenant_spent_today_usd{tenant=acme}": 1.5,
        "aiprod_provider_calls{provider=suno,status=paid}": 2,
        "aiprod_provider_cost_usd{provider=suno,status=paid}": 0.25,
        "aiprod_providers_left{code=budget_exceeded,provider=elevenlabs}": 3,
    }


def test_every_metric_is_in_the_documentation() -> None:
    described = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    http_metrics = HttpMetrics()
    http_metrics.seconds.labels("GET", "/", "2xx").observe(0.1)
    http_metrics.registry.register(MachineMetrics(Path.cwd(), 20.0))
    page = render_metrics((CURRENT, TOTALS), http_metrics.registry).decode()

    names = {family.name for family in text_string_to_metric_families(page)}

    assert [name for name in sorted(names) if f"`{name}" not in described] == []


def machine(data: Path, tenant_day_usd: float | None = None) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(MachineMetrics(data, tenant_day_usd))
    return samples(render_metrics((CURRENT, TOTALS), registry))


def test_the_disk_of_the_data_is_shown(tmp_path: Path) -> None:
    found = machine(tmp_path)

    assert 0 < found["aiprod_disk_free_bytes"] < found["aiprod_disk_bytes"]
    assert found["aiprod_disk_bytes"] == shutil.disk_usage(tmp_path).total


def test_of_a_folder_that_is_not_there_no_disk_is_shown(tmp_path: Path) -> None:
    assert "aiprod_disk_bytes" not in machine(tmp_path / "none")


@pytest.mark.parametrize("limit_usd", [None, 0.0, 20.0])
def test_the_limit_of_a_tenants_day_is_shown_where_there_is_one(
    tmp_path: Path, limit_usd: float | None
) -> None:
    assert machine(tmp_path, limit_usd).get("aiprod_tenant_day_limit_usd") == limit_usd


def test_no_key_that_ends_is_no_number() -> None:
    page = render_metrics((replace(CURRENT, key_ends_s=None), TOTALS), CollectorRegistry())

    assert "aiprod_key_expires_seconds" not in samples(page)


def test_a_page_shows_what_the_ledger_says(database: Database) -> None:
    add_dead_letter(database, "a")

    found = samples(MetricsPage(Statistics(database), CollectorRegistry()).render())

    assert found["aiprod_dead_letters"] == 1
    assert found["aiprod_jobs{status=done}"] == 0
    assert {f"aiprod_jobs{{status={status.value}}}" for status in Status} <= found.keys()


def test_the_ledger_is_asked_again_after_five_seconds(database: Database) -> None:
    clock = Clock()
    page = MetricsPage(Statistics(database), CollectorRegistry(), clock)
    shown = []

    for letter, at_s in (("a", 0.0), ("b", 4.9), ("c", 5.1)):
        clock.now_s = at_s
        add_dead_letter(database, letter)
        shown.append(samples(page.render())["aiprod_dead_letters"])

    assert shown == [1, 1, 3]


def test_a_ledger_that_counts_slowly_is_asked_less_often(database: Database) -> None:
    # Each look at the clock is a second later than the one before, so each count takes a second.
    clock = iter(range(1000))
    page = MetricsPage(Statistics(database), CollectorRegistry(), lambda: float(next(clock)))
    page.render()
    add_dead_letter(database, "a")

    shown = [samples(page.render())["aiprod_dead_letters"] for _ in range(15)]

    assert shown == sorted(shown)
    assert 8 <= shown.count(0) <= 10  # 20 seconds, at two looks a page


def test_without_its_ledger_a_service_shows_what_it_knows_itself(tmp_path: Path) -> None:
    http_metrics = HttpMetrics()
    http_metrics.seconds.labels("GET", "/ready", "5xx").observe(0.1)
    with contextlib.closing(open_database(sqlite_url(tmp_path))) as without_tables:
        found = samples(MetricsPage(Statistics(without_tables), http_metrics.registry).render())

    assert found["aiprod_ledger_up"] == 0
    assert found[f"{COUNT}{{method=GET,route=/ready,status=5xx}}"] == 1
    assert "aiprod_dead_letters" not in found


def test_pages_that_are_asked_for_at_once_are_whole(database: Database) -> None:
    page = MetricsPage(Statistics(database), CollectorRegistry())
    pages: list[bytes] = []
    barrier = threading.Barrier(8)

    def ask() -> None:
        barrier.wait()
        pages.append(page.render())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [samples(one)["aiprod_ledger_up"] for one in pages] == [1] * 8


def application(http_metrics: HttpMetrics) -> FastAPI:
    router = APIRouter(prefix="/v1")

    @router.get("/jobs/{job_id}")
    def job(job_id: str) -> str:
        if job_id == "missing":
            raise HTTPException(404)
        if job_id == "broken":
            raise RuntimeError("broken")
        return job_id

    @router.get("/events")
    def events() -> StreamingResponse:
        return StreamingResponse(iter(["a", "b"]))

    app = FastAPI()
    app.include_router(router)
    app.add_middleware(MeasureRequests, http=http_metrics)
    return app


@pytest.mark.parametrize(
    ("method", "path", "counted"),
    [
        pytest.param("GET", "/v1/jobs/a?b=c", "GET /v1/jobs/{job_id} 2xx", id="answered"),
        pytest.param("GET", "/v1/jobs/missing", "GET /v1/jobs/{job_id} 4xx", id="refused"),
        pytest.param("GET", "/v1/jobs/broken", "GET /v1/jobs/{job_id} 5xx", id="broken"),
        pytest.param("GET", "/v1/events", "GET /v1/events 2xx", id="streamed"),
        pytest.param("DELETE", "/v1/jobs/a", "DELETE /v1/jobs/{job_id} 4xx", id="not allowed"),
        pytest.param("GET", "/wp-admin/a", "GET unmatched 4xx", id="no such route"),
        pytest.param("BREW", "/v1/jobs/a", "other /v1/jobs/{job_id} 4xx", id="made up"),
    ],
)
def test_a_request_is_counted_by_the_template_of_its_route(
    method: str, path: str, counted: str
) -> None:
    http_metrics = HttpMetrics()

    with listening(application(http_metrics)) as url:
        for _ in range(2):
            httpx.request(method, f"{url}{path}", timeout=WAIT_S)

    assert requests_counted(http_metrics) == {counted: 2}


def call(app: ASGIApp, http_metrics: HttpMetrics) -> None:
    """One request to an application, measured; where its answer goes does not matter."""

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        pass

    scope: Scope = {"type": "http", "method": "GET", "path": "/"}
    asyncio.run(MeasureRequests(app, http_metrics)(scope, receive, send))


def test_a_request_whose_client_has_gone_is_counted_as_aborted() -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise asyncio.CancelledError

    http_metrics = HttpMetrics()

    with pytest.raises(asyncio.CancelledError):
        call(app, http_metrics)

    assert requests_counted(http_metrics) == {"GET unmatched aborted": 1}


def test_a_request_is_measured_until_its_answer_begins() -> None:
    begun = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        begun.append(time.perf_counter())
        while time.perf_counter() < 2 * begun[0] - asked + 0.001:
            pass  # the rest takes longer than everything before

    http_metrics = HttpMetrics()

    asked = time.perf_counter()
    call(app, http_metrics)

    (measured,) = (
        sample.value
        for family in http_metrics.registry.collect()
        for sample in family.samples
        if sample.name == "aiprod_http_request_seconds_sum"
    )
    assert 0 < measured <= begun[0] - asked
