import pickle
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from jobs.errors import InvalidInput, StoreUnavailable
from storage.gcs import GcsBlobs, GcsConfig
from tests.fakes.gcs import FakeGcs, Fault

BIG = bytes(range(256)) * (17 << 12)  # 17 MiB: sent in three parts
ALWAYS = 1000
DAY_S = 86_400.0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    with FakeGcs("a-bucket").serving() as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake
        assert fake.complaints == []


@pytest.fixture
def config(tmp_path: Path) -> GcsConfig:
    return GcsConfig("a-bucket", scratch=tmp_path / "scratch")


@pytest.fixture
def blobs(server: FakeGcs, config: GcsConfig) -> Iterator[GcsBlobs]:
    with closing(config.open()) as opened:
        yield opened


def content_of(server: FakeGcs, name: str) -> bytes:
    return server.bucket.find(name).data


@pytest.mark.parametrize(
    ("fault", "content"),
    [
        pytest.param(Fault("upload", status=503), b"small", id="busy"),
        pytest.param(Fault("upload", status=429), b"small", id="too many requests"),
        pytest.param(Fault("upload", status=408), b"small", id="too slow"),
        pytest.param(Fault("upload", cut_after=400), b"s" * 1000, id="cut"),
        pytest.param(Fault("upload", is_damaged=True), b"small", id="damaged"),
        pytest.param(Fault("upload", is_answer_lost=True), b"small", id="answer lost"),
        pytest.param(Fault("start", status=503), BIG, id="busy at the start of parts"),
        pytest.param(Fault("start", is_answer_lost=True), BIG, id="address of parts lost"),
        pytest.param(Fault("part", status=503), BIG, id="busy between parts"),
        pytest.param(Fault("part", status=410), BIG, id="parts forgotten"),
        pytest.param(Fault("part", status=404), BIG, id="parts unknown"),
        pytest.param(Fault("part", cut_after=3_000_000), BIG, id="cut in a part"),
        pytest.param(Fault("part", kept=1 << 20), BIG, id="a part kept in part"),
        pytest.param(Fault("part", is_damaged=True), BIG, id="a part damaged"),
        pytest.param(Fault("part", is_answer_lost=True), BIG, id="answer to a part lost"),
    ],
)
def test_an_upload_survives_a_fault(
    server: FakeGcs, blobs: GcsBlobs, fault: Fault, content: bytes
) -> None:
    server.plan(fault)

    assert blobs.create("media/one", content) is True

    assert content_of(server, "media/one") == content
    assert blobs.create("media/one", b"other") is False


def test_a_fault_does_not_turn_the_second_writer_into_the_first(
    server: FakeGcs, blobs: GcsBlobs
) -> None:
    blobs.create("media/one", b"first")
    server.plan(Fault("upload", status=503))

    assert blobs.create("media/one", b"first") is False


def test_a_lost_answer_to_the_last_part_means_done(server: FakeGcs, blobs: GcsBlobs) -> None:
    nine = BIG[: 9 << 20]
    server.plan(Fault("part"))
    server.plan(Fault("part", is_answer_lost=True))

    assert blobs.create("media/one", nine) is True

    assert server.operations == ["look_up", "start", "part", "part", "part"]
    assert content_of(server, "media/one") == nine


def test_what_arrives_with_another_checksum_is_sent_again(server: FakeGcs, blobs: GcsBlobs) -> None:
    nine = BIG[: 9 << 20]
    server.plan(Fault("part"))
    server.plan(Fault("part", is_checksum_wrong=True))

    assert blobs.create("media/one", nine) is True

    assert server.operations.count("delete") == 1
    assert content_of(server, "media/one") == nine


def test_what_never_arrives_whole_is_a_failure(server: FakeGcs, blobs: GcsBlobs) -> None:
    server.plan(Fault("upload", is_damaged=True), times=3)

    with pytest.raises(StoreUnavailable, match="media/one did not get into the bucket a-bucket"):
        blobs.create("media/one", b"small")

    assert list(blobs.listed("media/")) == []


def test_a_big_blob_that_exists_is_not_sent(server: FakeGcs, blobs: GcsBlobs) -> None:
    blobs.create("media/one", b"first")

    assert blobs.create("media/one", BIG) is False

    assert server.operations == ["upload", "look_up"]


