"""What every blob store keeps to: the directory, Google Cloud Storage, and its emulator.

Google's client is real in all but the first; `fake` and `emulator` are what it talks to.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
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
create_only = pytest.mark.parametrize("place", ["directory", "fake", BLIND], indirect=True)


# Nor does it tell another time than that of writing, or remove on conditions.
WITHOUT_AGE = pytest.param(
    "emulator", marks=pytest.mark.skip(reason="the emulator has no preconditions, and no ages")
)
with_age = pytest.mark.parametrize("place", ["directory", "fake", WITHOUT_AGE], indirect=True)

DAY_S = 86_400.0


@dataclass(frozen=True)
class Place:
    """A store, and how a blob of it is made older by a day."""

    location: str
    age: Callable[[str], object]


@pytest.fixture(params=["directory", "fake", "emulator"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    if request.param == "directory":
        root = tmp_path / "store"
        yield Place(str(root), lambda name: make_older(root / name, DAY_S))
    elif request.param == "fake":
        with FakeGcs("a-bucket", page_size=2).serving() as server:
            monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
            yield Place(
                "gs://a-bucket/some/prefix",
                lambda name: server.bucket.age(f"some/prefix/{name}", DAY_S),
            )
            assert server.complaints == []
    else:
        emulator = create_server("127.0.0.1", 0, in_memory=True, default_bucket="a-bucket")
        emulator.start()
        port = emulator._api._httpd.server_port  # it does not tell otherwise
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        yield Place("gs://a-bucket/some/prefix", lambda _name: None)
        emulator.stop()


@pytest.fixture
def location(place: Place) -> str:
    return place.location


def make_older(path: Path, by_s: float) -> None:
    modified = path.stat().st_mtime - by_s
    os.utime(path, (modified, modified))


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

    assert list(blobs.listed("media/")) == []
    source.write_bytes(b"now")
    assert blobs.create_from("media/one", source) is True


def names(blobs: Blobs, prefix: str) -> list[str]:
    return sorted(blob.name for blob in blobs.listed(prefix))


def test_blobs_are_listed_below_a_prefix(blobs: Blobs) -> None:
    wanted = [f"parts/voice/{letter}.json" for letter in "abcde"]  # more than a page of the fake
    for name in (*wanted, "parts-2/f", "media/g"):
        blobs.create(name, b"")

    assert names(blobs, "parts/") == wanted
    assert names(blobs, "parts/voice/") == wanted
    assert names(blobs, "none/") == []


def test_a_listed_blob_tells_its_size_and_when_it_was_written(blobs: Blobs) -> None:
    started = time.time()
    blobs.create("media/one", b"12345")

    [found] = blobs.listed("media/")

    assert (found.name, found.size_bytes) == ("media/one", 5)
    assert started - 1 <= found.renewed_at <= time.time() + 1


def test_a_listing_comes_as_it_is_found(blobs: Blobs) -> None:
    for letter in "abcde":
        blobs.create(f"media/{letter}", b"")

    for blob in blobs.listed("media/"):
        blobs.delete(blob.name)

    assert names(blobs, "media/") == []


@with_age
def test_a_blob_grows_old(blobs: Blobs, place: Place) -> None:
    blobs.create("media/one", b"")
    place.age("media/one")

    [found] = blobs.listed("media/")

    assert time.time() - found.renewed_at >= DAY_S


@with_age
@pytest.mark.parametrize(
    "rely",
    [
        pytest.param(lambda blobs, _path: blobs.renew("media/one"), id="renewed"),
        pytest.param(lambda blobs, _path: blobs.create("media/one", b"x"), id="created"),
        pytest.param(lambda blobs, path: blobs.create_from("media/one", path), id="from a file"),
    ],
)
def test_whoever_relies_on_a_blob_makes_it_new(
    blobs: Blobs, place: Place, tmp_path: Path, rely: Callable[[Blobs, Path], bool]
) -> None:
    path = tmp_path / "source"
    path.write_bytes(b"x")
    blobs.create("media/one", b"x")
    place.age("media/one")
    [old] = blobs.listed("media/")

    rely(blobs, path)

    [new] = blobs.listed("media/")
    assert time.time() - new.renewed_at < DAY_S / 2
    assert blobs.remove(old) is False
    assert blobs.read("media/one") == b"x"


def test_what_is_not_there_cannot_be_renewed(blobs: Blobs) -> None:
    assert blobs.renew("media/none") is False


def test_a_blob_is_removed_as_it_was_listed(blobs: Blobs) -> None:
    blobs.create("media/one", b"")
    [found] = blobs.listed("media/")

    assert blobs.remove(found) is True
    assert blobs.remove(found) is False
    assert names(blobs, "media/") == []


@with_age
def test_a_blob_that_was_written_again_is_not_the_one_that_was_listed(
    blobs: Blobs, place: Place
) -> None:
    blobs.create("media/one", b"")
    place.age("media/one")
    [found] = blobs.listed("media/")
    blobs.delete("media/one")
    blobs.create("media/one", b"")

    assert blobs.remove(found) is False
    assert blobs.exists("media/one")


@with_age
def test_of_renewing_and_removing_at_once_one_wins(blobs: Blobs, place: Place) -> None:
    for number in range(50):
        name = f"media/{number}"
        blobs.create(name, b"")
        place.age(name)
        [found] = [blob for blob in blobs.listed("media/") if blob.name == name]
        barrier = threading.Barrier(2)
        answers: dict[str, bool] = {}
        removing = threading.Thread(
            target=lambda f=found, b=barrier, a=answers: (
                b.wait(60), a.update(removed=blobs.remove(f)),
            )
        )  # fmt: skip
        removing.start()
        barrier.wait(60)
        answers["renewed"] = blobs.renew(name)
        removing.join()

        assert answers["removed"] is not answers["renewed"]
        assert blobs.exists(name) is answers["renewed"]


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


@pytest.mark.parametrize("place", ["directory", "fake"], indirect=True)
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
