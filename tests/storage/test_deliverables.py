import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.errors import Cancelled, InvalidInput, StoreUnavailable
from storage.deliverables import deliver
from tests.fakes.gcs import FakeGcs, Fault


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "made.mp4"
    path.write_bytes(b"video")
    return path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    with FakeGcs("a-bucket").serving() as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake
        assert fake.complaints == []


def test_files_and_manifest_land_in_the_jobs_folder(tmp_path: Path, video: Path) -> None:
    where = deliver(str(tmp_path / "out"), "job", "1", {"final.mp4": video}, {"id": "job"})

    folder = tmp_path / "out" / "job"
    assert (folder / "final.mp4").read_bytes() == b"video"
    assert json.loads(Path(where).read_text()) == {"id": "job"}


def test_a_later_run_replaces_the_files_of_an_earlier_one(tmp_path: Path, video: Path) -> None:
    out = str(tmp_path / "out")
    first = {"final.mp4": video, "captions.srt": video}
    deliver(out, "job", "1", first, {"files": dict.fromkeys(first, "hash")})
    (tmp_path / "out" / "job" / "my-notes.txt").write_text("of the user")

    deliver(out, "job", "2", {"final.mp4": video}, {"files": {"final.mp4": "hash"}})

    names = sorted(path.name for path in (tmp_path / "out" / "job").iterdir())
    assert names == ["final.mp4", "manifest.json", "my-notes.txt"]


def test_files_of_variants_lie_in_folders_of_their_own(tmp_path: Path, video: Path) -> None:
    out, folder = str(tmp_path / "out"), tmp_path / "out" / "job"
    first = {"fr-9x16/final.mp4": video, "ar-9x16/final.mp4": video}
    deliver(out, "job", "1", first, {"files": dict.fromkeys(first, "hash")})

    deliver(out, "job", "2", {"ar-9x16/final.mp4": video}, {"files": {"ar-9x16/final.mp4": "hash"}})

    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
    assert names == ["ar-9x16", "ar-9x16/final.mp4", "manifest.json"]


def test_a_stream_lies_in_a_folder_and_goes_with_it(tmp_path: Path, video: Path) -> None:
    out, folder = str(tmp_path / "out"), tmp_path / "out" / "job"
    first = {"fr/hls/720p.mp4": video, "hls/720p.mp4": video}
    deliver(out, "job", "1", first, {"files": dict.fromkeys(first, "hash")})
    (folder / "hls" / "my-notes.txt").write_text("of the user")

    deliver(out, "job", "2", {"final.mp4": video}, {"files": {"final.mp4": "hash"}})

    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
    assert names == ["final.mp4", "hls", "hls/my-notes.txt", "manifest.json"]


@pytest.mark.parametrize("name", ["../notes.txt", "a/../../notes.txt", "/notes.txt", "a/b/c/d.txt"])
def test_nothing_is_removed_elsewhere_whatever_a_manifest_names(
    tmp_path: Path, video: Path, name: str
) -> None:
    folder = tmp_path / "out" / "job"
    kept = [tmp_path / "out" / "notes.txt", folder / "a" / "b" / "c" / "d.txt"]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("of the user")
    (folder / "manifest.json").write_text(json.dumps({"files": {name: "hash"}}))

    deliver(str(tmp_path / "out"), "job", "2", {"final.mp4": video}, {})

    assert all(path.exists() for path in kept)


def test_a_run_that_was_frozen_does_not_replace_a_later_one(tmp_path: Path, video: Path) -> None:
    out, files = str(tmp_path / "out"), {"final.mp4": video}
    manifest = {"files": {"final.mp4": "hash"}}
    deliver(out, "job", "2", files, {"run": 2, **manifest})
    video.write_bytes(b"of the first run")

    with pytest.raises(Cancelled, match="run 2 has been delivered"):
        deliver(out, "job", "1", files, {"run": 1, **manifest}, is_late=lambda: True)

    assert (tmp_path / "out" / "job" / "final.mp4").read_bytes() == b"video"
    deliver(out, "job", "2", files, {"run": 2, **manifest})  # a repetition is welcome


def test_files_that_another_ledger_left_are_replaced(tmp_path: Path, video: Path) -> None:
    out, files = str(tmp_path / "out"), {"final.mp4": video}
    deliver(out, "job", "2", files, {"run": 2, "files": {"final.mp4": "hash"}})
    video.write_bytes(b"of a new beginning")

    deliver(out, "job", "1", files, {"run": 1, "files": {"final.mp4": "hash"}})

    assert (tmp_path / "out" / "job" / "final.mp4").read_bytes() == b"of a new beginning"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, video: Path) -> None:
    (tmp_path / "out").write_text("a file where a folder should be")

    with pytest.raises(InvalidInput, match="cannot write into"):
        deliver(str(tmp_path / "out"), "job", "1", {"final.mp4": video}, {})


def test_in_a_bucket_every_run_keeps_its_files(server: FakeGcs, video: Path) -> None:
    where = deliver("gs://a-bucket/out/", "job", "1", {"final.mp4": video}, {"id": "job"})
    deliver("gs://a-bucket/out/", "job", "2", {"final.mp4": video}, {"id": "job"})

    assert where == "gs://a-bucket/out/jobs/job/1/manifest.json"
    assert server.bucket.names("") == [
        "out/jobs/job/1/final.mp4",
        "out/jobs/job/1/manifest.json",
        "out/jobs/job/2/final.mp4",
        "out/jobs/job/2/manifest.json",
    ]
    delivered = server.bucket.find("out/jobs/job/1/final.mp4")
    assert (delivered.data, delivered.content_type) == (b"video", "video/mp4")
    assert json.loads(server.bucket.find("out/jobs/job/1/manifest.json").data) == {"id": "job"}


def test_files_of_variants_are_blobs_below_their_names(server: FakeGcs, video: Path) -> None:
    deliver("gs://a-bucket", "job", "1", {"fr-9x16/final.mp4": video}, {"id": "job"})

    delivered = server.bucket.find("jobs/job/1/fr-9x16/final.mp4")
    assert (delivered.data, delivered.content_type) == (b"video", "video/mp4")


def test_delivering_a_run_again_changes_nothing(server: FakeGcs, video: Path) -> None:
    first = deliver("gs://a-bucket", "job", "1", {"final.mp4": video}, {"seconds": 1.0})
    before = server.bucket.find("jobs/job/1/manifest.json")

    again = deliver("gs://a-bucket", "job", "1", {"final.mp4": video}, {"seconds": 2.0})

    assert again == first
    assert server.bucket.find("jobs/job/1/manifest.json") is before


def test_a_delivery_that_breaks_off_leaves_no_manifest_and_is_completed_later(
    server: FakeGcs, video: Path
) -> None:
    files = {"final.mp4": video, "poster.jpg": video}
    server.plan(Fault("upload"))
    server.plan(Fault("upload", status=403))

    with pytest.raises(StoreUnavailable):
        deliver("gs://a-bucket", "job", "1", files, {})

    assert server.bucket.names("") == ["jobs/job/1/final.mp4"]
    deliver("gs://a-bucket", "job", "1", files, {})
    assert server.bucket.names("") == [
        "jobs/job/1/final.mp4",
        "jobs/job/1/manifest.json",
        "jobs/job/1/poster.jpg",
    ]
