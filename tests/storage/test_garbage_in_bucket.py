from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jobs.elements import Ending, Run
from jobs.errors import StoreUnavailable
from jobs.stages import Stage
from storage.database import Database
from storage.gcs import GcsConfig
from tests.fakes.gcs import FakeGcs, Fault
from tests.storage.shop import DAY_S, Shop, key_of

ALWAYS = 1000


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    with FakeGcs("a-bucket", page_size=3).serving() as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake
        assert fake.complaints == []


@pytest.fixture
def shop(
    server: FakeGcs, tmp_path: Path, database: Database, claimed: Callable[..., Run]
) -> Iterator[Shop]:
    """In which a run has made three parts and failed, a day ago."""
    with closing(GcsConfig("a-bucket", "some/prefix", patience_s=5).open()) as blobs:
        shop = Shop(tmp_path, database, claimed, blobs)
        run = shop.claim()
        for what in "abc":
            shop.make(run, what)
        shop.end(run, Ending.FAILED)
        for name in server.bucket.names(""):
            server.bucket.age(name, DAY_S)
        yield shop


def test_garbage_in_a_bucket_goes_unless_somebody_has_found_it(shop: Shop, server: FakeGcs) -> None:
    server.bucket.insert({"name": "elsewhere/mine"}, "text/plain", b"", None)
    shop.artefacts.find(Stage.VOICE, key_of(Stage.VOICE, "b"))

    dry = shop.collect(is_dry=True)
    wet = shop.collect()

    assert dry == wet
    assert wet.removed["voice"].blobs == 4
    assert [shop.has(what) for what in "abc"] == [False, True, False]
    assert "elsewhere/mine" in server.bucket.names("")


def test_a_record_that_cannot_be_read_is_not_taken_for_one_that_names_nothing(
    shop: Shop, server: FakeGcs
) -> None:
    server.plan(Fault("download", status=503), times=ALWAYS)

    with pytest.raises(StoreUnavailable):
        shop.collect()

    assert len(server.bucket.names("")) == 6
