import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database, open_database, sqlite_url
from storage.migrate import prepare
from storage.webhooks import Webhooks
from tests.api.service import Service, running


@pytest.fixture
def service(database: Database, tmp_path: Path) -> Iterator[Service]:
    """The service on a socket, over either database."""
    with running(database, tmp_path / "data") as found:
        yield found


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Service]:
    """The service over the embedded database, where the database does not matter."""
    data = tmp_path / "data"
    with contextlib.closing(open_database(sqlite_url(data), pool_size=20)) as database:
        prepare(database)
        with running(database, data) as found:
            yield found


@pytest.fixture
def webhooks(tmp_path: Path) -> Iterator[Webhooks]:
    """Over the embedded database, where the database does not matter."""
    with contextlib.closing(open_database(sqlite_url(tmp_path / "data"))) as opened:
        prepare(opened)
        yield Webhooks(opened)
