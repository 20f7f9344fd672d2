"""`aiprod reprocess` where artefacts and finished videos are in a bucket."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from jobs.slate import LOCAL_TENANT
from storage.catalogue import Catalogue
from tests.chaos.reprocessing import document
from tests.fakes.gcs import FakeGcs, Fault
from tests.pipeline.past import Past

BUCKET = "a-bucket"
IDS = ("job-1", "job-2")


@dataclass(frozen=True)
class Cloud:
    """A past whose files are in a bucket."""

    past: Past
    fake: FakeGcs

    def shown(self) -> list[int | None]:
        """The run of each job whose video the ledger shows."""
        with self.past.database() as database:
            found = [Catalogue(database).video(LOCAL_TENANT, job_id) for job_id in IDS]
        return [video.generation if video else None for video in found]

    def delivered(self) -> dict[str, int]:
        """Objects of finished runs, by name, with their generations."""
        bucket = self.fake.bucket
        return {name: bucket.find(name).generation for name in bucket.names("jobs/")}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Two jobs that are done, in a bucket, of which one was run again as a canary."""
    past = Past(tmp_path_factory.mktemp("cloud"))
    with FakeGcs(BUCKET).serving() as fake, pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        patch.setenv("GCS_BUCKET_NAME", BUCKET)
        documents = {job_id: document(number) for number, job_id in enumerate(IDS, 1)}
        past.make(documents, bucket=f"gs://{BUCKET}")
        yield Cloud(past, fake)
        assert fake.complaints == []


@pytest.fixture(scope="module")
def canary(cloud: Cloud) -> tuple[dict[str, Any], list[int | None]]:
    """What was told of a canary of one, and what was shown after it."""
    louder = ("--status", "done", "--set", "output.loudness=ebu")
    return cloud.past.told(*louder, "--canary", "1"), cloud.shown()


@pytest.fixture(scope="module")
def back(
    cloud: Cloud, canary: tuple[dict[str, Any], list[int | None]]
) -> tuple[dict[str, Any], dict[str, int], list[str]]:
    """What was told of its rollback, what had been delivered before that, and what it asked of the
    bucket."""
    before, asked = cloud.delivered(), len(cloud.fake.operations)
    told = cloud.past.told("--rollback", canary[0]["id"])
    return told, before, cloud.fake.operations[asked:]


def test_a_canary_is_delivered_beside_what_was_before_and_shown(
    cloud: Cloud, canary: tuple[dict[str, Any], list[int | None]]
) -> None:
    told, shown = canary
    sheet = cloud.past.folder / "out" / told["id"] / "job-1.jpg"

    assert (told["done"], told["waiting"], shown) == (1, 1, [2, 1])
    manifests = [name for name in cloud.delivered() if name.endswith("/manifest.json")]
    assert manifests == [
        "jobs/job-1/1/manifest.json", "jobs/job-1/2/manifest.json", "jobs/job-2/1/manifest.json",
    ]  # fmt: skip
    with Image.open(sheet) as picture:
        assert picture.height == 2 * 240 + 4


def test_a_rollback_shows_the_video_of_before_and_leaves_both(
    cloud: Cloud, back: tuple[dict[str, Any], dict[str, int], list[str]]
) -> None:
    told, before, _ = back

    assert (told["rolled_back"], told["not_rolled_back"]) == (1, {})
    assert cloud.shown() == [1, 1]
    assert cloud.delivered() == before


def test_a_rollback_moves_no_bytes(back: tuple[dict[str, Any], dict[str, int], list[str]]) -> None:
    _, _, asked = back

    assert set(asked) == {"look_up"}


def test_what_keeps_jobs_from_being_begun_ends_the_command(cloud: Cloud) -> None:
    cloud.fake.plan(Fault("download", status=403))

    result = cloud.past.run("job-2", "--only", "mix", "--yes")

    assert result.exit_code == 1
    assert result.stderr.startswith("aiprod: ")
    assert BUCKET in result.stderr
    assert cloud.past.jobs()["job-2"] == ("done", 1)


def test_a_rollback_says_when_the_bucket_does_not_answer(
    cloud: Cloud, canary: tuple[dict[str, Any], list[int | None]]
) -> None:
    cloud.fake.plan(Fault("look_up", status=403))

    result = cloud.past.run("--rollback", canary[0]["id"])

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("aiprod: ")
    assert BUCKET in result.stderr
