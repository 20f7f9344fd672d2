"""A template and its rows, as a command was asked for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from jobs.casting import Casting
from jobs.errors import InvalidInput
from jobs.uri import Place
from pipeline.row_check import Tally, WrongRows, check_rows, complaint, tally_json
from pipeline.row_jobs import RowJobs
from pipeline.telling import complain, error_json, exit_code, print_json, shown


@dataclass(frozen=True)
class RowsOrder:
    """What a command was asked for.

    Attributes:
      skips_wrong: Whether rows that are wrong are left out.
    """

    template: Path
    rows: Path
    sets: Sequence[str]
    skips_wrong: bool
    as_json: bool

    @staticmethod
    def of(
        files: Sequence[Path], rows: Path, sets: Sequence[str], skips_wrong: bool, as_json: bool
    ) -> "RowsOrder":
        """The order. Raises `InvalidInput` when the rows are given for several job files."""
        if len(files) != 1:
            raise InvalidInput(f"--rows goes with one template, and there are {len(files)} files")
        return RowsOrder(files[0], rows, sets, skips_wrong, as_json)

    def jobs(
        self,
        casting: Casting | None,
        elsewhere: tuple[Place, ...] = (Place.WEB, Place.BUCKET),
    ) -> RowJobs:
        """The jobs, of which none was looked at yet."""
        return RowJobs(self.template, self.rows, self.sets, casting=casting, elsewhere=elsewhere)

    def check(self, jobs: RowJobs, consequence: str) -> Tally:
        """Looks at every row, as `check_rows`, and tells what is not right on standard error."""
        hint = "--skip-wrong-rows leaves them out"
        tally = check_rows(
            jobs, skips_wrong=self.skips_wrong, consequence=f"{consequence} ({hint})"
        )
        if tally.wrong_rows:
            complain(InvalidInput(complaint(jobs, tally, "they are skipped")))
        for note in jobs.notes:
            typer.echo(f"aiprod: note: {shown(note)}", err=True)
        return tally


def end_with(error: InvalidInput, *, as_json: bool) -> int:
    """Says why nothing was done, as `--json` too, and returns the exit code."""
    if as_json:
        told = tally_json(error.tally) if isinstance(error, WrongRows) else {}
        print_json({"id": None, "status": "invalid", **error_json(error), **told})
    complain(error)
    return exit_code(error)