@pytest.mark.parametrize(
    ("faults", "requests"),
    [
        pytest.param([Fault("download", status=503)], 2, id="busy"),
        pytest.param([Fault("download", is_damaged=True)], 2, id="damaged"),
        pytest.param([Fault("download", cut_after=0)], 2, id="cut before the first byte"),
        pytest.param([Fault("download", cut_after=3_000_000)], 2, id="cut"),
        pytest.param(
            [Fault("download", cut_after=3_000_000), Fault("download", is_damaged=True)],
            3,
            id="cut, and the rest damaged",
        ),
    ],
)
def test_a_download_survives_a_fault(
    server: FakeGcs, blobs: GcsBlobs, faults: list[Fault], requests: int
) -> None:
    blobs.create("media/one", BIG)
    for fault in faults:
        server.plan(fault)

    with blobs.as_file("media/one") as path:
        content = path.read_bytes()

    assert content == BIG
    assert server.operations.count("download") == requests


def test_damage_that_stays_is_a_failure_and_leaves_no_file(
    server: FakeGcs, blobs: GcsBlobs, config: GcsConfig
) -> None:
    blobs.create("media/one", b"content")
    server.plan(Fault("download", is_damaged=True), times=3)

    with (
        pytest.raises(StoreUnavailable, match="media/one comes damaged out of the bucket a-bucket"),
        blobs.as_file("media/one"),
    ):
        pass

    assert config.scratch is not None
    assert list(config.scratch.iterdir()) == []


def test_a_range_survives_a_cut(server: FakeGcs, blobs: GcsBlobs) -> None:
    blobs.create("media/one", BIG)
    server.plan(Fault("download", cut_after=100_000))

    content = b"".join(blobs.open_range("media/one", 1000, 5_000_000))

    assert content == BIG[1000:5_000_000]


def test_a_delete_whose_answer_was_lost_is_no_error(server: FakeGcs, blobs: GcsBlobs) -> None:
    blobs.create("media/one", b"")
    server.plan(Fault("delete", is_answer_lost=True))

    blobs.delete("media/one")

    assert not blobs.exists("media/one")


def test_a_repeated_delete_spares_what_was_written_meanwhile(
    server: FakeGcs, blobs: GcsBlobs, config: GcsConfig
) -> None:
    blobs.create("media/one", b"first")
    with closing(config.open()) as others:
        server.plan(
            Fault(
                "delete",
                is_answer_lost=True,
                meanwhile=lambda: others.create("media/one", b"second"),
            )
        )

        blobs.delete("media/one")

    assert blobs.read("media/one") == b"second"


def test_a_renewal_whose_answer_was_lost_is_no_error(server: FakeGcs, blobs: GcsBlobs) -> None:
    blobs.create("media/one", b"")
    server.bucket.age("media/one", DAY_S)
    server.plan(Fault("patch", is_answer_lost=True))

    assert blobs.renew("media/one")

    [found] = blobs.listed("media/")
    assert time.time() - found.renewed_at < DAY_S / 2


def test_a_young_object_is_not_renewed_again_and_again(server: FakeGcs, blobs: GcsBlobs) -> None:
    blobs.create("media/one", b"")

    for _ in range(3):
        assert blobs.renew("media/one")

    assert "patch" not in server.operations


def test_what_is_removed_before_it_is_renewed_is_gone(
    server: FakeGcs, blobs: GcsBlobs, config: GcsConfig
) -> None:
    blobs.create("media/one", b"")
    server.bucket.age("media/one", DAY_S)
    [found] = blobs.listed("media/")
    with closing(config.open()) as others:
        remove = partial(others.remove, found)
        server.plan(Fault("patch", status=503, meanwhile=remove))

        is_there = blobs.renew("media/one")

    assert is_there is False


def test_what_is_removed_while_it_is_written_again_is_written(
    server: FakeGcs, blobs: GcsBlobs, config: GcsConfig
) -> None:
    blobs.create("media/one", b"same")
    server.bucket.age("media/one", DAY_S)
    [found] = blobs.listed("media/")
    with closing(config.open()) as others:
        remove = partial(others.remove, found)
        server.plan(Fault("look_up", status=503, meanwhile=remove))

        is_made = blobs.create("media/one", b"same")

    assert (is_made, blobs.read("media/one")) == (True, b"same")


