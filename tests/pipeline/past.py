"""A data folder with jobs that have ended, and the command that runs them again."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from jobs.document import job_from
from jobs.message import Ring
from jobs.slate import LOCAL_TENANT
from jobs.states import Status
from jobs.submission import InputFile, Submission
from pipeline.cli import app
from pipeline.execute import execute
from storage.catalogue import Catalogue
from storage.database import Database, open_database, sqlite_url
from storage.intake import Intake
from storage.migrate import prepare
from storage.reprocessings import Item, Reprocessings
from tests.pipeline.conftest import Desk
from tests.warm import Process
from transforms.studio import StudioConfig


@dataclass(frozen=True)
class Past:
    """Jobs of the command line, in a folder with `data` and `out`."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def desk(self) -> Desk:
        return Desk(self.folder)

    def copy(self, folder: Path) -> "Past":
        shutil.copytree(self.folder, folder)
        return Past(folder)

    @contextmanager
    def database(self) -> Iterator[Database]:
        with closing(open_database(sqlite_url(self.data))) as database:
            prepare(database)
            yield database

    def make(
        self,
        documents: dict[str, Any],
        inputs: Sequence[InputFile] = (),
        bucket: str | None = None,
    ) -> None:
        """Renders jobs, by id."""
        studio = StudioConfig(
            bucket or str(self.data), str(self.data / "work"), sqlite_url(self.data),
            bucket or str(self.folder / "out"), None, 2,
        )  # fmt: skip
        with self.database() as database:
            for job_id, document in documents.items():
                whole = job_from(document).model_dump(mode="json")
                Intake(database).put(job_id, Submission(whole, tuple(inputs)), None)
        execute([Ring(job_id).to_bytes() for job_id in documents], studio)

    def run(self, *arguments: str) -> Result:
        """`aiprod reprocess` in this process."""
        return self.invoke("reprocess", *arguments)

    def invoke(self, *arguments: str) -> Result:
        """The command in this process."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AIPROD_DATA", str(self.data))
            patch.chdir(self.folder)
            return CliRunner().invoke(app, arguments)

    def told(self, *arguments: str) -> dict[str, Any]:
        """What it prints as JSON."""
        result = self.run(*arguments, "--yes", "--json")
        assert result.stdout, result.output
        return dict(json.loads(result.stdout))

    def report(self, told: dict[str, Any]) -> list[dict[str, Any]]:
        written = (self.folder / told["report"]).read_text(encoding="utf-8")
        return [json.loads(line) for line in written.splitlines()]

    def start(self, *arguments: str) -> Process:
        """`aiprod reprocess` as a process."""
        return self.desk.start("reprocess", *arguments, "--yes", "--json")

    def jobs(self) -> dict[str, tuple[str, int]]:
        """State and newest run of each job."""
        with self.database() as database:
            rows = Catalogue(database).page(LOCAL_TENANT, limit=100)
        return {row.id: (row.status.value, row.generation) for row in sorted(rows, key=_id)}

    def status(self, job_id: str) -> Status:
        with self.database() as database:
            row = Catalogue(database).job(LOCAL_TENANT, job_id)
        assert row is not None
        return row.status

    def shown(self, job_id: str) -> tuple[int, int]:
        """The run whose video the ledger shows, and that of the files in the folder."""
        manifest = json.loads((self.folder / "out" / job_id / "manifest.json").read_bytes())
        with self.database() as database:
            video = Catalogue(database).video(LOCAL_TENANT, job_id)
        assert video is not None
        film = (self.folder / "out" / job_id / "final.mp4").read_bytes()
        assert hashlib.sha256(film).hexdigest() in video.files["final.mp4"]
        return video.generation, manifest["run"]

    def items(self, reprocessing_id: str) -> list[Item]:
        with self.database() as database:
            return list(Reprocessings(database).items(reprocessing_id))

    def made_twice(self) -> list[str]:
        """Parts that more than one run of their job has made: by stage and key."""
        with closing(sqlite3.connect(self.data / "aiprod.db")) as connection:
            query = (
                "SELECT stage || key FROM parts WHERE status = 'done' "
                "GROUP BY job_id, stage, key HAVING count(*) > 1"
            )
            return [row[0] for row in connection.execute(query)]

    def contents(self) -> tuple[list[str], dict[str, int]]:
        """Everything in the ledger, and names and sizes in the store."""
        with closing(sqlite3.connect(self.data / "aiprod.db")) as connection:
            ledger = list(connection.iterdump())
        files = {
            os.fspath(path.relative_to(self.data)): path.stat().st_size
            for kind in ("parts", "media")
            for path in (self.data / kind).rglob("*")
            if path.is_file()
        }
        return ledger, files


def _id(row: Any) -> str:
    return str(row.id)
