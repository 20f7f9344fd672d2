"""What became of each job of a reprocessing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select, tuple_

from jobs.reprocessing import State
from jobs.wire import plain
from storage.database import Database
from storage.reprocessings import ROWS_AT_ONCE, Item, Reprocessings
from storage.tables import CALLS, JOBS, PARTS, VIDEOS

Run = tuple[str, int]  # job id and generation
MEASURED = ("lufs", "peak_dbtp", "duration_s")


@dataclass(frozen=True)
class Shown:
    """A video in the report: the run that delivered it, bytes of its film, what was measured."""

    run: int
    size_bytes: int | None
    quality: Mapping[str, Any] = field(hash=False)
    files: Mapping[str, str] = field(hash=False, repr=False)

    def as_json(self) -> dict[str, Any]:
        """As the report has it."""
        measured = {name: self.quality.get(name) for name in MEASURED}
        return {"run": self.run, "size_bytes": self.size_bytes, **measured}


@dataclass(frozen=True)
class Line:
    """One job. `made`, `reused`: parts of its new run; `problems`: why that failed."""

    item: Item
    made: int
    reused: int
    cost_usd: float
    before: Shown | None
    after: Shown | None
    problems: Sequence[Mapping[str, Any]] = field(hash=False)

    def as_json(self) -> dict[str, Any]:
        """A line of the report, as JSON data."""
        item = self.item
        line: dict[str, Any] = {"number": item.number, "id": item.job_id, "state": item.state.value}
        if item.place:
            line["place"] = item.place
        if item.why:
            line["why"] = item.why
        if item.generation is None:
            return line
        line |= {
            "run": item.generation,
            "made": self.made,
            "reused": self.reused,
            "cost_usd": round(self.cost_usd, 6),
            "before": self.before.as_json() if self.before else None,
            "after": self.after.as_json() if self.after else None,
        }
        if self.problems:
            line["problems"] = list(self.problems)
        return line


def report(database: Database, reprocessing_id: str) -> Iterator[Line]:
    """A line per job, in order; read a thousand jobs at a time."""
    items = Reprocessings(database).items(reprocessing_id)
    while some := list(islice(items, ROWS_AT_ONCE)):
        with database.reading() as connection:
            lines = list(_lines(connection, some))
        yield from lines  # whoever reads them may take his time


def _lines(connection: Connection, items: Sequence[Item]) -> Iterator[Line]:
    runs = [(one.job_id, one.generation) for one in items if one.generation is not None]
    older = [(one.job_id, one.before) for one in items if one.before is not None]
    parts = _parts(connection, runs)
    costs = _costs(connection, runs)
    videos = _videos(connection, [*runs, *older])
    problems = _problems(connection, runs)
    for item in items:
        run = (item.job_id, item.generation or 0)
        counted = parts.get(run, {})
        yield Line(
            item,
            counted.get("done", 0),
            counted.get("cached", 0),
            costs.get(run, 0.0),
            videos.get((item.job_id, item.before or 0)),
            videos.get(run),
            problems.get(run, ()) if item.state is State.FAILED else (),
        )


def _parts(connection: Connection, runs: Sequence[Run]) -> dict[Run, dict[str, int]]:
    if not runs:
        return {}
    query = (
        select(PARTS.c.job_id, PARTS.c.generation, PARTS.c.status, func.count())
        .where(tuple_(PARTS.c.job_id, PARTS.c.generation).in_(runs))
        .group_by(PARTS.c.job_id, PARTS.c.generation, PARTS.c.status)
    )
    counted: dict[Run, dict[str, int]] = {}
    for job_id, generation, status, count in connection.execute(query):
        counted.setdefault((job_id, generation), {})[status] = count
    return counted


def _costs(connection: Connection, runs: Sequence[Run]) -> dict[Run, float]:
    if not runs:
        return {}
    query = (
        select(CALLS.c.job_id, CALLS.c.generation, func.sum(CALLS.c.cost_usd))
        .where(tuple_(CALLS.c.job_id, CALLS.c.generation).in_(runs))
        .group_by(CALLS.c.job_id, CALLS.c.generation)
    )
    return {(row[0], row[1]): float(row[2] or 0.0) for row in connection.execute(query)}


def _videos(connection: Connection, runs: Sequence[Run]) -> dict[Run, Shown]:
    if not runs:
        return {}
    query = select(
        VIDEOS.c.job_id, VIDEOS.c.generation, VIDEOS.c.sizes, VIDEOS.c.quality, VIDEOS.c.files
    ).where(tuple_(VIDEOS.c.job_id, VIDEOS.c.generation).in_(runs))
    return {
        (row.job_id, row.generation): Shown(
            row.generation, (row.sizes or {}).get("final.mp4"), row.quality or {}, row.files
        )
        for row in connection.execute(query)
    }


def _problems(connection: Connection, runs: Sequence[Run]) -> dict[Run, list[dict[str, Any]]]:
    if not runs:
        return {}
    query = select(JOBS.c.id, JOBS.c.generation, JOBS.c.problems).where(
        tuple_(JOBS.c.id, JOBS.c.generation).in_(runs)
    )
    return {
        (row.id, row.generation): [plain(problem) for problem in row.problems]
        for row in connection.execute(query)
    }
