import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database, open_database, sqlite_url
from storage.webhooks import Webhooks
from tests.api.google import Google, Pair, serving_certificates
from tests.api.service import Service, running


@pytest.fixture
def service(database: Database, tmp_path: Path) -> Iterator[Service]:
    """The service on a socket, over either database."""
    with running(database, tmp_path / "data") as found:
        yield found


@pytest.fixture
def embedded(data_folder: Path) -> Iterator[Service]:
    """The service over the embedded database, where the database does not matter."""
    url = sqlite_url(data_folder)
    with (
        contextlib.closing(open_database(url, pool_size=20)) as database,
        running(database, data_folder) as found,
    ):
        yield found


@pytest.fixture
def webhooks(data_folder: Path) -> Iterator[Webhooks]:
    """Over the embedded database, where the database does not matter."""
    with contextlib.closing(open_database(sqlite_url(data_folder))) as opened:
        yield Webhooks(opened)


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair.make("first")


@pytest.fixture(scope="module")
def other_pair() -> Pair:
    return Pair.make("second")


@pytest.fixture
def google(pair: Pair) -> Iterator[Google]:
    with serving_certificates() as found:
        found.served = {pair.id: pair.certificate}
        yield found
