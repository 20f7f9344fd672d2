"""What `aiprod reprocess` does, in order, and what it says."""

import contextlib
import math
import secrets
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from jobs.errors import AiprodError, InvalidInput
from jobs.ids import RANDOM_BYTES, new_id
from jobs.reprocessing import LEFT, Change, Request, Selection, State
from jobs.wire import plain, sha256, to_json
from pipeline.downloading import check_folder
from pipeline.history_file import read_bytes, read_listed
from pipeline.options import Settings
from pipeline.reprocess_list import numbers_of, standings, told_counts, ways_on
from pipeline.reprocess_request import change_of, selection_of
from pipeline.telling import BAD_INPUT, DONE, FAILED, INTERRUPTED, indented, print_json
from storage.artefacts import Artefacts
from storage.database import Database, open_database, sqlite_url
from storage.migrate import prepare
from storage.reprocessings import EVERY, Listed, Reprocessing, Reprocessings
from storage.stores import open_blobs

if TYPE_CHECKING:
    from pipeline.outlook import Outlook

MOST_NOTED = 3  # of those that were left, and of jobs in trouble; list and report have all
TROUBLED = (State.REFUSED, State.FAILED)


@dataclass(frozen=True)
class Running:
    """What all ways to run one share."""

    settings: Settings
    out: Path
    side_by_side: int
    report: Path | None
    as_json: bool


@dataclass(frozen=True)
class Order:
    """What the command was given; see its options.

    Attributes:
      conditions: Keyword arguments of `selection_of`.
      changes: Arguments of `change_of`.
    """

    conditions: Mapping[str, Any]
    changes: tuple[Sequence[str], Path | None, str | None, str | None]
    ids: Sequence[str]
    listed: str | None
    tenant: str
    budget_usd: float | None
    canary: int | None
    go_on: str | None
    rollback: str | None
    cancel: str | None
    lists: bool
    is_dry: bool
    is_sure: bool


def reprocess(order: Order, running: Running) -> int:
    """Does what was ordered, and says what came of it; returns the exit code."""
    try:
        return _reprocess(order, running)
    except AiprodError as error:
        typer.echo(f"aiprod: {error.message}", err=True)
        return BAD_INPUT if isinstance(error, InvalidInput) else FAILED


def _reprocess(order: Order, running: Running) -> int:
    selection = selection_of(order.ids, **order.conditions)
    change = change_of(*order.changes)
    listed = order.listed
    is_new = bool(selection != Selection() or change != Change() or listed or order.is_dry)
    is_new = is_new or order.canary is not None or order.budget_usd is not None
    about = {
        "--rollback": order.rollback,
        "--continue": order.go_on,
        "--cancel": order.cancel,
        "--list": order.lists,
    }
    given = [option for option, value in about.items() if value]
    if given and (is_new or len(given) > 1):
        raise InvalidInput(
            f"{given[0]} is about what was begun: give no jobs and nothing to change, plan or "
            "limit beside it"
        )
    content = read_bytes(listed) if listed else None
    if listed and selection != Selection():
        raise InvalidInput("--from says which jobs: give no ids and no conditions beside it")
    listing = sha256(content) if content is not None else None
    if order.budget_usd is not None and not math.isfinite(order.budget_usd):
        raise InvalidInput(f"--budget {order.budget_usd}: give a finite number of US dollars")
    request = _sendable(Request(selection, change, order.tenant, listing, order.budget_usd))
    jobs = read_listed(str(listed), content) if content is not None else None
    if order.ids and selection == Selection(selection.ids):
        jobs = tuple(Listed(one) for one in selection.ids)
    if not (order.is_dry or order.lists or order.cancel):
        _check_places(running)
    with _open_ledger(running.settings) as database:
        if order.lists:
            return _tell_list(database, order.tenant, running)
        if order.cancel:
            return _call_off(database, order.cancel, running)
        if order.rollback:
            return _roll_back(database, order.rollback, running)
        if order.go_on:
            found = _known(database, order.go_on)
            Reprocessings(database).allow(found.id)
            return _work(database, _known(database, order.go_on), running)
        if order.is_dry:
            ahead = _outlook(database, request, jobs, running.settings)
            _tell_outlook(ahead, request, as_json=running.as_json)
            return DONE
        return _begin(database, request, jobs, order.canary, running, is_sure=order.is_sure)


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
            _tell_left(reprocessings, request.tenant, running)
            if not sys.stdin.isatty():
                raise InvalidInput("nothing was done; give --yes to begin, --dry-run to look")
            if ahead.is_idle:
                typer.echo("nothing was done: there is nothing to run again")
                return DONE
            if (code := _asked(ahead.jobs, canary)) is not None:
                return code
        new = new_id("re", time.time(), secrets.token_bytes(RANDOM_BYTES))
        found = reprocessings.begin(new, request, listed, canary or EVERY)
    elif not running.as_json:
        typer.echo(f"{found.id}: going on")
    if not found.jobs and not running.as_json:
        typer.echo("no job matches")
    return _work(database, found, running, is_canary=canary is not None)


