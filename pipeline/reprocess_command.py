"""`aiprod reprocess`: many jobs that have ended, run again with the same change."""

import contextlib
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jobs.errors import AiprodError, InvalidInput
from jobs.ids import RANDOM_BYTES, new_id
from jobs.reprocessing import LEFT, Change, Request, Selection, State
from jobs.slate import LOCAL_TENANT
from jobs.wire import plain, sha256, to_json
from pipeline.downloading import check_folder
from pipeline.history_file import read_bytes, read_listed
from pipeline.options import Settings
from pipeline.reprocess_request import change_of, selection_of
from pipeline.telling import BAD_INPUT, DONE, FAILED, INTERRUPTED, print_json
from storage.artefacts import Artefacts
from storage.database import Database, open_database, sqlite_url
from storage.migrate import prepare
from storage.reprocessings import EVERY, Listed, Reprocessing, Reprocessings
from storage.stores import open_blobs

if TYPE_CHECKING:
    from pipeline.outlook import Outlook


@dataclass(frozen=True)
class Running:
    """What all ways to run one share."""

    settings: Settings
    out: Path
    side_by_side: int
    processes: int
    report: Path | None
    as_json: bool


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
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it begins.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for finished videos.")] = Path("out"),
    report: Annotated[
        Path | None, typer.Option(help="Where the report goes.", show_default="in --out")
    ] = None,
    side_by_side: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Jobs at a time.", show_default="2 a core")
    ] = None,
    processes: Annotated[
        int, typer.Option(min=0, max=64, help="Worker processes; 0: this one works.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Run jobs that have ended again, changed or by newer stages; their videos of before stay.

    The same command again goes on with what it began.
    """
    from pipeline.cli import read_settings

    settings = read_settings()
    running = Running(
        settings, out, side_by_side or 2 * settings.workers, processes, report, as_json
    )
    try:
        selection = selection_of(
            ids or (),
            status=status,
            since=since,
            until=until,
            preset=preset,
            provider=provider,
            model=model,
            missing=missing,
            quality=quality or (),
            is_stale=stale,
        )
        change = change_of(sets or (), patch, force, only)
        is_new = bool(selection != Selection() or change != Change() or listed or dry_run)
        is_new = is_new or canary is not None or budget is not None
        if (rollback or go_on) and (is_new or (rollback and go_on)):
            raise InvalidInput(
                f"--{'rollback' if rollback else 'continue'} is about what was begun: give no "
                "jobs and nothing to change, plan or limit beside it"
            )
        content = read_bytes(listed) if listed else None
        if listed and selection != Selection():
            raise InvalidInput("--from says which jobs: give no ids and no conditions beside it")
        listing = sha256(content) if content is not None else None
        request = _sendable(Request(selection, change, tenant, listing, budget))
        jobs = read_listed(str(listed), content) if content is not None else None
        if ids and selection == Selection(selection.ids):
            jobs = tuple(Listed(one) for one in selection.ids)
        if not dry_run:
            _check_places(running)
        with _open_ledger(settings) as database:
            if rollback:
                raise typer.Exit(_roll_back(database, rollback, running))
            if go_on:
                found = _known(database, go_on)
                Reprocessings(database).allow(found.id)
                raise typer.Exit(_work(database, _known(database, go_on), running))
            if dry_run:
                ahead = _outlook(database, request, jobs, settings)
                _tell_outlook(ahead, request, as_json=as_json)
                raise typer.Exit(DONE)
            raise typer.Exit(_begin(database, request, jobs, canary, running, is_sure=yes))
    except AiprodError as error:
        typer.echo(f"aiprod: {error.message}", err=True)
        raise typer.Exit(BAD_INPUT if isinstance(error, InvalidInput) else FAILED) from error


def _sendable(request: Request) -> Request:
    """A request that the ledger can keep. Raises `InvalidInput`."""
    try:
        to_json(request)
    except ValueError as error:
        message = "an option has text that is not UTF-8, or a number that is not finite"
        raise InvalidInput(message) from error
    return request


def _check_places(running: Running) -> None:
    """Raises `InvalidInput` when results could not be written: known before anything is made."""
    check_folder(running.out)
    if running.report:
        if running.report.is_dir():
            raise InvalidInput(f"--report {running.report}: this is a folder; give a file")
        check_folder(running.report.parent)


def _begin(
    database: Database,
    request: Request,
    listed: tuple[Listed, ...] | None,
    canary: int | None,
    running: Running,
    *,
    is_sure: bool,
) -> int:
    reprocessings = Reprocessings(database)
    found = reprocessings.unfinished(request)
    if found is None:
        if not is_sure:
            ahead = _outlook(database, request, listed, running.settings)
            _tell_outlook(ahead, request, as_json=False)
            if not sys.stdin.isatty():
                raise InvalidInput("nothing was done; give --yes to begin, --dry-run to look")
            if not ahead.jobs or not typer.confirm("Begin?"):
                return DONE
        new = new_id("re", time.time(), secrets.token_bytes(RANDOM_BYTES))
        found = reprocessings.begin(new, request, listed, canary or EVERY)
    elif not running.as_json:
        typer.echo(f"{found.id}: going on")
    if not found.jobs and not running.as_json:
        typer.echo("no job matches")
    return _work(database, found, running)


def _outlook(
    database: Database, request: Request, listed: tuple[Listed, ...] | None, settings: Settings
) -> "Outlook":
    from pipeline.outlook import outlook

    artefacts = Artefacts(open_blobs(_store(settings), settings.data / "work"))
    return outlook(request, listed, settings, database, artefacts)


def _tell_outlook(ahead: "Outlook", request: Request, *, as_json: bool) -> None:
    if as_json:
        print_json({**ahead.as_json(), "request": plain(request)})
    else:
        typer.echo("\n".join(ahead.lines()))


def _store(settings: Settings) -> str:
    return f"gs://{settings.bucket}" if settings.bucket else str(settings.data.absolute())


def _work(database: Database, reprocessing: Reprocessing, running: Running) -> int:
    from pipeline.reprocess import Work, work_off, write_report

    reprocessings = Reprocessings(database)
    work = Work(running.settings, running.out, running.side_by_side, running.processes)
    path = running.report or running.out / f"{reprocessing.id}.jsonl"
    teller = _Teller(reprocessing, is_quiet=running.as_json)
    has_ended = work_off(reprocessing, work, database, teller.tell)
    counts = reprocessings.counts(reprocessing.id)
    if not any(counts.get(state) for state in LEFT):
        reprocessings.end(reprocessing.id)
    write_report(database, reprocessing.id, path)
    is_canary = has_ended and reprocessing.allowed < reprocessing.jobs
    if running.as_json:
        numbers = {state.value: counts.get(state, 0) for state in State}
        print_json(
            {"id": reprocessing.id, "jobs": reprocessing.jobs, **numbers, "report": str(path)}
        )
    else:
        typer.echo(f"{reprocessing.id}: {_told(counts)}")
        typer.echo(f"  {path}")
    if is_canary:
        _show_canary(database, reprocessing, running)
    if not has_ended:
        return INTERRUPTED
    return FAILED if counts.get(State.FAILED) or counts.get(State.REFUSED) else DONE


def _show_canary(database: Database, reprocessing: Reprocessing, running: Running) -> None:
    """Shows what the first jobs were and are, and how to go on."""
    from pipeline.canary import comparison, contact_sheet
    from storage.reprocessing_report import report

    blobs = open_blobs(_store(running.settings), running.settings.data / "work")
    folder = running.out / reprocessing.id
    for line in islice(report(database, reprocessing.id), reprocessing.allowed):
        sheet = folder / f"{line.item.job_id}.jpg"
        is_drawn = contact_sheet(line, blobs, running.settings.ffmpeg, sheet)
        typer.echo(f"  {comparison(line)}", err=running.as_json)
        if is_drawn:
            typer.echo(f"    {sheet}", err=running.as_json)
    typer.echo(
        f"  the other {reprocessing.jobs - reprocessing.allowed}: "
        f"aiprod reprocess --continue {reprocessing.id}\n"
        f"  back to before: aiprod reprocess --rollback {reprocessing.id}",
        err=running.as_json,
    )


def _roll_back(database: Database, reprocessing_id: str, running: Running) -> int:
    from pipeline.rolling_back import roll_back

    found = _known(database, reprocessing_id)
    settings = running.settings
    blobs = open_blobs(_store(settings), settings.data / "work")
    root = f"gs://{settings.bucket}" if settings.bucket else str(running.out)
    back, not_back = roll_back(database, found, blobs, root)
    if running.as_json:
        print_json({"id": found.id, "rolled_back": back, "not_rolled_back": not_back})
    else:
        typer.echo(f"{found.id}: {back} jobs show the video of before again")
        for job_id, why in not_back.items():
            typer.echo(f"  {job_id}: {why}")
    return FAILED if not_back else DONE


def _known(database: Database, reprocessing_id: str) -> Reprocessing:
    found = Reprocessings(database).find(reprocessing_id)
    if found is None:
        raise InvalidInput(f"there is no reprocessing {reprocessing_id}")
    return found


@contextlib.contextmanager
def _open_ledger(settings: Settings) -> Iterator[Database]:
    url = settings.database_url or sqlite_url(settings.data)
    with contextlib.closing(open_database(url)) as database:
        prepare(database)
        yield database


def _told(counts: dict[State, int]) -> str:
    told = [f"{counts[state]} {state.value}" for state in State if counts.get(state)]
    return ", ".join(told) or "no jobs"


class _Teller:
    """A line whenever another job has ended; on a terminal the line is written over."""

    def __init__(self, reprocessing: Reprocessing, *, is_quiet: bool) -> None:
        self._jobs, self._is_quiet = reprocessing.allowed, is_quiet
        self._last: Any = None

    def tell(self, counts: dict[State, int]) -> None:
        """Says how many jobs are how far."""
        ended = sum(count for state, count in counts.items() if state not in LEFT)
        if ended == self._last or self._is_quiet:
            return
        self._last = ended
        start, end = ("\r\033[K", "") if sys.stdout.isatty() and ended < self._jobs else ("", "\n")
        sys.stdout.write(f"{start}  {ended} of {self._jobs}: {_told(counts)}{end}")
        sys.stdout.flush()
