"""What the videos of all rows would take together."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import typer

from api.estimate import JobPlan, StagePlan, estimate, survey
from api.shelf import Shelf
from jobs.errors import InvalidInput
from jobs.slate import Slate
from pipeline.ingest import named_files
from pipeline.options import Settings
from pipeline.row_jobs import RowJobs
from pipeline.rows_order import RowsOrder, end_with
from pipeline.telling import DONE, print_json, shown
from storage.artefacts import Artefacts
from storage.directory import DirectoryBlobs

MAX_NOTES = 50
_SHARED = "parts that several rows have in common are made and paid for once, and counted for each"


@dataclass
class _Sum:
    """Plans of several jobs, added up."""

    rows: int = 0
    scenes: int = 0
    length_s: float = 0.0
    length_is_exact: bool = True
    frames: int = 0
    cost_usd: float = 0.0
    stages: dict[tuple[str, str], StagePlan] = field(default_factory=dict)
    notes: list[str] = field(default_factory=lambda: [_SHARED])

    def add(self, planned: JobPlan, where: str) -> None:
        self.rows += 1
        self.scenes += planned.scenes
        self.length_s = round(self.length_s + planned.length_s, 2)
        self.length_is_exact = self.length_is_exact and planned.length_is_exact
        self.frames += planned.frames
        self.cost_usd = round(self.cost_usd + planned.cost_usd, 4)
        for stage in planned.stages:
            key = stage.stage, stage.provider
            known = self.stages.get(key, replace(stage, parts=0, cached=0, cost_usd=0.0))
            self.stages[key] = replace(
                known,
                parts=known.parts + stage.parts,
                cached=known.cached + stage.cached,
                cost_usd=round(known.cost_usd + stage.cost_usd, 4),
            )
        self.notes += [f"{where}: {note}" for note in planned.notes][: MAX_NOTES - len(self.notes)]


def plan_rows(order: RowsOrder, settings: Settings) -> int:
    """Plans the jobs of all rows. Returns the exit code."""
    try:
        jobs = order.jobs(settings.roster.casting())
        order.check(jobs, "nothing was planned")
        total = _planned(jobs, settings)
    except InvalidInput as error:
        return end_with(error, as_json=order.as_json)
    if order.as_json:
        print_json(_as_json(total))
        return DONE
    about = "" if total.length_is_exact else "about "
    typer.echo(
        f"{order.template}: {total.rows:,} videos, {total.scenes:,} scenes, "
        f"{about}{total.length_s:,.1f} s, {total.frames:,} frames"
    )
    _tell(tuple(total.stages.values()), total.cost_usd, total.notes)
    return DONE


def _planned(jobs: RowJobs, settings: Settings) -> _Sum:
    artefacts = Artefacts(DirectoryBlobs(settings.data.absolute()))
    total = _Sum()
    for job in jobs:
        if job.file:
            where = f"{jobs.rows}:{job.row.line}"
            named = named_files(job.file)
            found = survey(job.file.job, named, Shelf(artefacts), Slate(), settings.roster)
            total.add(estimate(found, settings.roster), where)
    return total


def _as_json(total: _Sum) -> dict[str, Any]:
    stages = [vars(stage) for stage in total.stages.values()]
    return {**vars(total), "stages": stages}


def _tell(stages: Sequence[StagePlan], cost_usd: float, notes: Sequence[str]) -> None:
    for stage in stages:
        reused = f", {stage.cached:,} reused" if stage.cached else ""
        typer.echo(f"  {stage.stage:<8} {stage.parts:>6,} by {stage.provider}{reused}")
    typer.echo(f"  cost: {cost_usd:.4f} USD")
    for note in notes:
        typer.echo(f"  note: {shown(note)}")
