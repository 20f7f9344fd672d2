"""What every blob store keeps to: the directory, Google Cloud Storage, and its emulator.

Google's client is real in all but the first; `fake` and `emulator` are what it talks to.
"""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from gcp_storage_emulator.server import create_server  # type: ignore[import-untyped]

from jobs.errors import InvalidInput
from storage.blobs import BLOCK_BYTES, Blobs
from storage.stores import open_blobs
from tests.fakes.gcs import FakeGcs

BIG = bytes(range(256)) * (9 << 12)  # 9 MiB: more than Google's client sends in one request

# Measured with gcp-storage-emulator 2026.7.19: it lets a second upload overwrite the first.
BLIND = pytest.param(
    "emulator",
    marks=pytest.mark.xfail(strict=True, reason="the emulator ignores ifGenerationMatch"),
)
create_only = pytest.mark.parametrize("location", ["directory", "fake", BLIND], indirect=True)


@pytest.fixture(params=["directory", "fake", "emulator"])
def location(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    if request.param == "directory":
        yield str(tmp_path / "store")
    elif request.param == "fake":
        with FakeGcs("a-bucket", page_size=2).serving() as server:
            monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
            yield "gs://a-bucket/some/prefix"
            assert server.complaints == []
    else:
        emulator = create_server("127.0.0.1", 0, in_memory=True, default_bucket="a-bucket")
        emulator.start()
        port = emulator._api._httpd.server_port  # it does not tell otherwise
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        yield "gs://a-bucket/some/prefix"
        emulator.stop()


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


@pytest.fixture
def blobs(location: str, scratch: Path) -> Iterator[Blobs]:
    with closing(open_blobs(location, scratch)) as opened:
        yield opened


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\r\n--two\r\n\x00\xff", id="what looks like the end of a part"),
        pytest.param(BIG, id="9 MiB"),
    ],
)
def test_what_was_written_is_read(blobs: Blobs, tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "source"
    source.write_bytes(content)

    assert blobs.create("media/ab/bytes.bin", content) is True
    assert blobs.create_from("media/ab/file.bin", source) is True

    assert blobs.read("media/ab/bytes.bin") == content
    assert blobs.read("media/ab/file.bin") == content
    assert blobs.size("media/ab/file.bin") == len(content)
    assert blobs.exists("media/ab/file.bin")


@create_only
def test_the_first_writer_of_a_name_wins(blobs: Blobs) -> None:
    blobs.create("media/one", b"first")

    assert blobs.create("media/one", b"second") is False
    assert blobs.read("media/one") == b"first"


@create_only
def test_of_many_writers_at_once_one_wins(blobs: Blobs) -> None:
    barrier = threading.Barrier(16)
    won: list[bytes] = []

    def write(content: bytes) -> None:
        barrier.wait(60)
        if blobs.create("media/one", content):
            won.append(content)

    threads = [threading.Thread(target=write, args=(bytes([n]) * 1000,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert won == [blobs.read("media/one")]


def test_a_big_blob_is_not_replaced_either(blobs: Blobs, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(BIG)
    blobs.create("media/one", b"first")

    assert blobs.create_from("media/one", source) is False
    assert blobs.read("media/one") == b"first"


def test_readers_see_all_of_a_blob_or_nothing(blobs: Blobs) -> None:
    writer = threading.Thread(target=blobs.create, args=("media/one", BIG))
    seen: set[int | None] = set()

    writer.start()
    while writer.is_alive():
        content = blobs.read("media/one")
        seen.add(None if content is None else len(content))
    writer.join()

    assert seen <= {None, len(BIG)}
    assert blobs.read("media/one") == BIG


def test_what_is_not_there_has_no_content(blobs: Blobs) -> None:
    assert blobs.read("media/none") is None
    assert blobs.size("media/none") is None
    assert not blobs.exists("media/none")
    with pytest.raises(InvalidInput, match="media/none is gone"), blobs.as_file("media/none"):
        pass
    with pytest.raises(InvalidInput, match="media/none is gone"):
        next(blobs.open_range("media/none", 0, 1))


def test_a_file_that_cannot_be_read_leaves_nothing_and_may_come_later(
    blobs: Blobs, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    with pytest.raises(InvalidInput, match="source"):
        blobs.create_from("media/one", source)

    assert list(blobs.names("media/")) == []
    source.write_bytes(b"now")
    assert blobs.create_from("media/one", source) is True


def test_names_are_listed_below_a_prefix(blobs: Blobs) -> None:
    wanted = [f"parts/voice/{letter}.json" for letter in "abcde"]  # more than a page of the fake
    for name in (*wanted, "parts-2/f", "media/g"):
        blobs.create(name, b"")

    assert sorted(blobs.names("parts/")) == wanted
    assert sorted(blobs.names("parts/voice/")) == wanted
    assert list(blobs.names("none/")) == []


def test_a_deleted_blob_is_gone_and_may_be_written_again(blobs: Blobs) -> None:
    blobs.create("media/one", b"first")

    blobs.delete("media/one")
    blobs.delete("media/one")

    assert blobs.read("media/one") is None
    assert blobs.create("media/one", b"second") is True


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(0, len(BIG), id="everything"),
        pytest.param(0, 1, id="the first byte"),
        pytest.param(len(BIG) - 1, len(BIG), id="the last byte"),
        pytest.param(100, 100, id="nothing"),
        pytest.param(12_345, 3_000_000, id="across requests"),
    ],
)
def test_a_range_comes_in_small_blocks(blobs: Blobs, start: int, end: int) -> None:
    blobs.create("media/one", BIG)

    blocks = list(blobs.open_range("media/one", start, end))

    assert b"".join(blocks) == BIG[start:end]
    assert all(0 < len(block) <= BLOCK_BYTES for block in blocks)


def test_a_blob_as_a_file_leaves_no_copy(blobs: Blobs, scratch: Path) -> None:
    blobs.create("media/ab/one.wav", BIG)

    with blobs.as_file("media/ab/one.wav") as path:
        content, name = path.read_bytes(), path.name

    assert (content, name) == (BIG, "one.wav")
    assert not scratch.exists() or list(scratch.iterdir()) == []


@pytest.mark.parametrize("location", ["directory", "fake"], indirect=True)
@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "a/../../b", "a//b", "a", "", "a/.hidden", "a/b\0"]
)
def test_names_cannot_leave_the_store(blobs: Blobs, name: str) -> None:
    with pytest.raises(ValueError, match="not a blob name"):
        blobs.read(name)
    with pytest.raises(ValueError, match="not a blob name"):
        blobs.create(name, b"")


def test_without_a_key_there_are_no_signed_addresses(blobs: Blobs) -> None:
    url = blobs.signed_url("media/a", filename="a.mp4", content_type="video/mp4", expires_s=60)

    assert url is None


def test_a_store_that_works_passes_its_check(blobs: Blobs) -> None:
    blobs.check()

    blobs.create("media/one", b"")
    blobs.check()
