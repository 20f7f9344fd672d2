import hashlib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from jobs.errors import InvalidInput
from pipeline.answers import Job
from pipeline.downloading import fetch_files
from pipeline.progress import Lines
from pipeline.refusals import ServiceUnavailable
from tests.pipeline.scripted_service import (
    Caller,
    Reply,
    ScriptedService,
    calling,
    job,
    scripted_service,
)

VIDEO = b"moving pictures " * 1000


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with scripted_service() as running:
        yield running


@pytest.fixture
def caller(service: ScriptedService) -> Iterator[Caller]:
    with calling(service.url) as found:
        yield found


def done(**files: bytes) -> Job:
    listed = [
        {
            "name": name.replace("__", "/").replace("_", "."),
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, content in files.items()
    ]
    return Job.model_validate(job("done", video={"frames": 90, "duration_s": 3.0, "files": listed}))


def fetch(caller: Caller, job: Job, out: Path) -> Path:
    return fetch_files(caller.client, job, out, Lines(StringIO()))


def test_files_are_fetched_and_the_manifest_last(
    service: ScriptedService, caller: Caller, tmp_path: Path
) -> None:
    service.answers(Reply(body=VIDEO), Reply(body=b"part"), Reply(body=b"{}"))

    folder = fetch(caller, done(final_mp4=VIDEO, hls__a_ts=b"part"), tmp_path)

    assert folder == tmp_path / "job-1"
    assert (folder / "final.mp4").read_bytes() == VIDEO
    assert (folder / "hls" / "a.ts").read_bytes() == b"part"
    asked = [request.path.removeprefix("/v1/jobs/job-1/files/") for request in service.requests]
    assert asked == ["final.mp4", "hls/a.ts", "manifest.json"]


def test_a_file_that_is_there_is_not_fetched_again(
    service: ScriptedService, caller: Caller, tmp_path: Path
) -> None:
    (tmp_path / "job-1").mkdir()
    (tmp_path / "job-1" / "final.mp4").write_bytes(VIDEO)
    (tmp_path / "job-1" / "poster.jpg").write_bytes(b"an older one")
    service.answers(Reply(body=b"poster"), Reply(body=b"{}"))

    folder = fetch(caller, done(final_mp4=VIDEO, poster_jpg=b"poster"), tmp_path)

    assert (folder / "poster.jpg").read_bytes() == b"poster"


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_cut_file_is_continued(
    service: ScriptedService, caller: Caller, tmp_path: Path, knows_ranges: bool
) -> None:
    rest = Reply(206, VIDEO[5000:]) if knows_ranges else Reply(200, VIDEO)
    service.answers(Reply(body=VIDEO[:5000], cut=True), rest, Reply(body=b"{}"))

    folder = fetch(caller, done(final_mp4=VIDEO), tmp_path)

    assert (folder / "final.mp4").read_bytes() == VIDEO
    assert service.requests[1].headers["range"] == "bytes=5000-"


def test_a_file_with_another_content_is_refused_and_nothing_is_left(
    service: ScriptedService, caller: Caller, tmp_path: Path
) -> None:
    service.answers(Reply(body=VIDEO[::-1]))

    with pytest.raises(ServiceUnavailable, match="is not what the service announced"):
        fetch(caller, done(final_mp4=VIDEO), tmp_path)

    assert list((tmp_path / "job-1").iterdir()) == []


def test_a_folder_that_takes_no_file_is_told(caller: Caller, tmp_path: Path) -> None:
    (tmp_path / "job-1").write_text("a file, not a folder")

    with pytest.raises(InvalidInput, match=r"cannot write into .*job-1"):
        fetch(caller, done(final_mp4=VIDEO), tmp_path)


@pytest.mark.parametrize("name", ["../final.mp4", "/etc/passwd", "a/../b", "a\\b", ".bashrc", ""])
def test_names_of_files_that_lead_elsewhere_are_not_taken(name: str) -> None:
    listed = [{"name": name, "size_bytes": 1, "sha256": "0" * 64}]
    video = {"frames": 90, "duration_s": 3.0, "files": listed}

    with pytest.raises(ValueError, match="name"):
        Job.model_validate(job("done", video=video))
