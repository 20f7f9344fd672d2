"""Showing how a job gets on: bars on a terminal, plain lines elsewhere."""

from collections.abc import Sequence
from typing import IO, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from storage.ledger import PartRow

_LABELS = {
    "voice": "Voice",
    "visual": "Pictures",
    "effect": "Sound effects",
    "music": "Music",
    "render": "Video frames",
    "mix": "Sound mix",
    "finish": "Finish and measure",
}
_ENDED = ("done", "cached", "failed", "cancelled")


class Display(Protocol):
    """Where progress goes."""

    def start(self, name: str, job_id: str) -> None:
        """A job begins."""
        ...

    def update(self, parts: Sequence[PartRow]) -> None:
        """The parts of the job as they stand now."""
        ...

    def note(self, text: str) -> None:
        """Something worth a line."""
        ...

    def end(self) -> None:
        """The job is over."""
        ...


def open_display(stream: IO[str]) -> Display:
    """Bars when the stream is a terminal, else lines."""
    return Bars(Console(file=stream)) if stream.isatty() else Lines(stream)


class Bars:
    """A bar per stage, with time left."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None
        self._bars: dict[str, TaskID] = {}

    def start(self, name: str, job_id: str) -> None:
        self.end()
        self._bars = {}
        # Text, not markup: file names may hold brackets and colons.
        self._console.print(Text.assemble((name, "bold"), " ", (job_id, "dim")))
        self._progress = Progress(
            TextColumn("  {task.description:<18}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]left[/]"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[state]}"),
            console=self._console,
        )
        self._progress.start()

    def update(self, parts: Sequence[PartRow]) -> None:
        if self._progress is None:
            return
        for stage, done, total, state in _stages(parts):
            if stage not in self._bars:
                self._bars[stage] = self._progress.add_task(
                    _LABELS.get(stage, stage), total=total, state=""
                )
            self._progress.update(self._bars[stage], completed=done, total=total, state=state)

    def note(self, text: str) -> None:
        self._console.print(f"  {text}", highlight=False, markup=False)

    def end(self) -> None:
        if self._progress:
            self._progress.stop()
            self._progress = None


class Lines:
    """A line when a stage gets on by a quarter."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._shown: dict[str, int] = {}

    def start(self, name: str, job_id: str) -> None:
        self._shown = {}
        self.note(f"{name}: job {job_id}")

    def update(self, parts: Sequence[PartRow]) -> None:
        for stage, done, total, state in _stages(parts):
            quarter = 4 * done // max(total, 1)
            if quarter > self._shown.get(stage, -1 if done else 0):
                self._shown[stage] = quarter
                tail = f" ({state})" if state else ""
                self.note(f"  {_LABELS.get(stage, stage)}: {done} of {total}{tail}")

    def note(self, text: str) -> None:
        print(text, file=self._stream, flush=True)

    def end(self) -> None:
        self._stream.flush()


def _stages(parts: Sequence[PartRow]) -> list[tuple[str, int, int, str]]:
    """Per stage: units done, units in all, and a word on how."""
    found = []
    for stage in _LABELS:
        rows = [part for part in parts if part.stage == stage]
        if not rows:
            continue
        done = sum(row.units if row.status in _ENDED else row.units_done for row in rows)
        cached = sum(row.status == "cached" for row in rows)
        failed = sum(row.status == "failed" for row in rows)
        state = ", ".join(
            word
            for word in (
                f"{failed} failed" if failed else "",
                "reused" if cached == len(rows) else f"{cached} reused" if cached else "",
            )
            if word
        )
        found.append((stage, done, sum(row.units for row in rows), state))
    return found
