"""Messages become rings."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import apache_beam as beam
from apache_beam.pvalue import PCollection, TaggedOutput
from apache_beam.typehints.decorators import no_annotations

from jobs.elements import DeadLetter
from jobs.message import Ring


@dataclass(frozen=True)
class Decoded:
    """`rings`: messages of a form we know; `rejected`: dead letters."""

    rings: PCollection[bytes]
    rejected: PCollection[bytes]


@dataclass(eq=False)
class DecodeJobs(beam.PTransform[PCollection[bytes], Decoded]):
    """Checks job messages, `{"v": 1, "job_id": "..."}`. The message only rings: the job itself is
    in the ledger."""

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, messages: PCollection[bytes]) -> Decoded:
        decoded = messages | "Decode" >> beam.ParDo(_DecodeFn()).with_outputs(
            "rejected", main="rings"
        )
        return Decoded(decoded.rings, decoded.rejected)


class _DecodeFn(beam.DoFn):
    def process(self, element: bytes) -> Iterator[bytes | TaggedOutput[Literal["rejected"], bytes]]:
        try:
            yield Ring.from_bytes(element).to_bytes()
        except ValueError as error:
            letter = DeadLetter.of(str(error), "decode", element)
            yield TaggedOutput("rejected", letter.to_bytes())
