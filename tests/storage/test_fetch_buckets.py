"""Files that are fetched from buckets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from jobs.errors import AiprodError, Cancelled, InputUnreachable, UnsupportedMedia
from storage.fetch import Fetched
from storage.guarded_wire import InputInterrupted
from tests.fakes.gcs import FakeGcs, Fault
from tests.fakes.gcs_objects import Bucket, StoredObject
from tests.storage.fetching import CLIP, LIMIT


@dataclass(frozen=True)
class OddObject(StoredObject):
    """An object whose properties are not what they should be."""

    facts: dict[str, str] = field(default_factory=dict)

    def resource(self, bucket: str) -> dict[str, Any]:
        return super().resource(bucket) | self.facts


@dataclass
class OddBucket(Bucket):
    """A bucket of odd objects."""

    facts: dict[str, str]

    def __post_init__(self) -> None:
        super().__init__("acme-media")

    def find(self, name: str, generation: int | None = None) -> StoredObject:
        return OddObject(**vars(super().find(name, generation)), facts=self.facts)


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    with FakeGcs("acme-media").serving() as fake:
        fake.bucket.insert({"name": "a.mp4"}, "video/mp4", CLIP, None)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake
        assert fake.complaints == []


@pytest.mark.parametrize("name", ["a.mp4", "ads/pool #1?.mp4", "ads/été & 海.mp4"])
def test_an_object_in_a_bucket_is_fetched(
    name: str, bring: Callable[..., Fetched], gcs: FakeGcs
) -> None:
    gcs.bucket.insert({"name": name}, "text/html", CLIP, None)

    fetched = bring(f"gs://acme-media/{name}")

    assert fetched.path.read_bytes() == CLIP
    assert (fetched.suffix, fetched.size_bytes) == (".mp4", len(CLIP))
    assert gcs.operations == ["look_up", "download"]


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        pytest.param("gs://other/a.mp4", "the bucket other is not reachable or not", id="foreign"),
        pytest.param("gs://acme-mediax/a", "the bucket acme-mediax is not reach", id="longer name"),
        pytest.param("gs:///a", "the bucket  is not reachable", id="no bucket"),
        pytest.param("gs://acme-media", "is not the plain name", id="no object"),
        pytest.param("gs://acme-media/", "is not the plain name", id="empty object"),
        pytest.param("gs://acme-media/../other/a", "is not the plain name", id="upwards"),
        pytest.param("gs://acme-media/a/./b", "is not the plain name", id="dot"),
        pytest.param("gs://acme-media/a//b", "is not the plain name", id="gap"),
        pytest.param("gs://acme-media/a\nb", "is not the plain name", id="line break"),
    ],
)
def test_other_buckets_and_odd_names_are_not_asked_for(
    uri: str, said: str, failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    error = failure(uri)

    assert type(error) is InputUnreachable
    assert f": {said}" in error.message
    assert gcs.operations == []


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        pytest.param(
            Fault("look_up", status=404), InputUnreachable, "has no such object", id="gone"
        ),
        pytest.param(
            Fault("look_up", status=403), InputUnreachable, "is closed to this", id="forbidden"
        ),
        pytest.param(
            Fault("download", status=403), InputUnreachable, "is closed to", id="forbidden later"
        ),
        pytest.param(
            Fault("download", status=404), InputInterrupted, "answer 404", id="replaced meanwhile"
        ),
        pytest.param(
            Fault("download", is_damaged=True), UnsupportedMedia, "is not a clip", id="damaged head"
        ),
    ],
)
def test_an_object_that_cannot_be_had_is_told(
    fault: Fault,
    error: type[AiprodError],
    said: str,
    failure: Callable[..., AiprodError],
    gcs: FakeGcs,
) -> None:
    gcs.plan(fault)

    found = failure("gs://acme-media/a.mp4")

    assert type(found) is error
    assert found.message.startswith("gs://acme-media/a.mp4: ")
    assert said in found.message


def test_an_interrupted_object_is_read_on(bring: Callable[..., Fetched], gcs: FakeGcs) -> None:
    gcs.plan(Fault("download", cut_after=1000))

    assert bring("gs://acme-media/a.mp4").path.read_bytes() == CLIP
    assert gcs.operations == ["look_up", "download", "download"]


def test_an_object_whose_rest_came_damaged_is_refused(
    failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    gcs.plan(Fault("download", cut_after=1000))
    gcs.plan(Fault("download", is_damaged=True))

    error = failure("gs://acme-media/a.mp4")

    assert type(error) is InputInterrupted
    assert "came damaged" in error.message


@pytest.mark.parametrize(
    ("facts", "error", "said"),
    [
        pytest.param({"size": str(LIMIT + 1)}, UnsupportedMedia, "is too large", id="too large"),
        pytest.param(
            {"contentEncoding": "gzip"}, InputUnreachable, "stored compressed", id="compressed"
        ),
    ],
)
def test_an_object_that_will_not_do_is_not_downloaded(
    facts: dict[str, str],
    error: type[AiprodError],
    said: str,
    failure: Callable[..., AiprodError],
    gcs: FakeGcs,
) -> None:
    gcs.bucket = OddBucket(facts)
    gcs.bucket.insert({"name": "a.mp4"}, "video/mp4", CLIP, None)

    found = failure("gs://acme-media/a.mp4")

    assert type(found) is error
    assert said in found.message
    assert gcs.operations == ["look_up"]


def test_an_object_that_comes_too_late_is_refused(
    failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    error = failure("gs://acme-media/a.mp4", deadline_s=0.0)

    assert error.message == "gs://acme-media/a.mp4: did not finish within 0 s"
    assert gcs.operations == ["look_up", "download"]


def test_an_object_larger_than_it_said_is_cut_off(
    failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    gcs.bucket = OddBucket({"size": "10"})
    gcs.bucket.insert({"name": "a.mp4"}, "video/mp4", CLIP + bytes(LIMIT), None)

    error = failure("gs://acme-media/a.mp4")

    assert "is too large" in error.message


def test_an_object_that_is_called_off_is_read_no_further(
    failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    gcs.bucket.insert({"name": "a.mp4"}, "video/mp4", CLIP + bytes(1 << 24), None)

    error = failure(
        "gs://acme-media/a.mp4",
        max_bytes=1 << 40,
        is_called_off=lambda: "download" in gcs.operations,
    )

    assert type(error) is Cancelled
    assert gcs.operations == ["look_up", "download"]


def test_an_object_that_is_called_off_is_not_asked_for_again(
    failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    gcs.plan(Fault("look_up", status=503), times=50)

    error = failure("gs://acme-media/a.mp4", is_called_off=lambda: len(gcs.operations) > 1)

    assert type(error) is Cancelled
    assert gcs.operations == ["look_up", "look_up"]
