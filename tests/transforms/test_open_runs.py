import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.document import job_from
from jobs.reprocessing import State
from storage.database import open_database, sqlite_url
from storage.intake import Intake
from storage.migrate import prepare
from tests.storage.archive import TENANT, Archive, asking
from transforms.open_runs import open_run
from transforms.studio import Studio, StudioConfig

DOCUMENT = job_from({"scenes": [{"narration": "One."}]}).model_dump(mode="json")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with contextlib.closing(open_database(sqlite_url(tmp_path))) as database:
        prepare(database)
        yield Archive(database)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    folders = (str(tmp_path), str(tmp_path / "work"), sqlite_url(tmp_path), str(tmp_path / "out"))
    with contextlib.closing(StudioConfig(*folders, None, 1).open()) as opened:
        yield opened


def test_a_job_that_somebody_works_on_is_left_for_later(archive: Archive, studio: Studio) -> None:
    archive.done("job-1", **DOCUMENT)
    begun = archive.begin()  # of a change that changes nothing about what it shows now
    Intake(archive.database).retry(TENANT, "job-1")

    ring = open_run(begun, 1, studio)
    at_work = archive.items()[0].state
    archive.end("job-1")
    later = open_run(begun, 1, studio)

    assert (ring, at_work) == (None, State.WAITING)
    assert (later, archive.items()[0].state) == (None, State.UNCHANGED)


def test_a_run_that_was_opened_before_a_death_is_gone_on_with(
    archive: Archive, studio: Studio
) -> None:
    archive.done("job-1", **DOCUMENT)
    begun = archive.begin(asking(asking().selection, "title=New"))

    first = open_run(begun, 1, studio)
    again = open_run(begun, 1, studio)

    assert first == again
    assert first is not None
    assert archive.base("job-1").generation == 2
