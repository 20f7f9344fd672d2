"""The whole service as a process: where it may die, and how it stops."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from jobs.elements import DeadLetter
from jobs.message import Ring
from jobs.states import TERMINAL
from storage.audit import AuditLog
from storage.dead_letters import DeadLetters
from storage.outbox import Outbox
from tests.kin import encoders
from tests.pipeline.conftest import Desk
from tests.pipeline.serving import serving
from tests.pipeline.workers import WAIT_S, Shop, open_shop, until
from tests.pubsub import Post

pytest_plugins = ["tests.pubsub_fixtures"]

TOLD_TO_STOP_S = 20  # ten are promised; this machine may be slow
SMALL: dict[str, Any] = {
    "scenes": [{"duration_s": 0.5, "visual": {"type": "color", "color": "#204060"}}],
    "music": None,
    "output": {"height": 144, "fps": 24, "quality": "draft"},
}
LONG: dict[str, Any] = {
    "scenes": [{"duration_s": 120, "visual": {"type": "title", "text": "Long"}}],
    "music": None,
    "output": {"height": 1080, "fps": 30, "quality": "standard"},
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_shop(tmp_path / "data") as opened:
        yield opened


def jobs_of(shop: Shop) -> list[str]:
    return [row.id for row in shop.catalogue.page("local", limit=100)]


@pytest.mark.parametrize("point", ["submit.before_commit", "submit.after_commit"])
def test_a_client_that_lost_its_answer_asks_again_and_has_one_job(shop: Shop, point: str) -> None:
    with serving(shop, "--no-worker", AIPROD_CRASH_POINT=point) as dying:
        with pytest.raises(httpx.HTTPError):
            dying.submit(SMALL, "order-1")
        assert dying.process.wait(WAIT_S) == -signal.SIGKILL

    with serving(shop) as living:
        answer = living.submit(SMALL, "order-1")

        assert answer.status_code == 202
        assert jobs_of(shop) == [answer.json()["id"]]
        assert shop.ended(answer.json()["id"]).status.value == "done"


@pytest.mark.emulator
@pytest.mark.parametrize("point", ["relay.before_publish", "relay.after_publish"])
def test_a_ring_that_was_written_down_is_published(shop: Shop, post: Post, point: str) -> None:
    pubsub = {"PUBSUB_EMULATOR_HOST": post.host, "PUBSUB_TOPIC_NAME": post.names.jobs}
    with serving(shop, "--no-worker", AIPROD_CRASH_POINT=point, **pubsub) as dying:
        # The relay may be faster than the answer.
        with suppress(httpx.HTTPError):
            dying.submit(SMALL, "order-1")
        assert dying.process.wait(WAIT_S) == -signal.SIGKILL
    (job_id,) = jobs_of(shop)
    shop.let_relays_time_out()

    with serving(shop, "--no-worker", **pubsub):
        rings = post.pulled(post.names.jobs_pull, 2 if point == "relay.after_publish" else 1)

    assert set(rings) == {Ring(job_id).to_bytes()}
    assert Outbox(shop.database).take(10, 30) == ()


@pytest.mark.emulator
@pytest.mark.parametrize("point", ["replay.before_commit", "replay.after_commit"])
def test_a_dead_letter_is_sent_again_once_wherever_the_service_dies(
    shop: Shop, post: Post, point: str
) -> None:
    pubsub = {"PUBSUB_EMULATOR_HOST": post.host, "PUBSUB_TOPIC_NAME": post.names.jobs}
    letter = DeadLetters(shop.database).record(DeadLetter.of("why", "decode", b"what")).id
    address = f"/v1/dead-letters/{letter}/replay"
    with serving(shop, "--no-worker", AIPROD_CRASH_POINT=point, **pubsub) as dying:
        with pytest.raises(httpx.HTTPError):
            dying.client.post(address)
        assert dying.process.wait(WAIT_S) == -signal.SIGKILL

    with serving(shop, "--no-worker", **pubsub) as living:
        repeated = living.client.post(address)
        job_id = living.submit(SMALL, "order-1").json()["id"]
        messages = post.pulled(post.names.jobs_pull, 2)

    assert repeated.status_code == 202
    assert sorted(messages) == sorted([b"what", Ring(job_id).to_bytes()])
    assert Outbox(shop.database).take(10, 30) == ()
    noted = AuditLog(shop.database).page("local", 20)
    assert [row.action for row in noted].count("dead_letter.replayed") == 1


def test_a_service_that_is_told_to_stop_gives_its_jobs_back(shop: Shop) -> None:
    with serving(shop) as service:
        job_id = service.submit(LONG, "order-1").json()["id"]
        until(lambda: encoders(service.process.pid), "an encoder")
        family = service.family()

        service.process.send_signal(signal.SIGTERM)

        assert service.process.wait(TOLD_TO_STOP_S) == 0
        until(lambda: not any(map(psutil.Process.is_running, family)), "its processes to be gone")
        assert shop.job(job_id).status.value == "queued"
        assert list((shop.folder / "work").glob("*")) == []


def test_a_service_whose_database_hangs_says_so_and_stops(shop: Shop) -> None:
    with serving(shop) as service, shop.database.begin():  # nobody else can write until this ends
        answer = service.submit(SMALL, "order-1")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")

        service.process.send_signal(signal.SIGTERM)

        service.process.wait(TOLD_TO_STOP_S)


def test_a_slow_upload_does_not_keep_a_service_from_stopping(shop: Shop) -> None:
    with serving(shop, "--no-worker") as service:
        url = service.client.base_url
        with socket.create_connection((url.host, url.port or 80)) as slow:
            slow.sendall(
                b"POST /v1/uploads?name=a.png HTTP/1.1\r\nHost: here\r\nAuthorization: "
                + service.client.headers["Authorization"].encode()
                + b"\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nx"
            )
            assert service.client.get("/health").status_code == 200

            service.process.send_signal(signal.SIGTERM)

            service.process.wait(TOLD_TO_STOP_S)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes, where this machine lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here: " + mounted.stderr.decode())
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_costs_no_accepted_job(small_disk: Path) -> None:
    with open_shop(small_disk / "data") as shop, serving(shop) as service:
        filler = small_disk / "filler"
        accepted, statuses = [], set()
        for number in range(4):
            if number == 1:
                with filler.open("wb", buffering=0) as file, suppress(OSError):
                    while True:
                        file.write(bytes(4096))
            answer = service.submit(SMALL, f"order-{number}")
            statuses.add(answer.status_code)
            if answer.status_code == 202:
                accepted.append(answer.json()["id"])
        filler.unlink(missing_ok=True)
        answer = service.submit(SMALL, "order-last")
        accepted.append(answer.json()["id"])

        assert statuses <= {202, 503, 507}
        ends = [shop.ended(job_id) for job_id in accepted]
        for row in ends:
            if row.status.value == "failed":  # room ran out in the middle: that is said
                assert row.problems[0].code.value == "resource_limit"
        assert ends[-1].status.value == "done"
        assert sorted(jobs_of(shop)) == sorted(accepted)


def test_the_events_of_a_job_tell_every_stage(shop: Shop, tmp_path: Path) -> None:
    with serving(shop) as service:
        job_id = service.submit(SMALL, "order-1").json()["id"]
        with service.client.stream("GET", f"/v1/jobs/{job_id}/events") as events:
            kinds = []
            for line in events.iter_lines():
                if line.startswith("event: "):
                    kinds.append(line.removeprefix("event: "))
                if kinds and kinds[-1] in {status.value for status in TERMINAL}:
                    break
        view = service.client.get(f"/v1/jobs/{job_id}").json()

    states = ["queued", "planning", "generating", "rendering", "done"]
    assert [kind for kind in kinds if kind in states] == states
    assert view["status"] == "done"
    assert json.loads((shop.folder / "out" / job_id / "manifest.json").read_text())["id"] == job_id


def test_in_production_a_tenant_is_opened_beside_the_service(shop: Shop, desk: Desk) -> None:
    where = {"ENVIRONMENT": "production", "DATABASE_URL": shop.url}
    with serving(shop, "--no-worker", **where) as service:
        assert "authorization" not in service.client.headers
        assert service.client.get("/v1/jobs").status_code == 401

        key = desk.run("keys", "open-tenant", "acme", **where).out.strip()

        answer = service.client.get("/v1/jobs", headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()["jobs"]) == (200, [])
        assert not (shop.folder / "api-key").exists()


def test_a_service_whose_worker_cannot_stay_up_is_not_ready(shop: Shop) -> None:
    with serving(shop, AIPROD_FFMPEG="/nonexistent/ffmpeg") as service:

        def answer_when_failed() -> httpx.Response | None:
            found = service.client.get("/ready")
            return found if found.status_code != 200 else None

        answer = until(answer_when_failed, "the service not to be ready")

        assert answer.status_code == 503
        assert answer.json()["checks"]["worker"] == "failed"
        assert service.client.get("/health").status_code == 200


def test_a_service_with_a_worker_that_stays_up_is_ready(shop: Shop) -> None:
    with serving(shop) as service:
        job_id = service.submit(SMALL, "order-1").json()["id"]
        assert shop.ended(job_id).status.value == "done"

        answer = service.client.get("/ready")

        assert (answer.status_code, answer.json()["checks"]["worker"]) == (200, "ok")


def test_a_service_without_a_worker_does_not_ask_for_one(shop: Shop) -> None:
    with serving(shop, "--no-worker") as service:
        assert "worker" not in service.client.get("/ready").json()["checks"]
