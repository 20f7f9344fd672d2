"""`aiprod reprocess`: many jobs that have ended, run again with the same change."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.slate import LOCAL_TENANT


def reprocess(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[JOB]...", help="Ids.", show_default=False)
    ] = None,
    listed: Annotated[
        str | None,
        typer.Option("--from", help="JSONL or CSV file with ids of jobs, here or gs://."),
    ] = None,
    status: Annotated[str | None, typer.Option(help="done, failed or cancelled.")] = None,
    since: Annotated[str | None, typer.Option(help="Made on that day or later.")] = None,
    until: Annotated[str | None, typer.Option(help="Made before that day.")] = None,
    tenant: Annotated[str, typer.Option(help="Whose jobs.")] = LOCAL_TENANT,
    preset: Annotated[str | None, typer.Option(help="Of that preset.")] = None,
    provider: Annotated[str | None, typer.Option(help="With a part made by that provider.")] = None,
    model: Annotated[str | None, typer.Option(help="With a part made by that model.")] = None,
    quality: Annotated[
        list[str] | None, typer.Option(help="Measured so: 'lufs<-20'.", show_default=False)
    ] = None,
    missing: Annotated[
        str | None, typer.Option(help="Without a part of that stage that was asked for.")
    ] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Made by older stage versions.")] = False,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change a field: music.gain_db=-18."),
    ] = None,
    patch: Annotated[Path | None, typer.Option(help="JSON Merge Patch for each document.")] = None,
    force: Annotated[str | None, typer.Option(help="Stages to make anew: voice,music.")] = None,
    only: Annotated[
        str | None, typer.Option(help="Stages to make anew, when no other part has to be made.")
    ] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="US dollars for all of it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do.")] = False,
    canary: Annotated[
        int | None, typer.Option(min=1, help="Do so many, show them beside what was before.")
    ] = None,
    go_on: Annotated[
        str | None, typer.Option("--continue", metavar="ID", help="Do the rest after a canary.")
    ] = None,
    rollback: Annotated[
        str | None, typer.Option(metavar="ID", help="Show the videos of before again.")
    ] = None,
    cancel: Annotated[
        str | None, typer.Option(metavar="ID", help="End one that was left; videos stay.")
    ] = None,
    list_them: Annotated[
        bool, typer.Option("--list", help="What was begun, and what of it was left.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it begins.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for finished videos.")] = Path("out"),
    report: Annotated[
        Path | None, typer.Option(help="Where the report goes.", show_default="in --out")
    ] = None,
    side_by_side: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Jobs at a time.", show_default="2 a core")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Run jobs that have ended again, changed or by newer stages; their videos of before stay.

    The same command again goes on with what it began.
    """
    from pipeline.cli import read_settings
    from pipeline.reprocess_run import Order, Running
    from pipeline.reprocess_run import reprocess as run

    settings = read_settings()
    conditions = {
        "status": status,
        "since": since,
        "until": until,
        "preset": preset,
        "provider": provider,
        "model": model,
        "missing": missing,
        "quality": quality or (),
        "is_stale": stale,
    }
    order = Order(
        conditions,
        (sets or (), patch, force, only),
        ids or (),
        listed,
        tenant,
        budget,
        canary,
        go_on,
        rollback,
        cancel,
        list_them,
        dry_run,
        yes,
    )
    most = side_by_side or 2 * settings.workers
    raise typer.Exit(run(order, Running(settings, out, most, report, as_json)))
