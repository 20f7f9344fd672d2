"""A video of each row, here and now, one after the other."""

import sys
from pathlib import Path
from typing import Any

import typer

from jobs.errors import AiprodError, InvalidInput
from jobs.states import Status
from pipeline.ingest import JobFile
from pipeline.options import Settings
from pipeline.progress import Display, open_display
from pipeline.render import render_file
from pipeline.row_jobs import RowJob, RowJobs
from pipeline.row_results import Results, open_results
from pipeline.rows_order import RowsOrder, end_with
from pipeline.telling import (
    BAD_INPUT,
    DONE,
    FAILED,
    INTERRUPTED,
    complain,
    print_json,
    tell_rendered,
)


def render_rows(order: RowsOrder, out: Path, settings: Settings) -> int:
    """Renders the job of each row, after all were checked. Returns the exit code.

    A job that fails does not stop the next; what would fail the next, too, does.
    """
    display = open_display(sys.stderr if order.as_json else sys.stdout)
    try:
        jobs = order.jobs(settings.roster.casting())
        order.check(jobs, "nothing was made")
        with open_results(out, jobs) as results:
            code = _Run(order, jobs, results, out, settings, display).all()
    except InvalidInput as error:
        return end_with(error, as_json=order.as_json)
    except KeyboardInterrupt:
        display.end()
        typer.echo("aiprod: interrupted", err=True)
        return INTERRUPTED
    told = ", ".join(f"{count:,} {status}" for status, count in results.counts.items())
    typer.echo(f"{order.rows}: {told}\n  {results.path}", err=order.as_json)
    if order.as_json:
        print_json({"file": str(order.template), **results.as_json()})
    return code


class _Run:
    """Rows on their way to videos."""

    def __init__(
        self,
        order: RowsOrder,
        jobs: RowJobs,
        results: Results,
        out: Path,
        settings: Settings,
        display: Display,
    ) -> None:
        self._jobs = jobs
        self._results = results
        self._out = out
        self._settings = settings
        self._display = display
        self._as_json = order.as_json
        self._skips_wrong = order.skips_wrong

    def all(self) -> int:
        code = DONE
        for job in self._jobs:
            if job.file is None:
                self._results.skip(job)
                if not self._skips_wrong:  # it was right when all rows were checked
                    complain(InvalidInput("the row is wrong by now"), self._jobs.label(job.row))
                    code = BAD_INPUT
                continue
            try:
                result = self._one(job, job.file)
            except InvalidInput as error:
                result = self._refused(job, "invalid", error)
            except AiprodError as error:
                self._refused(job, "failed", error)
                return FAILED
            if result["status"] == Status.CANCELLED.value:
                return INTERRUPTED
            if result["status"] != Status.DONE.value:
                code = code or FAILED
        return code

    def _one(self, job: RowJob, file: JobFile) -> dict[str, Any]:
        label = self._jobs.label(job.row)
        try:
            rendered = render_file(file, label, self._out, self._settings, self._display)
        finally:
            self._display.end()
        result = rendered.as_json()
        self._results.add(job, result)
        tell_rendered(result, self._as_json)
        return result

    def _refused(self, job: RowJob, status: str, error: AiprodError) -> dict[str, Any]:
        result = {"id": None, "status": status, "error": error.message}
        self._results.add(job, result)
        complain(error, self._jobs.label(job.row))
        return result
