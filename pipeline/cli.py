"""The `aiprod` command."""

import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from jobs.crash_points import arm
from jobs.errors import AiprodError, InvalidInput
from jobs.logs import configure
from jobs.version import VERSION
from pipeline.collect_command import gc
from pipeline.quick_start import leave_quickly, load_quickly, loaded
from pipeline.reprocess_command import reprocess
from pipeline.service_commands import mount
from pipeline.telling import Rows, SkipWrongRows, check_rows_given, shown, tell_rendered

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="aiprod",
    help="Turns a job file into a finished video: narrated, scored, captioned.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

JobPath = Annotated[Path, typer.Argument(help="Job file (JSON).", show_default=False)]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a field: output.quality=draft."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"aiprod {VERSION}")
        raise typer.Exit


@app.command()
def render(
    jobs: Annotated[list[Path], typer.Argument(help="Job files (JSON).", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for finished videos.")] = Path("out"),
    sets: Sets = None,
    rows: Rows = None,
    skip_wrong_rows: SkipWrongRows = False,
    as_json: AsJson = False,
) -> None:
    """Make the videos of job files, here and now, without a server."""
    _check_rows(rows, skip_wrong_rows)
    if rows:
        from pipeline.render_rows import render_rows

        order = _rows_order(jobs, rows, sets, skip_wrong_rows, as_json)
        raise typer.Exit(render_rows(order, out, read_settings()))
    from jobs.states import Status
    from pipeline.progress import open_display
    from pipeline.render import render as render_job

    settings = read_settings()
    display = open_display(sys.stderr if as_json else sys.stdout)
    results, code = [], DONE
    for path in jobs:
        try:
            result = render_job(path, out, sets or [], settings, display)
        except InvalidInput as error:
            display.end()
            results.append(
                {"id": None, "status": "invalid", "file": str(path), "error": error.message}
            )
            _complain(error)
            code = BAD_INPUT
            continue
        except AiprodError as error:
            display.end()
            results.append(
                {"id": None, "status": "failed", "file": str(path), "error": error.message}
            )
            _complain(error)
            code = code or FAILED
            continue
        display.end()
        results.append({"file": str(path), **result.as_json()})
        tell_rendered(result.as_json(), as_json)
        if result.status is Status.CANCELLED:
            code = INTERRUPTED
            break
        if result.status is not Status.DONE:
            code = code or FAILED
    if as_json:
        typer.echo(json.dumps(results[0] if len(results) == 1 else results, ensure_ascii=False))
    raise typer.Exit(code)


@app.command()
def validate(job: JobPath, sets: Sets = None, rows: Rows = None, as_json: AsJson = False) -> None:
    """Check a job file and the files it names; every mistake is listed at once."""
    if rows:
        from pipeline.validate_rows import validate_rows

        order = _rows_order([job], rows, sets, False, as_json)
        raise typer.Exit(validate_rows(order, read_settings().roster.casting()))
    from pipeline.ingest import read_job_file

    try:
        file = read_job_file(job, sets or [], casting=read_settings().roster.casting())
    except InvalidInput as error:
        if as_json:
            lines = error.message.splitlines()
            typer.echo(json.dumps({"valid": False, "mistakes": lines[1:] or lines}))
        _stop(error)
    if as_json:
        typer.echo(json.dumps({"valid": True, "scenes": len(file.job.scenes or ())}))
    else:
        typer.echo(f"{job}: valid")
    if file.note:
        typer.echo(f"aiprod: note: {shown(file.note)}", err=True)


@app.command()
def plan(
    job: JobPath,
    sets: Sets = None,
    rows: Rows = None,
    skip_wrong_rows: SkipWrongRows = False,
    with_parts: Annotated[bool, typer.Option("--parts", help="List every part.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is there, what would be made and why, length, cost, accounts. Pays nothing."""
    _check_rows(rows, skip_wrong_rows)
    if rows:
        from pipeline.plan_rows import plan_rows

        order = _rows_order([job], rows, sets, skip_wrong_rows, as_json)
        raise typer.Exit(plan_rows(order, read_settings()))
    from pipeline.ingest import read_job_file
    from pipeline.plan import plan as plan_job
    from pipeline.plan_lines import plan_lines

    settings = read_settings()
    try:
        planned = plan_job(
            read_job_file(job, sets or [], casting=settings.roster.casting()), settings
        )
    except InvalidInput as error:
        _stop(error)
    except AiprodError as error:
        _complain(error)
        raise typer.Exit(FAILED) from error
    if as_json:
        typer.echo(json.dumps(planned.job.as_json()))
        return
    for line in plan_lines(str(job), planned, with_parts=with_parts):
        typer.echo(line)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is missing on this machine and how to get it."""
    from dataclasses import asdict

    from pipeline.doctor import examine

    findings = list(examine(read_settings()))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            mark = "ok     " if finding.is_good else "MISSING" if finding.is_needed else "missing"
            typer.echo(f"{mark} {finding.name:<20} {finding.detail}")
            if finding.remedy:
                typer.echo(f"        -> {finding.remedy}")
    bad = any(finding.is_needed and not finding.is_good for finding in findings)
    raise typer.Exit(FAILED if bad else DONE)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="Port to listen on.", show_default="PORT, else 8000")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for finished videos.")] = Path("out"),
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Answer only: a Dataflow job does the work.")
    ] = False,
) -> None:
    """Run the service: HTTP API and worker, on this machine with nothing else installed."""
    from pipeline.serve import serve_here

    settings = read_settings(is_service=True)
    loaded()
    try:
        serve_here(
            settings,
            host,
            settings.port if port is None else port,
            out,
            has_worker=not no_worker,
            say=typer.echo,
        )
    except AiprodError as error:
        _stop(error)


@app.command(hidden=True)
def worker(
    out: Annotated[Path, typer.Option(help="Folder for finished videos.")] = Path("out"),
) -> None:
    """Work on jobs of the service; `serve` starts it, and rings it by its standard input."""
    from pipeline.worker import Worker, attend
    from pipeline.workshop import studio_config

    settings = read_settings(is_service=True)
    loaded()
    attend(Worker(studio_config(settings, out), settings.jobs), sys.stdin.buffer)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the job document."""
    from jobs.document import job_schema

    typer.echo(json.dumps(job_schema(), indent=2, ensure_ascii=False))


app.command()(gc)
mount(app)
app.command()(reprocess)


def main() -> None:
    """Entry point of the `aiprod` program."""
    load_quickly()
    warnings.simplefilter("ignore")  # of libraries; they are for developers, and tests show them
    try:
        app()
    except SystemExit as ended:
        if isinstance(ended.code, int):
            leave_quickly(ended.code)
        raise


def read_settings(*, is_service: bool = False) -> Any:
    """Settings of this command, logging set up by them; ends the command when one is wrong."""
    from pipeline.options import Settings

    try:
        settings = Settings.from_environment()
    except InvalidInput as error:
        _stop(error)
    arm(settings.crash_point)
    as_json = settings.log_format == "json"
    if settings.log_format is None and is_service:
        as_json = not sys.stderr.isatty()
    configure(settings.log_level, as_json, secrets=settings.secrets, project=settings.project)
    if settings.log_level != "DEBUG":
        # What ends a graph is told once, by us, and not by every layer that it passes.
        logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells whole addresses
    return settings


def _check_rows(rows: Path | None, skips_wrong: bool) -> None:
    try:
        check_rows_given(rows, skips_wrong)
    except InvalidInput as error:
        _stop(error)


def _rows_order(
    files: list[Path], rows: Path, sets: list[str] | None, skips_wrong: bool, as_json: bool
) -> Any:
    from pipeline.rows_order import RowsOrder

    try:
        return RowsOrder.of(files, rows, sets or [], skips_wrong, as_json)
    except InvalidInput as error:
        _stop(error)


def _complain(error: AiprodError) -> None:
    first, *more = error.message.splitlines()
    typer.echo("\n  ".join([f"aiprod: {first}", *more]), err=True)


def _stop(error: AiprodError) -> NoReturn:
    _complain(error)
    raise typer.Exit(BAD_INPUT)


if __name__ == "__main__":
    main()
