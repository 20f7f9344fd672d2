import threading
from pathlib import Path

import pytest

from jobs.errors import InvalidInput
from storage.directory import DirectoryBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> DirectoryBlobs:
    return DirectoryBlobs(tmp_path / "store")


def test_what_was_written_is_read(blobs: DirectoryBlobs) -> None:
    assert blobs.create("media/ab/one.bin", b"content") is True

    assert blobs.read("media/ab/one.bin") == b"content"


def test_the_first_writer_of_a_name_wins(blobs: DirectoryBlobs) -> None:
    blobs.create("media/one", b"first")

    assert blobs.create("media/one", b"second") is False
    assert blobs.read("media/one") == b"first"


def test_of_many_writers_at_once_one_wins(blobs: DirectoryBlobs) -> None:
    barrier = threading.Barrier(8)
    won: list[bytes] = []

    def write(content: bytes) -> None:
        barrier.wait()
        if blobs.create("media/one", content):
            won.append(content)

    threads = [threading.Thread(target=write, args=(bytes([n]) * 1000,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert won == [blobs.read("media/one")]


def test_a_file_is_stored_by_copy(blobs: DirectoryBlobs, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"a")
    blobs.create_from("media/one", source)

    source.write_bytes(b"b")

    assert blobs.read("media/one") == b"a"


def test_an_unknown_name_has_no_content(blobs: DirectoryBlobs) -> None:
    assert blobs.read("media/none") is None
    with pytest.raises(InvalidInput, match="gone"), blobs.as_file("media/none"):
        pass


def test_names_are_listed_below_a_prefix(blobs: DirectoryBlobs) -> None:
    for name in ("parts/voice/a.json", "parts/voice/b.json", "media/c"):
        blobs.create(name, b"")

    assert sorted(blobs.names("parts/")) == ["parts/voice/a.json", "parts/voice/b.json"]


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "a/../../b", "a//b", "a", "", "a/.hidden", "a/b\0"]
)
def test_names_cannot_leave_the_store(blobs: DirectoryBlobs, name: str) -> None:
    with pytest.raises(ValueError, match="not a blob name"):
        blobs.read(name)


def test_failed_writes_leave_nothing_behind(blobs: DirectoryBlobs, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        blobs.create_from("media/one", tmp_path / "missing")

    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []
