from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import null, update

from storage.database import Database
from storage.gcs import GcsConfig
from storage.tables import VIDEOS
from tests.api.service import Service, running
from tests.fakes.gcs import FakeGcs

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
