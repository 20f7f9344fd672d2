"""Mistakes in what is given to `aiprod reprocess`: a sentence and exit code 2, before anything."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from jobs.ids import new_id
from pipeline.cli import app
from storage.database import open_database, sqlite_url
from storage.migrate import prepare

Reprocess = Callable[..., Result]
KNOWN = new_id("re", 0.0, bytes(10))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty ledger."""
    folder = tmp_path_factory.mktemp("data")
    with contextlib.closing(open_database(sqlite_url(folder))) as database:
        prepare(database)
    return folder


@pytest.fixture
def reprocess(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reprocess:
    monkeypatch.setenv("AIPROD_DATA", str(data))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["reprocess", *arguments])

    return run


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--status", "queued"], "--status 'queued': give cancelled, done or failed"),
        (["--preset", "x"], "--preset 'x': give quick_social, brand_campaign or premium_spot"),
        (["--since", "May"], "--since 'May' is no date; give one such as 2026-01-31"),
        (["--until", "2026-02-30"], "--until '2026-02-30' is no date"),
        (
            ["--since", "2026-05-02", "--until", "2026-05-01"],
            "--since 2026-05-02 is not before --until 2026-05-01",
        ),
        (["--quality", "lufs=-20"], "--quality 'lufs=-20': give a condition such as 'lufs<-20'"),
        (["--quality", "colour<3"], "of lufs, peak_dbtp"),
        (["--quality", "lufs<" + "9" * 400], "a number that is not finite"),
        (["--missing", "sound"], "--missing sound: no such stage"),
        (["--missing", ","], "--missing ,: give one stage"),
        (["--missing", "voice,music"], "--missing voice,music: give one stage"),
        (["--force", "voice,colour"], "--force colour: no such stage; give some of script"),
        (["--only", "x"], "--only x: no such stage"),
        (["--set", "music"], "--set 'music' is not path=value, such as"),
        (["--set", "title=\udcff"], "an option has text that is not UTF-8"),
        (["--budget", "inf"], "--budget inf: give a finite number of US dollars"),
        (["--patch", "none.json"], "none.json: cannot be read: No such file or directory"),
        (["--patch", "list.json"], "list.json: [1] is no object of fields to change"),
        (["--patch", "broken.json"], "The JSON is broken in line 1"),
        (["--patch", "nan.json"], "nan.json: title is NaN"),
        (["--from", "none.jsonl"], "none.jsonl: cannot be read"),
        (["--from", "."], ".: cannot be read: Is a directory"),
        (["--from", "jobs.jsonl", "--status", "done"], "--from says which jobs: give no ids"),
        (["--from", "jobs.jsonl", "job-2"], "--from says which jobs: give no ids"),
        (["Job 1"], '"Job 1" is no id of a job'),
        (["job-1"] * 1001, "1,001 ids; give more than 1,000 in a file, by --from"),
        (["--continue", KNOWN], f"there is no reprocessing {KNOWN}"),
        (["--rollback", KNOWN], f"there is no reprocessing {KNOWN}"),
        (["--rollback", KNOWN, "--dry-run"], "--rollback is about what was begun"),
        (["--continue", KNOWN, "--set", "title=x"], "--continue is about what was begun"),
        (["--continue", KNOWN, "--rollback", KNOWN], "--rollback is about what was begun"),
        (["--yes", "--out", "list.json"], "cannot write into list.json: File exists"),
        (["--yes", "--report", "."], "--report .: this is a folder; give a file"),
        (["--yes", "--report", "list.json/x"], "cannot write into list.json: File exists"),
        ([], "nothing was done; give --yes to begin, --dry-run to look"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_a_sentence(
    reprocess: Reprocess, tmp_path: Path, arguments: list[str], told: str
) -> None:
    for name, content in (
        ("list.json", "[1]"), ("broken.json", "{"), ("nan.json", '{"title": NaN}'),
        ("jobs.jsonl", "job-1"),
    ):  # fmt: skip
        (tmp_path / name).write_text(content)

    result = reprocess(*arguments)

    assert told in result.stderr
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_a_query_that_nothing_matches_is_done(reprocess: Reprocess, tmp_path: Path) -> None:
    result = reprocess("--status", "failed", "--yes")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "no job matches"
    assert "0 of 0" not in result.stdout
    (report,) = (tmp_path / "out").glob("re-*.jsonl")
    assert report.read_text() == ""
