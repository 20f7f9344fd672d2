"""Keeping what is no job."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

import apache_beam as beam
from apache_beam.pvalue import PCollection

from jobs.elements import DeadLetter
from jobs.errors import AiprodError
from storage.dead_letters import DeadLetters
from transforms.studio import StudioConfig

LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class RecordDeadLetters(beam.PTransform[PCollection[bytes], PCollection[bytes]]):
    """Writes each `DeadLetter` into the ledger, which counts it, and passes it on to be published.

    A ledger that does not answer stops no letter: what is passed on is the second record of it.
    """

    studio: StudioConfig

    def expand(self, letters: PCollection[bytes]) -> PCollection[bytes]:
        return letters | "Record" >> beam.ParDo(_RecordFn(self.studio))


class _RecordFn(beam.DoFn):
    def __init__(self, config: StudioConfig) -> None:
        self._config = config

    def setup(self) -> None:
        self._studio = self._config.open()
        self._letters = DeadLetters(self._studio.ledger.database)

    def process(self, element: bytes) -> Iterator[bytes]:
        letter = DeadLetter.from_bytes(element)
        try:
            letter = replace(letter, attempt=self._letters.record(letter).attempts)
        except AiprodError as error:
            LOG.warning("a dead letter of %s is not recorded: %s", letter.stage, error.message)
        yield letter.to_bytes()

    def teardown(self) -> None:
        self._studio.close()
