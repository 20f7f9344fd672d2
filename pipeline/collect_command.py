"""The command that removes what no kept run needs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.telling import AsJson, ending_on_errors, print_json

if TYPE_CHECKING:
    from storage.sweep import Collected

MB = 1_000_000


def gc(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            min=1, help="How many delivered runs of each job stay.", show_default="all of them"
        ),
    ] = None,
    older_than: Annotated[
        str, typer.Option(help="What is younger stays: 90m, 12h, 7d; an hour at least.")
    ] = "7d",
    as_json: AsJson = False,
) -> None:
    """Remove artefacts that no kept run needs. Jobs may run meanwhile."""
    from pipeline.collect import opened_collection, seconds_of
    from pipeline.options import Settings

    with ending_on_errors(as_json):
        settings = Settings.from_environment()
        with opened_collection(settings, keep, seconds_of(older_than), is_dry=dry_run) as opened:
            collected = opened.run()
    if as_json:
        print_json(_as_json(collected, is_dry=dry_run))
    else:
        typer.echo("\n".join(_lines(collected, is_dry=dry_run)))


def _as_json(collected: "Collected", *, is_dry: bool) -> dict[str, Any]:
    return {
        "dry_run": is_dry,
        "blobs": collected.total.blobs,
        "bytes": collected.total.size_bytes,
        "stages": {
            stage: {"blobs": amount.blobs, "bytes": amount.size_bytes}
            for stage, amount in sorted(collected.removed.items())
        },
        "videos": collected.videos,
        "kept": {"blobs": collected.kept.blobs, "bytes": collected.kept.size_bytes},
    }


def _lines(collected: "Collected", *, is_dry: bool) -> list[str]:
    total, kept = collected.total, collected.kept
    verb = "would remove" if is_dry else "removed"
    lines = [f"{verb} {total.blobs:,} blobs, {total.size_bytes / MB:,.1f} MB"]
    lines += [
        f"  {stage:<8} {amount.blobs:>9,} {amount.size_bytes / MB:>12,.1f} MB"
        for stage, amount in sorted(collected.removed.items())
    ]
    if collected.videos:
        offered = "would no longer be offered" if is_dry else "are no longer offered"
        lines.append(f"{collected.videos:,} delivered runs {offered}")
    lines.append(f"kept {kept.blobs:,} blobs, {kept.size_bytes / MB:,.1f} MB")
    return lines
