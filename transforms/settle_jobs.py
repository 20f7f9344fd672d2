"""Ending runs."""

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PCollection

from jobs.crash_points import crash_point
from jobs.elements import Outcome
from transforms.file_list import whole
from transforms.studio import StudioConfig


@dataclass(eq=False)
class SettleJobs(beam.PTransform[PCollection[bytes], PCollection[bytes]]):
    """Writes each `Outcome` into the ledger; passes on those that ended their run.

    An outcome of a run that has ended, or that another run has replaced, changes nothing.
    """

    studio: StudioConfig

    def expand(self, outcomes: PCollection[bytes]) -> PCollection[bytes]:
        return outcomes | "Settle" >> beam.ParDo(_SettleFn(self.studio))


class _SettleFn(beam.DoFn):
    def __init__(self, config: StudioConfig) -> None:
        self._config = config

    def setup(self) -> None:
        self._studio = self._config.open()

    def process(self, element: bytes) -> Iterator[bytes]:
        crash_point("settle.before")
        outcome = whole(Outcome.from_bytes(element), self._studio.artefacts)
        if self._studio.ledger.settle(outcome):
            crash_point("settle.after")
            yield element

    def teardown(self) -> None:
        self._studio.close()
