import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database, open_database, sqlite_url
from storage.webhooks import Webhooks
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
