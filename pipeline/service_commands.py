"""Commands that talk to a service: handing in jobs, following them, stopping them."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.operator_commands import dlq_app, keys_app, spending_app, webhooks_app
from pipeline.telling import (
    DONE,
    FAILED,
    INTERRUPTED,
    AsJson,
    Rows,
    SkipWrongRows,
    Url,
    check_rows_given,
    ending_on_errors,
    print_json,
    service_client,
    tell_job_goes_on,
)

if TYPE_CHECKING:
    from pipeline.answers import ListedJob

Job = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job.", show_default=False)]

jobs_app = typer.Typer(name="jobs", help="Jobs of the service.", no_args_is_help=True)


def mount(app: typer.Typer) -> None:
    """Adds all commands that talk to a service."""
    app.command()(submit)
    for group in (jobs_app, dlq_app, keys_app, webhooks_app, spending_app):
        app.add_typer(group)


def submit(
    jobs: Annotated[list[Path], typer.Argument(help="Job files (JSON).", show_default=False)],
    wait: Annotated[bool, typer.Option("--wait", help="Wait, and fetch the videos.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for finished videos.")] = Path("out"),
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change a field: output.quality=draft."),
    ] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(help="The same key with the same job makes one job.")
    ] = None,
    rows: Rows = None,
    skip_wrong_rows: SkipWrongRows = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Hand job files, and the files they name, to the service."""
    from pipeline.submit_command import Order
    from pipeline.submit_command import submit as hand_in

    order = Order(jobs, sets or [], out, wait, idempotency_key, url, as_json)
    with ending_on_errors(as_json):
        check_rows_given(rows, skip_wrong_rows)
    if rows:
        from pipeline.rows_order import RowsOrder
        from pipeline.submit_rows import submit_rows

        with ending_on_errors(as_json):
            rows_order = RowsOrder.of(jobs, rows, sets or [], skip_wrong_rows, as_json)
        raise typer.Exit(submit_rows(order, rows_order))
    raise typer.Exit(hand_in(order))


@jobs_app.command("list")
def list_jobs(
    status: Annotated[str | None, typer.Option(help="Only jobs in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    from pipeline.listing import listed_jobs
    from pipeline.showing import JOB_COLUMNS, job_rows, print_table

    with service_client(url, as_json) as client:
        found = listed_jobs(client, status, limit)
    if as_json:
        print_json([job.as_json() for job in found])
    elif found:
        print_table(JOB_COLUMNS, job_rows(found, datetime.now(UTC)))
    else:
        typer.echo("no jobs")


@jobs_app.command()
def show(
    job: Job,
    document: Annotated[
        bool, typer.Option("--document", help="Print the job document, to submit it again.")
    ] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show a job: its stages, problems and files, and what to do next."""
    from pipeline.showing import describe_job
    from pipeline.watching import read_job

    with service_client(url, as_json) as client:
        found = read_job(client, job, with_document=document)
    if document:
        print_json(found.document)
    elif as_json:
        print_json(found.as_json())
    else:
        typer.echo(describe_job(found))


@jobs_app.command()
def watch(
    job: Job,
    out: Annotated[
        Path | None, typer.Option(help="When it is done, fetch its files into this folder.")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Follow a job until it ends. With --json: a line per event, then one on how it ended."""
    from jobs.states import Status
    from pipeline.awaited import await_job
    from pipeline.downloading import check_folder
    from pipeline.interrupts import repeated_interrupts
    from pipeline.progress import open_display

    display = open_display(sys.stderr if as_json else sys.stdout)
    with service_client(url, as_json, display.note) as client:
        if out:
            check_folder(out)
        display.start("watching", job)
        try:
            with repeated_interrupts():
                awaited = await_job(
                    client, job, out, display,
                    tell=lambda event: print_json(event.as_json()) if as_json else None,
                )  # fmt: skip
        except KeyboardInterrupt:
            display.end()
            tell_job_goes_on(job, out, url)
            raise typer.Exit(INTERRUPTED) from None
        finally:
            display.end()
    if as_json:
        print_json(awaited.as_json())
    else:
        awaited.tell(as_json)
    raise typer.Exit(DONE if awaited.job.status is Status.DONE else FAILED)


@jobs_app.command()
def cancel(
    jobs: Annotated[
        list[str] | None, typer.Argument(metavar="[JOB]...", help="Ids.", show_default=False)
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="All queued jobs made before 2026-03-01T09:30."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Cancel jobs: those named, or all that wait for a worker since before a time."""
    from pipeline.cancelling import cancel_job, chosen_jobs

    with service_client(url, as_json) as client:
        ids = chosen_jobs(client, jobs or [], before, may_ask=not yes)
        answers = []
        for job_id in ids:
            answers.append(cancel_job(client, job_id))
            _tell(answers[-1], as_json)
    if as_json:
        print_json([answer.as_json() for answer in answers])


@jobs_app.command()
def retry(
    job: Job,
    from_stage: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="STAGE", help="Make this stage and what follows from it anew: voice."
        ),
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Run a job again that has ended. What was made before is reused, up to --from."""
    from pipeline.answers import ListedJob
    from pipeline.client import job_path

    body = {"from": from_stage} if from_stage else None
    with service_client(url, as_json) as client:
        found = client.post(ListedJob, job_path(job, "retry"), body, f"job {job}")
    _tell(found, as_json)
    if as_json:
        print_json(found.as_json())


@jobs_app.command()
def approve(job: Job, url: Url = None, as_json: AsJson = False) -> None:
    """Let a job that waits for review go on to its render."""
    from pipeline.answers import ListedJob
    from pipeline.client import job_path

    with service_client(url, as_json) as client:
        found = client.post(ListedJob, job_path(job, "approve"), what=f"job {job}")
    _tell(found, as_json)
    if as_json:
        print_json(found.as_json())


def _tell(job: "ListedJob", as_json: bool) -> None:
    if not as_json:
        asked = ", is asked to stop" if job.cancel_requested and not job.has_ended else ""
        typer.echo(f"{job.id}: {job.status.value}{asked} (run {job.generation})")
