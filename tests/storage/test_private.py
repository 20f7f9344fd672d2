import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.signed_links import open_link_signer
from pipeline.options import Settings
from pipeline.workshop import studio_config
from storage.database import open_database, sqlite_url
from storage.migrate import prepare
from storage.webhooks import Webhooks


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """As on most machines: what a process makes, everybody may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_embedded_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with contextlib.closing(open_database(sqlite_url(data))) as database:
        prepare(database)
        Webhooks(database).rotate_secret("acme")

        modes = {path.name: mode_of(path) for path in data.glob("aiprod.db*")}

    assert mode_of(data) == 0o700
    assert set(modes) == {"aiprod.db", "aiprod.db-wal", "aiprod.db-shm"}
    assert set(modes.values()) == {0o600}


def test_a_database_that_everybody_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "aiprod.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE kept (what)")
        before = {one: mode_of(one) for one in tmp_path.glob("aiprod.db*")}

        open_database(sqlite_url(tmp_path)).close()

        assert len(before) == 3
        assert set(before.values()) == {0o644}
        assert {mode_of(one) for one in before} == {0o600}
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_folder_that_is_there_stays_as_its_owner_made_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o750)

    sqlite_url(data)

    assert mode_of(data) == 0o750


def test_a_data_folder_beside_another_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    elsewhere = {"DATABASE_URL": "postgresql://db/aiprod"}
    of_worker, of_api = tmp_path / "worker", tmp_path / "api"
    settings = Settings.from_environment({**elsewhere, "AIPROD_DATA": str(of_worker)})

    studio_config(settings, tmp_path / "out")
    open_link_signer(None, of_api)

    assert (mode_of(of_worker), mode_of(of_api)) == (0o700, 0o700)
