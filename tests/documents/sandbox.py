"""A folder with a service on it, where documented commands are run as a reader would run them."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from jobs.elements import DeadLetter
from jobs.slate import LOCAL_TENANT
from jobs.states import TERMINAL, Status
from storage.catalogue import Catalogue
from storage.database import Database, open_database, sqlite_url
from storage.dead_letters import DeadLetters
from storage.webhooks import Webhooks
from tests.api.service import client_at
from tests.documents.told import REPOSITORY, Told
from tests.fakes.everybody import Fakes, everybody
from tests.pipeline.workers import WAIT_S, until
from tests.warm import AIPROD, Process

EXAMPLES = REPOSITORY / "examples"
SMALL = {"height": 144, "fps": 24, "quality": "draft"}
JOB: dict[str, Any] = {
    "title": "Small",
    "scenes": [{"narration": "One.", "visual": {"type": "color", "color": "#204060"}}],
    "voice": {"provider": "espeak"},
    "music": None,
    "output": SMALL,
}
REVIEWED = {**JOB, "title": "Reviewed", "preset": "premium_spot"}
FROM_REPOSITORY = ("python3", "sed", "git")  # what only reads there
# Targets that need no variables. Of others that are only mentioned, make says what it would run.
COMPLETE = ("help", "licences")
FOREVER = ("serve", "worker")  # until they are told to stop


@dataclass(frozen=True)
class Ran:
    """A command, as it was run, and how it ended."""

    line: str
    code: int
    said: str


@dataclass
class Sandbox:
    """The folder, the service, and what documents call JOB, KEY and so on.

    Attributes:
      done: Jobs that have ended and that no command has changed.
    """

    folder: Path
    url: str
    fakes: Fakes
    database: Database
    client: httpx.Client
    done: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    @property
    def environment(self) -> dict[str, str]:
        key = (self.folder / "aiprod-data" / "api-key").read_text(encoding="ascii").strip()
        return {
            **os.environ, **self.fakes.environment,
            "AIPROD_URL": self.url, "AIPROD_API_KEY": key, "URL": self.url,
        }  # fmt: skip

    def run(self, told: Told) -> Ran:
        """Runs a command of a page, with what stands for something in its place."""
        program, *rest = told.words
        if program == "aiprod":
            return self._aiprod([self._filled(told, word) for word in rest])
        if program == "make":
            is_ready = told.is_whole or rest[0] in COMPLETE
            return self._make(rest if is_ready else ["--dry-run", *rest])
        line = shlex.join(told.words)
        for before, after in (
            ("http://127.0.0.1:8000", self.url),
            ("http://127.0.0.1:PORT", self.fakes.suno.url),
            (" URL/", f" {self.url}/"),
            ("job-...", self.done[0]),
        ):
            line = line.replace(before, after)
        for name in ("URL", "AIPROD_URL", "AIPROD_API_KEY"):
            line = line.replace(f"${name}", self.environment[name])
        line = line.replace("curl ", "curl --silent --show-error --fail ", 1)
        if program == "jq":
            line += " < serve.log"
        where = REPOSITORY if program in FROM_REPOSITORY else self.folder
        return self._ended(["/bin/bash", "-c", line], line, where)

    def _aiprod(self, arguments: list[str]) -> Ran:
        line = shlex.join(["aiprod", *arguments])
        if arguments[0] in FOREVER and "--help" not in arguments:
            return self._until_told(arguments)
        with Process(
            AIPROD, *arguments, cwd=self.folder, env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            said = "".join(process.communicate(WAIT_S))
            return Ran(line, process.wait(), said)

    def _until_told(self, arguments: list[str]) -> Ran:
        """Starts what does not end by itself, beside the service, and tells it to stop."""
        if arguments[0] == "serve":
            kept = [one for one in arguments[1:] if one not in ("--port", "8001", "--no-worker")]
            arguments = ["serve", *kept, "--no-worker", "--port", "0"]
        with Process(
            AIPROD, *arguments, cwd=self.folder, env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            assert process.stdin is not None
            said = process.stdout.readline() if arguments[0] == "serve" else ""
            process.stdin.close()  # by which a worker is told
            process.stdin = None
            if arguments[0] == "serve":
                process.send_signal(signal.SIGTERM)
            said += "".join(process.communicate(WAIT_S))
            return Ran(shlex.join(["aiprod", *arguments]), process.wait(), said)

    def _make(self, words: list[str]) -> Ran:
        """Runs make in the repository with the Python of this test, and nothing in the cloud."""
        given = {word.partition("=")[0] for word in words}
        settings = {
            "PROJECT": "p", "REGION": "europe-west1", "BUCKET": "b", "SUBNETWORK": "s",
            "DRY_RUN": "1",
        }  # fmt: skip
        more = [f"{name}={value}" for name, value in settings.items() if name not in given]
        command = [
            *("make", "--silent", f"--directory={REPOSITORY}", "-o", ".venv/.installed"),
            *("-o", ".venv/.tools", f"BIN={Path(sys.executable).parent}", *words, *more),
        ]
        return self._ended(command, shlex.join(["make", *words]))

    def _ended(self, command: list[str], line: str, where: Path = REPOSITORY) -> Ran:
        done = subprocess.run(
            command, cwd=where, env=self.environment, check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WAIT_S,
        )  # fmt: skip
        return Ran(line, done.returncode, done.stdout)

    # What stands for something.

    def _filled(self, told: Told, word: str) -> str:
        word = word.replace("http://127.0.0.1:8001", self.url)
        return self._placeholders[word](told) if word in self._placeholders else word

    @cached_property
    def _placeholders(self) -> dict[str, Callable[[Told], str]]:
        plain = {
            "JOB.json": "job.json", "TENANT": "acme", "NAME": "farm", "SCOPE": "jobs:read",
            "STAGE": "finish", "TIME": "2026-02-04T10:00Z",
        }  # fmt: skip
        made = {
            "JOB": self._job, "LETTER": self._letter, "KEY": self._key, "WEBHOOK": self._webhook,
            "ID": self._reprocessing, "re-...": self._reprocessing,
        }  # fmt: skip
        one = {name: lambda _told, value=value: value for name, value in plain.items()} | made
        return one | {f"{name}...": value for name, value in one.items()}

    def _job(self, told: Told) -> str:
        if "retry" in told.words:
            return self._taken()
        if "cancel" in told.words:
            return self._submitted(JOB)
        if "approve" in told.words:
            job_id = self._submitted(REVIEWED)
            until(lambda: self._status(job_id) is Status.AWAITING_REVIEW, f"{job_id} to be shown")
            return job_id
        return self.done[0]

    def _taken(self) -> str:
        """A job that has ended, for a command that changes it; the first one stays."""
        if len(self.done) == 1:
            self.make_done(1)
        return self.done.pop()

    def _submitted(self, document: dict[str, Any]) -> str:
        return str(self.client.post("/v1/jobs", json=document).json()["id"])

    def _status(self, job_id: str) -> Status:
        row = Catalogue(self.database).job(LOCAL_TENANT, job_id)
        assert row is not None
        return row.status

    def calm(self) -> None:
        """Cancels what is still made: nobody waits for it."""
        for row in Catalogue(self.database).page(LOCAL_TENANT, limit=100):
            if row.status not in TERMINAL:
                self.client.post(f"/v1/jobs/{row.id}/cancel")

    def make_done(self, count: int) -> None:
        """Lets the service make so many jobs, which have the same parts."""
        made = [self._submitted(JOB) for _ in range(count)]
        for one in made:
            until(lambda job_id=one: self._status(job_id) in TERMINAL, f"{one} to end")
        assert {self._status(one) for one in made} == {Status.DONE}
        self.done += made

    def _letter(self, _told: Told) -> str:
        message = f"no job {next(self.numbers)}".encode()
        return DeadLetters(self.database).record(DeadLetter.of("no JSON", "decode", message)).id

    def _key(self, _told: Told) -> str:
        made = self.client.post("/v1/keys", json={"name": "k", "scopes": ["jobs:read"]})
        return str(made.json()["id"])

    def _webhook(self, _told: Told) -> str:
        name = f"msg_{next(self.numbers)}"
        with self.database.begin() as connection:
            Webhooks(self.database).announce(
                connection, tenant=LOCAL_TENANT, job_id=self.done[0], generation=1, kind="job.done",
                url="https://receiver.invalid/hook", payload={}, message_id=name,
            )  # fmt: skip
        return name

    def _reprocessing(self, told: Told) -> str:
        """One that stands as the command wants it: with a rest, but to be rolled back, without."""
        rest = [] if "--rollback" in told.words else ["--canary", "1"]
        jobs = [self._taken() for _ in ("made", *rest[1:])]
        title = f"title=Again {next(self.numbers)}"
        ran = self._aiprod(["reprocess", *jobs, "--set", title, *rest, "--yes"])
        found = re.search(r"re-[0-9a-z]+", ran.said)
        assert found, ran
        return found[0]


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Sandbox]:
    """Serves in this folder, with stand-ins for whoever is paid, until the end of the block."""
    data = folder / "aiprod-data"
    with everybody() as fakes, (folder / "serve.log").open("wb") as log:
        environment = {**os.environ, **fakes.environment, "AIPROD_SWEEP_S": "0.5"}
        process = Process(
            AIPROD, "serve", "--port", "0",
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found, (folder / "serve.log").read_text()
            key = (data / "api-key").read_text(encoding="ascii").strip()
            database = open_database(sqlite_url(data))
            with (
                contextlib.closing(database),
                client_at(found[0], {"Authorization": f"Bearer {key}"}) as client,
            ):
                yield Sandbox(folder, found[0], fakes, database, client)
        finally:
            process.terminate()
            process.communicate(WAIT_S)


def write_files(folder: Path) -> None:
    """The files that pages name: as they stand there, but with films as small as a stamp."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```json\n(.+?)```", readme, re.S)
    assert shown is not None
    picture = (EXAMPLES / "media" / "shore.jpg").read_bytes()
    for name in ("kettle.jpg", "pool.jpg"):
        (folder / name).write_bytes(picture)
    shutil.copytree(EXAMPLES / "media", folder / "media")
    shutil.copytree(EXAMPLES / "media", folder / "examples" / "media")
    harbour = {**JOB, "scenes": JOB["scenes"] * 4}
    documents = {"job": JOB, "tea": json.loads(shown[1]), "harbour": harbour}
    for name in ("tide-pools", "examples/good-morning-world"):
        documents[name] = json.loads((EXAMPLES / f"{Path(name).name}.json").read_text())
    for name in ("greeting", "card"):
        documents[name] = json.loads((EXAMPLES / "templates" / "greeting.json").read_text())
    for name, document in documents.items():
        scenes = document["scenes"][: 4 if name == "harbour" else 1]
        small = {**document, "scenes": scenes, "music": None, "output": SMALL}
        (folder / f"{name}.json").write_text(json.dumps(small), encoding="utf-8")
    rows = (EXAMPLES / "templates" / "greeting.csv").read_text(encoding="utf-8").splitlines()
    for name in ("greeting", "people"):
        (folder / f"{name}.csv").write_text("\n".join(rows[:2]), encoding="utf-8")