CALLS: dict[str, Callable[[GcsBlobs], object]] = {
    "create": lambda blobs: blobs.create("media/one", b""),
    "create from": lambda blobs: blobs.create_from("media/one", Path(__file__)),
    "create big": lambda blobs: blobs.create("media/one", BIG),
    "read": lambda blobs: blobs.read("media/one"),
    "range": lambda blobs: next(blobs.open_range("media/one", 0, 1)),
    "exists": lambda blobs: blobs.exists("media/one"),
    "size": lambda blobs: blobs.size("media/one"),
    "delete": lambda blobs: blobs.delete("media/one"),
    "file": lambda blobs: blobs.as_file("media/one").__enter__(),
    "renew": lambda blobs: blobs.renew("media/one"),
    "list": lambda blobs: list(blobs.listed("media/")),
    "check": lambda blobs: blobs.check(),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


@each_call
def test_a_bucket_that_does_not_exist_is_never_taken_for_an_empty_one(
    server: FakeGcs, call: Callable[[GcsBlobs], object]
) -> None:
    with (
        closing(GcsConfig("no-bucket").open()) as blobs,
        pytest.raises(StoreUnavailable, match="the bucket no-bucket does not exist") as caught,
    ):
        call(blobs)

    assert caught.value.facts == {"status": 404}
    assert caught.value.retryable


@each_call
def test_a_closed_bucket_names_the_role_that_is_missing(
    server: FakeGcs, blobs: GcsBlobs, call: Callable[[GcsBlobs], object]
) -> None:
    for operation in ("upload", "look_up", "download", "list"):
        server.plan(Fault(operation, status=403))

    with pytest.raises(StoreUnavailable, match=r"it needs roles/storage\.objectUser"):
        call(blobs)


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        pytest.param("upload", CALLS["create"], id="create"),
        pytest.param("look_up", CALLS["create big"], id="create big"),
        pytest.param("download", CALLS["read"], id="read"),
        pytest.param("look_up", CALLS["size"], id="size"),
        pytest.param("list", CALLS["list"], id="list"),
    ],
)
def test_patience_ends(server: FakeGcs, operation: str, call: Callable[[GcsBlobs], object]) -> None:
    server.plan(Fault(operation, status=503), times=ALWAYS)

    with (
        closing(GcsConfig("a-bucket", patience_s=0.5).open()) as blobs,
        pytest.raises(StoreUnavailable, match=r"not be used in time \(answer 503\)") as caught,
    ):
        call(blobs)

    assert caught.value.facts == {"status": 503}
    assert server.operations.count(operation) > 1


@pytest.mark.parametrize("call", ["create", "read", "size", "list", "delete"])
def test_a_service_that_falls_silent_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    started = time.monotonic()

    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, says nothing
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with (
            closing(GcsConfig("a-bucket", patience_s=0.5).open()) as blobs,
            pytest.raises(StoreUnavailable, match=r"not be used in time \(ReadTimeout\)"),
        ):
            CALLS[call](blobs)

    assert time.monotonic() - started < 10


def test_a_service_that_is_not_there_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeGcs("a-bucket").serving() as gone:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", gone.url)

    with (
        closing(GcsConfig("a-bucket", patience_s=0.5).open()) as blobs,
        pytest.raises(StoreUnavailable, match=r"not be used in time \(ConnectionError\)"),
    ):
        blobs.read("media/one")


def test_a_machine_without_credentials_is_told_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))

    with pytest.raises(StoreUnavailable, match="has no Google credentials to open the bucket b"):
        GcsConfig("b").open()


def test_the_configuration_travels(server: FakeGcs, blobs: GcsBlobs, config: GcsConfig) -> None:
    blobs.create("media/one", b"content")

    arrived: GcsConfig = pickle.loads(pickle.dumps(config))  # noqa: S301  # our own bytes

    assert arrived == config
    with closing(arrived.open()) as opened:
        assert opened.read("media/one") == b"content"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        pytest.param("media/final.mp4", "video/mp4", id="video"),
        pytest.param("media/captions.vtt", "text/vtt; charset=utf-8", id="captions"),
        pytest.param("media/a.picture", "application/octet-stream", id="no meaning"),
    ],
)
def test_objects_carry_their_content_type(
    server: FakeGcs, blobs: GcsBlobs, name: str, content_type: str
) -> None:
    blobs.create(name, b"")

    assert server.bucket.find(name).content_type == content_type


def test_a_scratch_folder_that_cannot_be_made_is_named(blobs: GcsBlobs, tmp_path: Path) -> None:
    (tmp_path / "scratch").write_text("a file where a folder should be")
    blobs.create("media/one", b"content")

    with pytest.raises(InvalidInput, match="cannot write into"), blobs.as_file("media/one"):
        pass
