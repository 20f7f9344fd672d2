"""What became of each row: a line of JSON as it ends."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from jobs.errors import InvalidInput
from pipeline.row_check import mistake_json
from pipeline.row_jobs import RowJob, RowJobs


class Results:
    """Writes results, and counts them by status."""

    def __init__(self, path: Path, file: IO[str]) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self._file = file

    def add(self, job: RowJob, result: Mapping[str, Any]) -> None:
        """Notes how a row ended; the line is in the file when this returns.

        Args:
          result: At least `id`, of its job, and `status`.
        """
        self.counts[result["status"]] += 1
        line = {"row": job.row.number, "line": job.row.line, "name": job.row.id or None, **result}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def skip(self, job: RowJob) -> None:
        """Notes that a row makes no job."""
        mistakes = [mistake_json(mistake) for mistake in job.mistakes]
        self.add(job, {"id": None, "status": "invalid", "mistakes": mistakes})

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": sum(self.counts.values()),
            "statuses": dict(self.counts),
            "results": str(self.path),
        }


@contextmanager
def open_results(out: Path, jobs: RowJobs) -> Iterator[Results]:
    """The results of these rows, begun anew: `<out>/<template>-<rows>.results.jsonl`.

    Raises:
      InvalidInput: It cannot be written.
    """
    path = out / f"{jobs.path.stem}-{jobs.rows.stem}.results.jsonl"
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"cannot write {path}: {error.strerror}") from error
    with file:
        yield Results(path, file)
