"""How jobs, keys, dead letters and webhooks are shown to people."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from pipeline.answers import Cost, DeadLetter, Delivery, Job, Key, ListedJob
from pipeline.telling import shown

JOB_COLUMNS = ("ID", "STATE", "AGE", "TITLE")
KEY_COLUMNS = ("ID", "WORKS", "USED", "SCOPES", "NAME")
DELIVERY_COLUMNS = ("ID", "KIND", "STATE", "ATTEMPTS", "LAST ANSWER")

_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_STYLES = {"done": "green", "failed": "red", "cancelled": "dim", "awaiting_review": "yellow"}
_GAP = "  "
_AWAY = "sent again, not come back since"
_LEAST_LAST = 10  # columns of the terminal; rather than less, lines are wrapped
_PIPED_WIDTH = 2000  # programs read what is piped: nothing is cut


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints rows under their columns. On a terminal the last column is cut to fit."""
    lines = [columns, *([_one_line(cell) for cell in row] for row in rows)]
    widths = [max(cell_len(line[number]) for line in lines) for number in range(len(columns))]
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    left = console.width - sum(widths[:-1]) - len(_GAP) * len(widths[:-1])
    for number, line in enumerate(lines):
        # Text, not markup: titles may hold brackets and colons.
        text = Text(style="" if number else "dim")
        for cell, width in zip(line[:-1], widths, strict=False):
            text.append(set_cell_size(cell, width), _STYLES.get(cell, "")).append(_GAP)
        last = Text(line[-1])
        last.truncate(max(left, _LEAST_LAST), overflow="ellipsis")
        console.print(text.append_text(last), soft_wrap=True, highlight=False)


def job_rows(jobs: Sequence[ListedJob], now: datetime) -> list[tuple[str, ...]]:
    """Each job; instead of a title it does not have, why it failed."""
    return [
        (
            job.id,
            job.status.value,
            _age(job.created_at, now),
            job.title or next((problem.message for problem in job.problems), ""),
        )
        for job in jobs
    ]


def key_rows(keys: Sequence[Key], now: datetime) -> list[tuple[str, ...]]:
    """Each key, and whether it works."""
    return [
        (
            key.id,
            _works(key, now),
            f"{_age(key.last_used_at, now)} ago" if key.last_used_at else "never",
            " ".join(key.scopes),
            key.name,
        )
        for key in keys
    ]


def letter_lines(letters: Sequence[DeadLetter], now: datetime) -> str:
    """Each dead letter, in two lines: the id alone fills one."""
    return "\n".join(
        f"{one.id}\n  {_age(one.last_at, now)} ago, {_came(one)}, "
        f"given up in {one.stage}: {_one_line(one.reason)}"
        for one in letters
    )


def delivery_rows(deliveries: Sequence[Delivery]) -> list[tuple[str, ...]]:
    """Each webhook, and what its receiver said last."""
    return [(one.id, one.kind, one.status, str(one.attempts), _last(one)) for one in deliveries]


def describe_job(job: Job) -> str:
    """A job in lines: stages, problems, files, and what to do next."""
    return shown("\n".join(_job_lines(job)))


def describe_letter(letter: DeadLetter) -> str:
    """A dead letter in lines, with the message as it came."""
    replayed = f", replayed {_local(letter.replayed_at)}" if letter.replayed_at else ""
    cut = "" if letter.is_whole else "  not kept as it came, so that it cannot be sent again\n"
    return shown(
        f"{letter.id}\n"
        f"  given up in {letter.stage}: {letter.reason}\n"
        f"  {_came(letter)}; the first time {_local(letter.first_at)}, "
        f"last {_local(letter.last_at)}{replayed}\n{cut}\n{letter.message}"
    )


def _job_lines(job: Job) -> Iterator[str]:
    stopping = " (is asked to stop)" if job.cancel_requested and not job.has_ended else ""
    yield f"{job.id}  {job.title or ''}".rstrip()
    yield f"  state     {job.status.value}{stopping}"
    yield f"  run       {job.generation}, taken into work {_times(job.attempts)}"
    yield f"  made      {_local(job.created_at)}"
    yield f"  changed   {_local(job.updated_at)}"
    for name, stage in job.progress.items():
        failed = f", {stage.parts_failed} failed" if stage.parts_failed else ""
        units = f", {stage.units_done} of {stage.units} frames" if name == "render" else ""
        parts = f"{stage.parts_done} of {stage.parts} parts{units}{failed}"
        yield f"  {name:<9} {parts}, {stage.seconds:.1f} s"
    if job.cost_usd and (cost := _cost(job.cost_usd)):
        yield f"  cost      {cost}"
    if job.video:
        of_run = f", of run {job.video.run}" if job.video.run not in (None, job.generation) else ""
        yield f"  video     {job.video.duration_s:.1f} s, {job.video.frames} frames{of_run}"
    for file in job.video.files if job.video else ():
        yield f"    {file.name:<16} {_size(file.size_bytes)}"
    for problem in job.problems:
        yield f"  problem   {problem.stage}: {problem.message} [{problem.code}]"
        yield f"            {_remedy(job, problem.retryable)}"
        if problem.command:
            yield f"  reproduce {problem.command}"
    yield from _next_steps(job)


def _cost(cost: Cost) -> str:
    """What was spent, and what it is to be compared with; nothing when nobody is paid."""
    if not (cost.estimated or cost.all_runs):
        return ""
    estimated = "" if cost.estimated is None else f" of an estimated {cost.estimated:.4f}"
    earlier = f", {cost.all_runs:.4f} USD in all runs" if cost.all_runs != cost.spent else ""
    return f"{cost.spent:.4f}{estimated} USD spent{earlier}"


def _remedy(job: Job, is_retryable: bool) -> str:
    if job.status.value == "done":
        return "the video was made without it"
    return "a retry may help" if is_retryable else "a retry alone will not help"


def _next_steps(job: Job) -> Iterator[str]:
    match job.status.value:
        case "done":
            yield f"  fetch     aiprod jobs watch {job.id} --out out"
        case "awaiting_review":
            yield f"  go on     aiprod jobs approve {job.id}"
            yield f"  refuse    aiprod jobs cancel {job.id}"
        case "failed" | "cancelled":
            yield f"  again     aiprod jobs retry {job.id}"
            yield f"  anew      aiprod jobs show {job.id} --document > {job.id}.json"
            yield f"            aiprod submit {job.id}.json --wait"
        case _:
            yield f"  follow    aiprod jobs watch {job.id}"


def _works(key: Key, now: datetime) -> str:
    if key.revoked_at:
        return "revoked"
    if not key.expires_at:
        return "yes"
    return f"{_age(now, key.expires_at)} more" if key.expires_at > now else "expired"


def _last(delivery: Delivery) -> str:
    if not delivery.log:
        return "not sent yet"
    attempt = delivery.log[-1]
    following = delivery.next_attempt_at
    then = f", next {_local(following)}" if following else ""
    return f"{attempt.status or attempt.error} in {attempt.ms:.0f} ms{then}"


def _age(then: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits; what lies ahead is now: clocks differ."""
    seconds = max(0, int((now - then).total_seconds()))
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), (1, "s"))
    return f"{seconds // size} {unit}"


def _local(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d %H:%M:%S}"


def _size(size_bytes: int | None) -> str:
    if size_bytes is None:
        return "gone"
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:.1f} kB"


def _came(letter: DeadLetter) -> str:
    """How often it has come since it was last sent again."""
    return f"came {_times(letter.attempts)}" if letter.attempts else _AWAY


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _one_line(text: str) -> str:
    return " ".join(shown(text).split())
