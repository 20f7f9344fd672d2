import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import null, update

from storage.database import Database
from storage.gcs import GcsConfig
from storage.tables import VIDEOS
from tests.api.service import Service, running
from tests.fakes.gcs import FakeGcs

CLIP = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100)
FILES = {"final.mp4": b"film", "poster.jpg": b"\xff\xd8"}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    with FakeGcs("a-bucket").serving() as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake


@pytest.fixture
def stored(database: Database, tmp_path: Path, bucket: FakeGcs) -> Iterator[Service]:
    """A service whose files are in a bucket."""
    with (
        closing(GcsConfig("a-bucket").open()) as blobs,
        running(database, tmp_path / "data", blobs=blobs) as found,
    ):
        yield found


def sizes(service: Service, job_id: str) -> dict[str, Any]:
    files = service.client.get(f"/v1/jobs/{job_id}").json()["video"]["files"]
    return {file["name"]: file["size_bytes"] for file in files}


def test_a_job_is_shown_without_asking_the_bucket(stored: Service, bucket: FakeGcs) -> None:
    job_id = stored.submit()
    stored.finish(job_id, FILES)
    before = list(bucket.operations)

    shown = sizes(stored, job_id)

    assert shown == {"final.mp4": 4, "poster.jpg": 2}
    assert bucket.operations == before


def test_the_bucket_knows_the_sizes_of_older_videos(stored: Service, bucket: FakeGcs) -> None:
    job_id = stored.submit()
    stored.finish(job_id, FILES)
    with stored.services.database.begin() as connection:
        connection.execute(update(VIDEOS).values(sizes=null()))

    assert sizes(stored, job_id) == {"final.mp4": 4, "poster.jpg": 2}


def test_an_upload_that_waits_for_the_bucket_holds_up_nobody_else(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, says nothing
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with (
            closing(GcsConfig("a-bucket", patience_s=2.0).open()) as blobs,
            running(
                database, tmp_path / "data", lambda s: replace(s, pool_size=1), blobs
            ) as service,
            ThreadPoolExecutor(1) as pool,
        ):
            upload = pool.submit(service.client.post, "/v1/uploads", content=CLIP)
            with silent.accept()[0]:
                listed = service.client.get("/v1/jobs")
                is_waiting = not upload.done()
                refused = upload.result()

    assert listed.status_code == 200
    assert is_waiting
    assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
