"""What `aiprod submit` does: hands in job files, and waits for their videos when asked to."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import typer

from jobs.errors import AiprodError, InvalidInput
from jobs.states import Status
from jobs.uri import Place
from pipeline.awaited import await_job
from pipeline.client import Client
from pipeline.downloading import check_folder
from pipeline.ingest import JobFile, read_job_file
from pipeline.interrupts import repeated_interrupts
from pipeline.progress import Display, open_display
from pipeline.refusals import Refused
from pipeline.submitting import Submitter
from pipeline.telling import (
    DONE,
    FAILED,
    INTERRUPTED,
    complain,
    error_json,
    exit_code,
    print_json,
    service_client,
    tell_job_goes_on,
)

_OF_ONE_JOB = (409, 413, 422)  # what the service refuses one job for, and not the next


@dataclass(frozen=True)
class Order:
    """What the command was asked for."""

    files: Sequence[Path]
    sets: Sequence[str]
    out: Path
    waits: bool
    idempotency_key: str | None
    url: str | None
    as_json: bool


class _Stop(Exception):
    """What happened would happen to the next file, too."""


def submit(order: Order) -> int:
    """Hands in all files, then waits for one job after the other. Returns the exit code."""
    # Whoever does not wait, or reads JSON, wants nothing else on standard output.
    display = open_display(sys.stdout if order.waits and not order.as_json else sys.stderr)
    with service_client(order.url, order.as_json, display.note) as client:
        _check(order)
        submission = _Submission(order, client, display)
        try:
            with repeated_interrupts():
                submission.hand_in()
                if order.waits:
                    submission.wait()
        except _Stop:
            submission.tell_what_goes_on()
        except KeyboardInterrupt:
            submission.interrupted()
        submission.print_json()
    return submission.code


def _check(order: Order) -> None:
    if order.idempotency_key and len(order.files) > 1:
        raise InvalidInput(
            f"--idempotency-key stands for one job, and there are {len(order.files)} files: "
            "submit them one by one"
        )
    if order.waits:
        check_folder(order.out)


class _Submission:
    """The jobs of one command: what became of each file, and the exit code that follows."""

    def __init__(self, order: Order, client: Client, display: Display) -> None:
        self.code = DONE
        self._order = order
        self._client = client
        self._display = display
        self._results: list[dict[str, Any]] = []  # one per file, as JSON
        # File, job id, when it was handed in, its result.
        self._waiting: list[tuple[Path, str, float, dict[str, Any]]] = []

    def hand_in(self) -> None:
        submitter = Submitter(self._client)
        for path in self._order.files:
            key = self._order.idempotency_key or uuid4().hex
            result: dict[str, Any] = {"file": str(path), "id": None}
            self._results.append(result)
            try:
                file = _read(path, self._order.sets)
                if file.note:
                    self._display.note(f"note: {path}: {file.note}")
                job = submitter.submit(file, key)
            except AiprodError as error:
                status = "invalid" if isinstance(error, InvalidInput) else "failed"
                result.update(status=status, **error_json(error))
                self._complain(error, path)
                if is_of_one_job(error):
                    continue
                raise _Stop from error
            result.update(id=job.id, status=job.status.value)
            self._waiting.append((path, job.id, time.monotonic(), result))
            if not (self._order.waits or self._order.as_json):
                typer.echo(job.id)

    def wait(self) -> None:
        while self._waiting:
            path, job_id, since, result = self._waiting[0]
            self._display.start(path.name, job_id)
            try:
                awaited = await_job(
                    self._client, job_id, self._order.out, self._display, since=since
                )
            except AiprodError as error:
                self._display.end()
                result.update(error_json(error))
                self._complain(error, path)
                raise _Stop from error
            self._display.end()
            self._waiting.pop(0)
            result.update(awaited.as_json())
            awaited.tell(self._order.as_json)
            if awaited.job.status is not Status.DONE:
                self.code = self.code or FAILED

    def interrupted(self) -> None:
        self._display.end()
        typer.echo("aiprod: interrupted", err=True)
        self.tell_what_goes_on()
        self.code = INTERRUPTED

    def tell_what_goes_on(self) -> None:
        if not self._order.waits:
            return  # nobody waits: it was said already
        for _path, job_id, _since, _result in self._waiting:
            tell_job_goes_on(job_id, self._order.out, self._order.url)

    def print_json(self) -> None:
        if self._order.as_json:
            print_json(self._results[0] if len(self._order.files) == 1 else self._results)

    def _complain(self, error: AiprodError, path: Path) -> None:
        complain(error, "" if error.message.startswith(f"{path}:") else str(path))
        self.code = max(self.code, exit_code(error))


def is_of_one_job(error: AiprodError) -> bool:
    """Whether the next job file may fare better."""
    if isinstance(error, Refused):
        return error.status in _OF_ONE_JOB
    return isinstance(error, InvalidInput)


def _read(path: Path, sets: Sequence[str]) -> JobFile:
    """A job file; it may name uploads, too, which the service has."""
    return read_job_file(path, sets, elsewhere=(Place.WEB, Place.BUCKET, Place.UPLOAD))
