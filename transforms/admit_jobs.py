"""Taking jobs into work."""

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PCollection

from transforms.studio import StudioConfig


@dataclass(eq=False)
class AdmitJobs(beam.PTransform[PCollection[str], PCollection[bytes]]):
    """Claims each job in the ledger, queued -> planning; a `Run` for each one claimed.

    A job that somebody else has taken, that has ended, or that is unknown leaves no element: a
    message may come twice, its job is worked on once.
    """

    studio: StudioConfig

    def expand(self, jobs: PCollection[str]) -> PCollection[bytes]:
        return jobs | "Claim" >> beam.ParDo(_AdmitFn(self.studio))


class _AdmitFn(beam.DoFn):
    def __init__(self, config: StudioConfig) -> None:
        self._config = config

    def setup(self) -> None:
        self._studio = self._config.open()

    def process(self, element: str) -> Iterator[bytes]:
        run = self._studio.ledger.admit(element)
        if run:
            yield run.to_bytes()

    def teardown(self) -> None:
        self._studio.close()
