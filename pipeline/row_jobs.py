"""The jobs that the rows of a file make of a template."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from jobs.assets import unavailable_providers
from jobs.casting import Casting
from jobs.document import job_schema
from jobs.errors import InvalidInput
from jobs.row_job import blamed, missing_columns, row_job, unused_note
from jobs.rows import Row, RowMistake
from jobs.template import template_from
from jobs.uri import Place
from pipeline.ingest import JobFile, NamedFiles, read_document
from pipeline.rows_file import open_rows
from transforms.brand_look import font_mistakes

MAX_COLUMNS = 1000  # that are remembered, to say which are not used


@dataclass(frozen=True)
class RowJob:
    """What became of a row.

    Attributes:
      file: Its job; None when there are mistakes.
      more: How many mistakes there are beside those that are told.
    """

    row: Row
    file: JobFile | None
    mistakes: tuple[RowMistake, ...] = ()
    more: int = 0


class RowJobs:
    """Jobs by row, made as they are asked for: as many as there are, one at a time in memory.

    Args:
      sets: Changes to the template, as `apply_overrides` takes them.
      casting: Who is configured on this machine; None: whoever runs the jobs checks it.
      elsewhere: Where files may be beside on this machine.

    Raises:
      InvalidInput: The template cannot be read, or is none.
    """

    def __init__(
        self,
        template: Path,
        rows: Path,
        sets: Sequence[str] = (),
        *,
        casting: Casting | None = None,
        elsewhere: tuple[Place, ...] = (Place.WEB, Place.BUCKET),
    ) -> None:
        self.path = template
        self.rows = rows
        document = read_document(template, sets)
        self._template = template_from(document, job_schema(), name=str(template))
        self._casting = casting
        self._files = NamedFiles(template.parent, elsewhere)
        self._columns: dict[str, None] = {}

    def __iter__(self) -> Iterator[RowJob]:
        """Every row, from the beginning of the file.

        Raises:
          InvalidInput: The file of rows cannot be read, has no rows, or lacks a column; or what
            follows in it cannot be understood.
        """
        with open_rows(self.rows) as (columns, rows):
            if columns and (error := missing_columns(self._template, columns, str(self.rows))):
                raise error
            lines: dict[str, int] = {}  # of ids
            is_empty = True
            for row in rows:
                is_empty = False
                self._note_columns(columns or row.values)
                yield self._row_job(row, lines)
            if is_empty:
                raise InvalidInput(f"{self.rows}: there are no rows")

    @property
    def notes(self) -> list[str]:
        """What may be a slip, about the rows that were read."""
        note = unused_note(self._template, self._columns)
        return [f"{self.rows}: {note}"] if note else []

    def label(self, row: Row) -> str:
        """What people call the job of a row."""
        return f"{self.path.name} {self.rows.name}:{row.line}{f' {row.id}' if row.id else ''}"

    def _row_job(self, row: Row, lines: dict[str, int]) -> RowJob:
        try:
            job = row_job(self._template, row)
        except InvalidInput as error:
            mistakes = cast(tuple[RowMistake, ...], error.facts["mistakes"])
            return RowJob(row, None, mistakes, cast(int, error.facts["more"]))
        files, faults = self._files.of(job)
        if self._casting:
            faults = [*unavailable_providers(job, self._casting), *font_mistakes(job), *faults]
        mistakes = tuple(blamed(self._template, one.partition(": ")[0], one) for one in faults)
        mistakes += _repeated(row, lines)
        if mistakes:
            return RowJob(row, None, mistakes)
        return RowJob(row, JobFile(row.id or f"{self.path.stem}-{row.number}", job, files))

    def _note_columns(self, columns: Iterable[str]) -> None:
        if len(self._columns) < MAX_COLUMNS:
            self._columns |= dict.fromkeys(columns)


def _repeated(row: Row, lines: dict[str, int]) -> tuple[RowMistake, ...]:
    """An id is there to tell rows apart."""
    if not (row.id and "id" in row.values):
        return ()
    first = lines.setdefault(row.id, row.line)
    if first == row.line:
        return ()
    return (
        RowMistake(
            ("id",), "", f"{row.id[:60]} is in line {first} already: give each row its own."
        ),
    )