def _asked(jobs: int, canary: int | None) -> int | None:
    """Asks whether to begin; the exit code when not."""
    from pipeline.outlook import jobs_told

    first = ""
    if canary and canary < jobs:
        first = "the first of " if canary == 1 else f"the first {canary:,} of "
    try:
        if typer.confirm(f"Run {first}{jobs_told(jobs)} again?"):
            return None
    except typer.Abort:  # Ctrl-C or the end of what is typed
        typer.echo("\naiprod: interrupted; nothing was done", err=True)
        return INTERRUPTED
    typer.echo("nothing was done")
    return DONE


def _tell_left(reprocessings: Reprocessings, tenant: str, running: Running) -> None:
    """Says what else was begun and left: its jobs wait for somebody."""
    found = standings(reprocessings, running.settings.data, tenant)
    for standing in [one for one in found if one.was_left][:MOST_NOTED]:
        typer.echo(f"note: {standing.note}: aiprod reprocess --list", err=True)


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


def _work(
    database: Database, reprocessing: Reprocessing, running: Running, *, is_canary: bool = False
) -> int:
    from pipeline.reprocess import Work, work_off, write_report

    reprocessings = Reprocessings(database)
    work = Work(running.settings, running.out, running.side_by_side)
    path = running.report or running.out / f"{reprocessing.id}.jsonl"
    teller = _Teller(reprocessing, is_quiet=running.as_json)
    try:
        has_ended = work_off(reprocessing, work, database, teller.tell)
    finally:
        teller.end()
    counts = reprocessings.counts(reprocessing.id)
    if not _left(counts):
        reprocessings.end(reprocessing.id)
    write_report(database, reprocessing.id, path)
    is_canary = is_canary or reprocessing.allowed < reprocessing.jobs
    if running.as_json:
        numbers = numbers_of(counts)
        print_json(
            {"id": reprocessing.id, "jobs": reprocessing.jobs, **numbers, "report": str(path)}
        )
    else:
        typer.echo(f"{reprocessing.id}: {told_counts(counts)}")
        _tell_trouble(database, reprocessing.id, counts)
        typer.echo(f"  {path}")
    if is_canary and has_ended:
        _show_canary(database, reprocessing, running, counts)
    if not has_ended:
        typer.echo("\n".join(ways_on(reprocessing.id, _left(counts))), err=running.as_json)
        return INTERRUPTED
    return FAILED if counts.get(State.FAILED) or counts.get(State.REFUSED) else DONE


def _left(counts: Mapping[State, int]) -> int:
    """How many jobs have not ended."""
    return sum(counts.get(state, 0) for state in LEFT)


