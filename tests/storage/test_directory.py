import resource
from pathlib import Path

import pytest

from jobs.errors import InvalidInput, StoreUnavailable
from storage.directory import DirectoryBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> DirectoryBlobs:
    return DirectoryBlobs(tmp_path / "store")


def test_a_file_is_stored_by_copy(blobs: DirectoryBlobs, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"a")
    blobs.create_from("media/one", source)

    source.write_bytes(b"b")

    assert blobs.read("media/one") == b"a"


def test_failed_writes_leave_nothing_behind(blobs: DirectoryBlobs, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    for unreadable in (tmp_path / "missing", folder):
        with pytest.raises(InvalidInput, match="cannot read"):
            blobs.create_from("media/one", unreadable)

    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []


def test_a_store_that_cannot_be_written_is_named(blobs: DirectoryBlobs) -> None:
    blobs.root.write_text("a file where a folder should be")

    with pytest.raises(InvalidInput, match=r"cannot write into .*store"):
        blobs.create("media/one", b"content")
    with pytest.raises(StoreUnavailable, match=r"cannot write into .*store"):
        blobs.check()


def test_a_disk_that_takes_names_but_no_data_is_no_store(blobs: DirectoryBlobs) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        with pytest.raises(StoreUnavailable, match=r"cannot write into .*store"):
            blobs.check()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_check_makes_the_store_and_leaves_nothing_in_it(blobs: DirectoryBlobs) -> None:
    blobs.check()

    assert list(blobs.root.iterdir()) == []
