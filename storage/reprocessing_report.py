"""What became of each job of a reprocessing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from jobs.formats import film_names
from jobs.reprocessing import State
from jobs.wire import plain
from storage.database import Database
from storage.reprocessings import ROWS_AT_ONCE, Item, Reprocessings
from storage.tables import CALLS, JOBS, PARTS, REPROCESSING_JOBS, VIDEOS

Run = tuple[str, int]  # job id and generation
_ITEMS = REPROCESSING_JOBS.c
MEASURED = ("lufs", "peak_dbtp", "duration_s")


@dataclass(frozen=True)
class Shown:
    """A video in the report: the run that delivered it, bytes of its film, what was measured; of
    several variants, the first."""

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

    @property
    def why(self) -> str:
        """Why it was not run, or its run failed; empty: neither is so, or nobody knows."""
        return self.item.why or next((one["message"] for one in self.problems), "")

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
            page = _Page(connection, reprocessing_id, some[0].number, some[-1].number)
            lines = list(page.lines(some))
        yield from lines  # whoever reads them may take his time


@dataclass(frozen=True)
class _Page:
    """Jobs `first` to `last` of a reprocessing, joined with what is known of their runs."""

    connection: Connection
    reprocessing_id: str
    first: int
    last: int

    def lines(self, items: Sequence[Item]) -> Iterator[Line]:
        parts, costs, videos, problems = (
            self._parts(), self._costs(), self._videos(), self._problems(),
        )  # fmt: skip
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

    @property
    def _is_here(self) -> ColumnElement[bool]:
        return and_(
            _ITEMS.reprocessing == self.reprocessing_id,
            _ITEMS.number.between(self.first, self.last),
        )

    def _parts(self) -> dict[Run, dict[str, int]]:
        run = (PARTS.c.job_id, PARTS.c.generation)
        query = (
            select(*run, PARTS.c.status, func.count())
            .join(REPROCESSING_JOBS, _is_new_run(*run))
            .where(self._is_here)
            .group_by(*run, PARTS.c.status)
        )
        counted: dict[Run, dict[str, int]] = {}
        for job_id, generation, status, count in self.connection.execute(query):
            counted.setdefault((job_id, generation), {})[status] = count
        return counted

    def _costs(self) -> dict[Run, float]:
        run = (CALLS.c.job_id, CALLS.c.generation)
        query = (
            select(*run, func.sum(CALLS.c.cost_usd))
            .join(REPROCESSING_JOBS, _is_new_run(*run))
            .where(self._is_here)
            .group_by(*run)
        )
        rows = self.connection.execute(query)
        return {(row[0], row[1]): float(row[2] or 0.0) for row in rows}

    def _videos(self) -> dict[Run, Shown]:
        is_either = and_(
            VIDEOS.c.job_id == _ITEMS.job_id,
            VIDEOS.c.generation.in_((_ITEMS.generation, _ITEMS.before)),
        )
        query = (
            select(
                VIDEOS.c.job_id, VIDEOS.c.generation, VIDEOS.c.sizes, VIDEOS.c.quality,
                VIDEOS.c.files,
            )
            .join(REPROCESSING_JOBS, is_either)
            .where(self._is_here)
        )  # fmt: skip
        return {
            (row.job_id, row.generation): Shown(
                row.generation, _film_bytes(row.sizes or {}), row.quality or {}, row.files
            )
            for row in self.connection.execute(query)
        }

    def _problems(self) -> dict[Run, list[dict[str, Any]]]:
        run = (JOBS.c.id, JOBS.c.generation)
        query = (
            select(*run, JOBS.c.problems)
            .join(REPROCESSING_JOBS, _is_new_run(*run))
            .where(self._is_here, _ITEMS.state == State.FAILED.value)
        )
        return {
            (row.id, row.generation): [plain(problem) for problem in row.problems]
            for row in self.connection.execute(query)
        }


def _is_new_run(job_id: ColumnElement[str], generation: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(job_id == _ITEMS.job_id, generation == _ITEMS.generation)


def _film_bytes(sizes: Mapping[str, int]) -> int | None:
    """Bytes of the video, or of the first of several variants."""
    return next((sizes[name] for name in film_names(sizes)), None)
