"""All rows looked at before anything is made of one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jobs.errors import InvalidInput
from jobs.mistakes import MAX_DESCRIBED
from jobs.rows import Row, RowMistake
from pipeline.row_jobs import RowJob, RowJobs


@dataclass(frozen=True)
class Told:
    """A mistake, and how many more rows have the very same one that is no column's."""

    row: Row
    mistake: RowMistake
    more_rows: int = 0

    def line(self, rows: object) -> str:
        """The mistake in a line, with the line of the file of rows."""
        also = f" (also in {self.more_rows:,} more rows)" if self.more_rows else ""
        also = also.replace("rows", "row") if self.more_rows == 1 else also
        return f"{rows}:{self.row.line}: {self.mistake}{also}"

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row.number,
            "line": self.row.line,
            **mistake_json(self.mistake),
            **({"more_rows": self.more_rows} if self.more_rows else {}),
        }


class WrongRows(InvalidInput):
    """Rows that make no job. `tally`: which, and why."""

    def __init__(self, jobs: RowJobs, tally: "Tally", consequence: str) -> None:
        super().__init__(complaint(jobs, tally, consequence))
        self.tally = tally


class Tally:
    """Counts rows and their mistakes, and keeps the first 200 of them."""

    def __init__(self) -> None:
        self.rows = 0
        self.wrong_rows = 0
        self.mistakes = 0
        self._told: list[tuple[Row, RowMistake]] = []
        self._same: dict[RowMistake, int] = {}  # how many more rows have it

    def add(self, job: RowJob) -> None:
        self.rows += 1
        if not job.mistakes:
            return
        self.wrong_rows += 1
        self.mistakes += job.more
        for mistake in job.mistakes:
            # What no column is to blame for is of the template, and of every row.
            if mistake in self._same and not mistake.columns:
                self._same[mistake] += 1
                continue
            self.mistakes += 1
            if len(self._told) < MAX_DESCRIBED:
                self._told.append((job.row, mistake))
                self._same[mistake] = 0

    @property
    def told(self) -> list[Told]:
        return [Told(row, one, self._same[one]) for row, one in self._told]

    @property
    def more(self) -> int:
        """How many mistakes are not among those that are told."""
        return self.mistakes - len(self._told)


def tally_of(jobs: Iterable[RowJob]) -> Tally:
    """Looks at every row. Raises `InvalidInput` when the file cannot be read to its end."""
    tally = Tally()
    for job in jobs:
        tally.add(job)
    return tally


def check_rows(jobs: RowJobs, *, skips_wrong: bool, consequence: str) -> Tally:
    """Looks at every row, before anything is made of one.

    Args:
      skips_wrong: Whether wrong rows are no reason to stop, as long as one is right.
      consequence: What was not done, as the end of a sentence.

    Raises:
      WrongRows: Rows are wrong.
      InvalidInput: The file cannot be read to its end, or lacks a column.
    """
    tally = tally_of(jobs)
    if tally.wrong_rows and not (skips_wrong and tally.wrong_rows < tally.rows):
        raise WrongRows(jobs, tally, consequence)
    return tally


def complaint(jobs: RowJobs, tally: Tally, consequence: str) -> str:
    """Lists what is wrong with the rows, a line each."""
    count = f"{tally.mistakes:,} mistake{'' if tally.mistakes == 1 else 's'}"
    head = f"{jobs.rows}: {count} in {tally.wrong_rows:,} of {tally.rows:,} rows; {consequence}"
    lines = [one.line(jobs.rows) for one in tally.told]
    if tally.more:
        lines.append(f"... and {tally.more:,} more mistakes.")
    return "\n".join([head, *lines])


def tally_json(tally: Tally) -> dict[str, Any]:
    """What is wrong with the rows, for programs."""
    return {
        "rows": tally.rows,
        "wrong_rows": tally.wrong_rows,
        "mistakes": [one.as_json() for one in tally.told],
        "more": tally.more,
    }


def mistake_json(mistake: RowMistake) -> dict[str, Any]:
    """A mistake of a row, for programs."""
    return {
        "columns": list(mistake.columns),
        "path": mistake.path,
        "message": mistake.message,
    }
