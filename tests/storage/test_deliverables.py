import json
from pathlib import Path

import pytest

from jobs.errors import InvalidInput
from storage.deliverables import deliver


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "made.mp4"
    path.write_bytes(b"video")
    return path


def test_files_and_manifest_land_in_the_jobs_folder(tmp_path: Path, video: Path) -> None:
    where = deliver(str(tmp_path / "out"), "job", {"final.mp4": video}, {"id": "job"})

    folder = tmp_path / "out" / "job"
    assert (folder / "final.mp4").read_bytes() == b"video"
    assert json.loads(Path(where).read_text()) == {"id": "job"}


def test_a_later_run_replaces_the_files_of_an_earlier_one(tmp_path: Path, video: Path) -> None:
    out = str(tmp_path / "out")
    first = {"final.mp4": video, "captions.srt": video}
    deliver(out, "job", first, {"files": dict.fromkeys(first, "hash")})
    (tmp_path / "out" / "job" / "my-notes.txt").write_text("of the user")

    deliver(out, "job", {"final.mp4": video}, {"files": {"final.mp4": "hash"}})

    names = sorted(path.name for path in (tmp_path / "out" / "job").iterdir())
    assert names == ["final.mp4", "manifest.json", "my-notes.txt"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, video: Path) -> None:
    (tmp_path / "out").write_text("a file where a folder should be")

    with pytest.raises(InvalidInput, match="cannot write into"):
        deliver(str(tmp_path / "out"), "job", {"final.mp4": video}, {})
