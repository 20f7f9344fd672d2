"""What `aiprod reprocess` asks on a terminal, and what it makes of the answer."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jobs.document import job_from
from pipeline.cli import app
from storage.database import open_database, sqlite_url
from storage.migrate import prepare
from tests.storage.archive import DOCUMENT, TENANT, Archive

Type = Callable[[str], int]
LOUDER = ("--set", "output.loudness=ebu")


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """Two jobs that have ended."""
    monkeypatch.setenv("AIPROD_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with closing(open_database(sqlite_url(tmp_path))) as database:
        prepare(database)
        found = Archive(database)
        for job_id in ("job-a", "job-b"):
            found.done(job_id, **job_from(DOCUMENT).model_dump(mode="json"))
        yield found


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """Types on the terminal that standard input is."""
    ours, theirs = os.openpty()
    with open(theirs, encoding="utf-8") as terminal:  # noqa: PTH123 a descriptor
        monkeypatch.setattr(sys, "stdin", terminal)
        yield lambda text: os.write(ours, text.encode())
    os.close(ours)


def reprocess(*arguments: str) -> int:
    return int(app(["reprocess", "--tenant", TENANT, *arguments], standalone_mode=False))


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        pytest.param("n\n", 0, "nothing was done", id="no"),
        pytest.param("\n", 0, "nothing was done", id="nothing"),
        pytest.param("\x04", 130, "aiprod: interrupted; nothing was done", id="the end"),
    ],
)
def test_it_begins_nothing_before_somebody_says_yes(
    typed: str,
    code: int,
    said: str,
    archive: Archive,
    type_in: Type,
    capsys: pytest.CaptureFixture[str],
) -> None:
    type_in(typed)

    assert reprocess(*LOUDER) == code

    told = capsys.readouterr()
    assert "Run 2 jobs again? [y/N]: " in told.out
    assert (told.out + told.err).splitlines()[-1].removeprefix("Run 2 jobs again? [y/N]: ") == said
    assert archive.reprocessings.newest(TENANT, 1) == ()


def test_a_canary_is_asked_for_by_its_number(
    archive: Archive, type_in: Type, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in("n\n")

    reprocess(*LOUDER, "--canary", "1")

    assert "Run the first of 2 jobs again?" in capsys.readouterr().out
    assert archive.reprocessings.newest(TENANT, 1) == ()


def test_nobody_is_asked_when_nothing_would_be_run(
    archive: Archive, type_in: Type, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in("y\n")

    reprocess("--set", "output.loudness=web")

    assert capsys.readouterr().out.endswith("nothing was done: there is nothing to run again\n")
    assert archive.reprocessings.newest(TENANT, 1) == ()
