"""New runs of jobs that have ended, as a reprocessing asks for them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PCollection

from jobs.crash_points import crash_point
from jobs.errors import InvalidInput
from jobs.message import Ring
from jobs.reprocessing import LEFT, State
from jobs.states import TERMINAL
from jobs.wire import canonical
from storage.reprocessings import Reprocessing, Reprocessings
from storage.reruns import Reruns
from transforms.rerun import changed, is_unchanged, known
from transforms.studio import Studio, StudioConfig

JOBS_A_PIECE = 100  # a million jobs are ten thousand elements


@dataclass(frozen=True)
class Piece:
    """Jobs `first` to `last` of a reprocessing, by their numbers."""

    reprocessing: str
    first: int
    last: int

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return canonical([self.reprocessing, self.first, self.last])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Piece":
        """Reads what `to_bytes` wrote."""
        return cls(*json.loads(data))


def split_piece(piece: bytes) -> Iterator[bytes]:
    """A piece in pieces of at most a hundred jobs, which any worker may take."""
    whole = Piece.from_bytes(piece)
    for first in range(whole.first, whole.last + 1, JOBS_A_PIECE):
        last = min(first + JOBS_A_PIECE - 1, whole.last)
        yield Piece(whole.reprocessing, first, last).to_bytes()


@dataclass(eq=False)
class OpenRuns(beam.PTransform[PCollection[bytes], PCollection[bytes]]):
    """Makes a new run of each job of a `Piece` and rings for it.

    A job that is not to be run leaves no element: what was found about it stands in the ledger. One
    that somebody works on is left for later. Whoever comes after a death goes on with the runs that
    were made.
    """

    studio: StudioConfig

    def expand(self, pieces: PCollection[bytes]) -> PCollection[bytes]:
        return pieces | "Open" >> beam.ParDo(_OpenFn(self.studio))


def open_run(reprocessing: Reprocessing, number: int, studio: Studio) -> Ring | None:
    """The ring for one job; None when there is nothing to work on now."""
    database = studio.ledger.database
    reprocessings, reruns = Reprocessings(database), Reruns(database)
    request = reprocessing.request
    item = reprocessings.item(reprocessing.id, number)
    if item is None or item.state not in LEFT:
        return None
    if item.state is State.OPENED:
        return Ring(item.job_id)
    try:
        base = known(reruns.base(request.tenant, item.job_id), item.job_id)
        if base.status not in TERMINAL:
            return None  # for later
        submission = changed(
            request.change, item, base, studio.artefacts, studio.config.roster.casting()
        )
    except InvalidInput as error:
        reprocessings.note(reprocessing.id, number, State.REFUSED, error.message)
        return None
    if is_unchanged(request.change, base, submission):
        reprocessings.note(reprocessing.id, number, State.UNCHANGED, None)
        return None
    takes = request.change.takes(base.takes, base.generation + 1)
    ring = reruns.open_run(reprocessing.id, item, base, submission, takes)
    crash_point("open.after_open")
    return ring


class _OpenFn(beam.DoFn):
    def __init__(self, config: StudioConfig) -> None:
        self._config = config

    def setup(self) -> None:
        self._studio = self._config.open()

    def process(self, element: bytes) -> Iterator[bytes]:
        piece = Piece.from_bytes(element)
        reprocessing = Reprocessings(self._studio.ledger.database).find(piece.reprocessing)
        if reprocessing is None:
            return
        for number in range(piece.first, min(piece.last, reprocessing.allowed) + 1):
            if ring := open_run(reprocessing, number, self._studio):
                yield ring.to_bytes()

    def teardown(self) -> None:
        self._studio.close()
