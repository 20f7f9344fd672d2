"""What `aiprod submit --rows` does: hands in the job of each row, and waits when asked to."""

import sys
import time
from collections import deque

import typer

from jobs.errors import AiprodError, InvalidInput
from jobs.states import Status
from jobs.uri import Place
from jobs.wire import canonical, sha256
from pipeline.awaited import await_job
from pipeline.client import Client
from pipeline.downloading import check_folder
from pipeline.ingest import JobFile, named_files
from pipeline.interrupts import repeated_interrupts
from pipeline.progress import Display, open_display
from pipeline.row_jobs import RowJob, RowJobs
from pipeline.row_results import Results, open_results
from pipeline.rows_order import RowsOrder, end_with
from pipeline.submit_command import Order, is_of_one_job
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


def submit_rows(order: Order, rows: RowsOrder) -> int:
    """Hands in the job of each row, after all were checked. Returns the exit code.

    The same row is handed in under the same idempotency key, so that running this again makes no
    second job of it.
    """
    display = open_display(sys.stdout if order.waits and not order.as_json else sys.stderr)
    with service_client(order.url, order.as_json, display.note) as client:
        try:
            # Who is configured is for the service to say: it refuses what it cannot make.
            jobs = rows.jobs(None, (Place.WEB, Place.BUCKET, Place.UPLOAD))
            rows.check(jobs, "nothing was submitted")
            if order.waits:
                check_folder(order.out)
            with open_results(order.out, jobs) as results:
                code = _Submission(order, jobs, results, client, display).run()
        except InvalidInput as error:
            return end_with(error, as_json=order.as_json)
    told = ", ".join(f"{count:,} {status}" for status, count in results.counts.items())
    typer.echo(f"{rows.rows}: {told}\n  {results.path}", err=order.as_json or not order.waits)
    if order.as_json:
        print_json({"file": str(rows.template), **results.as_json()})
    return code


def row_key(job: RowJob, file: JobFile, prefix: str | None) -> str:
    """Idempotency key of a row: of its id, if it has one, and its job with the files it names.

    Not of its number: rows that are put before others make no second jobs of those.

    Args:
      prefix: The user's, to make other jobs of the same rows.
    """
    submission = named_files(file)
    inputs = sorted([one.original, one.blob] for one in submission.inputs)
    return f"row-{sha256(canonical([prefix, job.row.id, submission.document, inputs]))}"


class _Submission:
    """Rows on their way to the service, and back as videos."""

    def __init__(
        self, order: Order, jobs: RowJobs, results: Results, client: Client, display: Display
    ) -> None:
        self._order = order
        self._jobs = jobs
        self._results = results
        self._client = client
        self._display = display
        self._waiting: deque[tuple[RowJob, str]] = deque()  # with ids of jobs
        self._code = DONE

    def run(self) -> int:
        try:
            with repeated_interrupts():
                if self._hand_in() and self._order.waits:
                    self._wait()
        except KeyboardInterrupt:
            self._display.end()
            typer.echo("aiprod: interrupted; run the same command again to go on", err=True)
            self._tell_what_goes_on()
            return INTERRUPTED
        return self._code

    def _hand_in(self) -> bool:
        """Hands in all rows; false when what happened would happen to the next one, too."""
        submitter = Submitter(self._client)
        for job in self._jobs:
            if job.file is None:
                self._results.skip(job)
                continue
            try:
                key = row_key(job, job.file, self._order.idempotency_key)
                accepted = submitter.submit(job.file, key)
            except AiprodError as error:
                self._failed(job, None, error)
                if not is_of_one_job(error):
                    self._tell_what_goes_on()
                    return False
                continue
            if self._order.waits:
                # Only what is needed: a hundred thousand documents would fill the memory.
                self._waiting.append((RowJob(job.row, None), accepted.id))
                continue
            self._results.add(job, {"id": accepted.id, "status": accepted.status.value})
            if not self._order.as_json:
                typer.echo(accepted.id)
        return True

    def _wait(self) -> None:
        since = time.monotonic()
        while self._waiting:
            job, job_id = self._waiting[0]
            self._display.start(self._jobs.label(job.row), job_id)
            try:
                awaited = await_job(
                    self._client, job_id, self._order.out, self._display, since=since
                )
            except AiprodError as error:
                self._display.end()
                self._failed(job, job_id, error)
                self._tell_what_goes_on()
                return
            self._display.end()
            self._waiting.popleft()
            self._results.add(job, awaited.as_json())
            awaited.tell(self._order.as_json)
            if awaited.job.status is not Status.DONE:
                self._code = self._code or FAILED

    def _failed(self, job: RowJob, job_id: str | None, error: AiprodError) -> None:
        status = "invalid" if isinstance(error, InvalidInput) else "failed"
        self._results.add(job, {"id": job_id, "status": status, **error_json(error)})
        complain(error, self._jobs.label(job.row))
        self._code = max(self._code, exit_code(error))

    def _tell_what_goes_on(self) -> None:
        if self._waiting:
            _job, job_id = self._waiting[0]
            tell_job_goes_on(job_id, self._order.out, self._order.url)
        if len(self._waiting) > 1:
            typer.echo(f"aiprod: so do {len(self._waiting) - 1:,} more", err=True)
