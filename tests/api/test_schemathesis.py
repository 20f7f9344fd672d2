import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL

from storage.database import Database, open_database
from storage.migrate import prepare
from tests.api.attended import TESTER, attended
from tests.api.service import listening, services_over

# What is generated within that time is tested; the run itself takes some more. The second is for a
# machine so busy that something was not reached in the first.
TESTED_S = (15, 120)
LIMIT_S = 300.0
# CPython 3.11 may raise this when the tool parses a function of its own, deep in its stack.
PYTHON_FAULT = "AST constructor recursion depth mismatch"
# Those that do not fit: documents have rules that a schema cannot say, and whoever tries many wrong
# keys is told to wait instead of being refused once more.
UNFIT = "positive_data_acceptance,ignored_auth"


@pytest.fixture
def strict(postgresql_url: URL) -> Iterator[Database]:
    """PostgreSQL, which takes less than SQLite does: no NUL in a text, no number of any length."""
    url = postgresql_url.render_as_string(hide_password=False)
    with closing(open_database(url, pool_size=20)) as opened:
        prepare(opened)
        yield opened


def test_whatever_is_sent_the_service_keeps_to_its_document(
    strict: Database, tmp_path: Path
) -> None:
    services, _rings = services_over(strict, tmp_path / "data")
    service = attended(services)

    operations = {
        operation["operationId"]
        for methods in service.app.openapi()["paths"].values()
        for operation in methods.values()
    }

    with listening(service) as url:
        for tested_s in TESTED_S:
            code, said = examine(url, tmp_path, tested_s)
            missed = operations - {name for name, status in service.answers if status < 400}
            if not missed:
                break

    assert code == 0, said[-20_000:]
    assert " passed" in said
    assert missed == set()
    assert [status for _, status in service.answers if status >= 500] == []


def examine(url: str, folder: Path, tested_s: int) -> tuple[int, str]:
    """Runs Schemathesis on a service; its exit code and what it prints."""
    program = Path(sys.executable).with_name("schemathesis")
    command = [
        *(str(program), "run", f"{url}/openapi.json"),
        *("--header", f"Authorization: {TESTER}"),
        *("--header", "Accept: application/json"),  # events as a list: a stream would not end
        *("--exclude-checks", UNFIT, "--max-time", str(tested_s)),
        *("--workers", "1", "--no-color"),
    ]
    for seed in ("1", "2", "3"):
        done = subprocess.run(  # its own process: it patches much of what others use
            [*command, "--seed", seed],
            cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False,
        )  # fmt: skip
        if PYTHON_FAULT not in done.stdout:
            break
    return done.returncode, done.stdout
