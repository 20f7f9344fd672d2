"""What was reprocessed, and what was left: for whoever looks for an id."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs.errors import Conflict
from jobs.reprocessing import LEFT, Change, State
from jobs.wire import plain
from pipeline.alone import alone
from storage.reprocessings import Reprocessing, Reprocessings

MOST_LISTED = 20


@dataclass(frozen=True)
class Standing:
    """A reprocessing and how far it is.

    Attributes:
      is_worked_on: Whether a process of this machine works on it now.
    """

    reprocessing: Reprocessing
    counts: dict[State, int]
    is_worked_on: bool

    @property
    def left(self) -> int:
        """Jobs that have not ended."""
        return sum(self.counts.get(state, 0) for state in LEFT)

    @property
    def was_left(self) -> bool:
        """Whether somebody has to say how it goes on."""
        return self.left > 0 and self._status == "left"

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        found = self.reprocessing
        return {
            "id": found.id,
            "tenant": found.request.tenant,
            "created_at": _moment(found.created_at),
            "status": self._status,
            "jobs": found.jobs,
            **numbers_of(self.counts),
            "request": plain(found.request),
        }

    @property
    def note(self) -> str:
        """A sentence on one that was left."""
        found = self.reprocessing
        jobs = f"{self.left:,} job{'' if self.left == 1 else 's'}"
        return f"{found.id} of {_moment(found.created_at)} was left with {jobs}"

    def lines(self) -> Iterator[str]:
        """As people read it."""
        found = self.reprocessing
        changed = told_change(found.request.change)
        yield f"{found.id}  {_moment(found.created_at)}  {found.request.tenant}  {changed}"
        yield f"  {self._status}: {told_counts(self.counts)}"
        if self.was_left:
            yield from ways_on(found.id, self.left)
        elif self._status == "left":
            yield f"  every job has ended; for the report:  aiprod reprocess --continue {found.id}"

    @property
    def _status(self) -> str:
        if self.is_worked_on:
            return "running"
        return "left" if self.reprocessing.ended_at is None else self.reprocessing.status


def standings(reprocessings: Reprocessings, data: Path, tenant: str) -> tuple[Standing, ...]:
    """The reprocessings of a tenant: those that have not ended, then the newest."""
    return tuple(
        Standing(found, reprocessings.counts(found.id), _is_worked_on(data, found.id))
        for found in reprocessings.newest(tenant, MOST_LISTED)
    )


def ways_on(reprocessing_id: str, left: int) -> Iterator[str]:
    """How a reprocessing that was left goes on, or does not."""
    jobs = f"the {left:,} that {'is' if left == 1 else 'are'} left"
    yield f"  run {jobs}:     aiprod reprocess --continue {reprocessing_id}"
    yield f"  cancel {jobs}:  aiprod reprocess --cancel {reprocessing_id}"


def told_change(change: Change) -> str:
    """A change in few words."""
    told = [f"--set {one}" for one in change.sets]
    told += ["--patch"] if change.patch is not None else []
    for name, stages in (("--force", change.force), ("--only", change.only)):
        told += [f"{name} {','.join(stage.value for stage in stages)}"] if stages else []
    return " ".join(told) or "by newer stages"


def told_counts(counts: dict[State, int]) -> str:
    """How many jobs are how far."""
    told = [f"{counts[state]} {state.value}" for state in State if counts.get(state)]
    return ", ".join(told) or "no jobs"


def numbers_of(counts: dict[State, int]) -> dict[str, int]:
    """How many jobs are how far, for `--json`: every state has its number."""
    return {state.value: counts.get(state, 0) for state in State}


def _is_worked_on(data: Path, reprocessing_id: str) -> bool:
    with contextlib.suppress(Conflict), alone(data, reprocessing_id, ""):
        return False
    return True


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
