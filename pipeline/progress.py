"""Showing how a job gets on: bars on a terminal, plain lines elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Protocol

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

if TYPE_CHECKING:  # it loads SQLAlchemy, which watching a job of a service does without
    from storage.rows import PartRow

_LABELS = {
    "script": "Script",
    "voice": "Voice",
    "visual": "Pictures",
    "effect": "Sound effects",
    "music": "Music",
    "render": "Video frames",
    "mix": "Sound mix",
    "finish": "Finish and measure",
    "format": "Other formats",
    "download": "Download, MB",
}
_ENDED = ("done", "cached", "failed", "cancelled")


@dataclass(frozen=True)
class StageState:
    """How far a stage is: `done` of `total` units, and a word on how."""

    stage: str
    done: int
    total: int
    word: str = ""


class Display(Protocol):
    """Where progress goes."""

    def start(self, name: str, job_id: str) -> None:
        """A job begins."""
        ...

    def update(self, parts: Sequence["PartRow"]) -> None:
        """The parts of the job as they stand now."""
        ...

    def show(self, stages: Sequence[StageState]) -> None:
        """Stages of the job as they stand now; those not among them stay as they are."""
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

    def update(self, parts: Sequence["PartRow"]) -> None:
        self.show(_stages(parts))

    def show(self, stages: Sequence[StageState]) -> None:
        if self._progress is None:
            return
        for now in stages:
            if now.stage not in self._bars:
                self._bars[now.stage] = self._progress.add_task(
                    _LABELS.get(now.stage, now.stage), total=now.total, state=""
                )
            self._progress.update(
                self._bars[now.stage], completed=now.done, total=now.total, state=now.word
            )

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
        self._print(f"{name}: job {job_id}")

    def update(self, parts: Sequence["PartRow"]) -> None:
        self.show(_stages(parts))

    def show(self, stages: Sequence[StageState]) -> None:
        for now in stages:
            quarter = 4 * now.done // max(now.total, 1)
            if quarter > self._shown.get(now.stage, -1 if now.done else 0):
                self._shown[now.stage] = quarter
                tail = f" ({now.word})" if now.word else ""
                label = _LABELS.get(now.stage, now.stage)
                self.note(f"{label}: {now.done} of {now.total}{tail}")

    def note(self, text: str) -> None:
        self._print(f"  {text}")

    def end(self) -> None:
        self._stream.flush()

    def _print(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


def _stages(parts: Sequence["PartRow"]) -> list[StageState]:
    """The stages of these parts, in the order they are shown."""
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
        found.append(StageState(stage, done, sum(row.units for row in rows), state))
    return found