def _tell_trouble(database: Database, reprocessing_id: str, counts: Mapping[State, int]) -> None:
    """Says of the first jobs that were refused or failed why."""
    from storage.reprocessing_report import report

    if not (count := sum(counts.get(state, 0) for state in TROUBLED)):
        return
    troubled = (one for one in report(database, reprocessing_id) if one.item.state in TROUBLED)
    for line in islice(troubled, MOST_NOTED):
        typer.echo(f"  {line.item.place or line.item.job_id}: {indented(line.why)}")
    if (more := count - MOST_NOTED) > 0:
        typer.echo(f"  and {more:,} more, in the report")


def _show_canary(
    database: Database,
    reprocessing: Reprocessing,
    running: Running,
    counts: Mapping[State, int],
) -> None:
    """Shows what the first jobs were and are, and how to go on, or back if there is a way back."""
    from pipeline.canary import comparison, contact_sheet
    from storage.reprocessing_report import report

    blobs = open_blobs(_store(running.settings), running.settings.data / "work")
    folder = running.out / reprocessing.id
    for line in islice(report(database, reprocessing.id), reprocessing.allowed):
        if line.item.state in TROUBLED:
            continue  # they have been told
        sheet = folder / f"{line.item.job_id}.jpg"
        is_drawn = contact_sheet(line, blobs, running.settings.ffmpeg, sheet)
        typer.echo(f"  {comparison(line)}", err=running.as_json)
        if is_drawn:
            typer.echo(f"    {sheet}", err=running.as_json)
    left = _left(counts)
    ways = [*ways_on(reprocessing.id, left)] if left else []
    if counts.get(State.DONE):
        ways.append(f"  show the videos of before:  aiprod reprocess --rollback {reprocessing.id}")
    for way in ways:
        typer.echo(way, err=running.as_json)


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
        showing = f"{back:,} {'job shows' if back == 1 else 'jobs show'}"
        typer.echo(f"{found.id}: {showing} the video of before again")
        for job_id, why in not_back.items():
            typer.echo(f"  {job_id}: {why}")
    return FAILED if not_back else DONE


def _call_off(database: Database, reprocessing_id: str, running: Running) -> int:
    from pipeline.calling_off import call_off

    found = _known(database, reprocessing_id)
    if found.ended_at is not None:
        raise InvalidInput(f"{found.id} has ended; --rollback shows the videos of before again")
    left = call_off(database, found, running.settings.data)
    counts = Reprocessings(database).counts(found.id)
    if running.as_json:
        print_json({"id": found.id, "jobs": found.jobs, **numbers_of(counts)})
    else:
        typer.echo(f"{found.id}: {told_counts(counts)}")
        if left:
            typer.echo(f"  another machine works on {left} of them, and was asked to stop")
    return DONE


def _tell_list(database: Database, tenant: str, running: Running) -> int:
    found = standings(Reprocessings(database), running.settings.data, tenant)
    if running.as_json:
        print_json([standing.as_json() for standing in found])
    else:
        lines = [line for standing in found for line in standing.lines()]
        typer.echo("\n".join(lines) or f"nothing of tenant {tenant} was reprocessed")
    return DONE


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


class _Teller:
    """A line whenever another job has ended; on a terminal the line is written over."""

    def __init__(self, reprocessing: Reprocessing, *, is_quiet: bool) -> None:
        self._jobs, self._is_quiet = reprocessing.jobs, is_quiet
        self._last: Any = None
        self._is_open = False  # whether a line waits to be written over

    def tell(self, counts: dict[State, int]) -> None:
        """Says how many jobs are how far."""
        ended = sum(count for state, count in counts.items() if state not in LEFT)
        if ended == self._last or self._is_quiet or not self._jobs:
            return
        self._last = ended
        is_over = sys.stdout.isatty()
        sys.stdout.write("\r\033[K" if is_over else "")
        sys.stdout.write(f"  {ended} of {self._jobs}: {told_counts(counts)}")
        sys.stdout.write("" if is_over else "\n")
        sys.stdout.flush()
        self._is_open = is_over

    def end(self) -> None:
        """No more is told: what follows begins a line."""
        if self._is_open:
            sys.stdout.write("\n")
            sys.stdout.flush()
