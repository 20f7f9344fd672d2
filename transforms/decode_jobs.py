"""Messages become job ids."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import apache_beam as beam
from apache_beam.pvalue import PCollection, TaggedOutput
from apache_beam.typehints.decorators import no_annotations

from jobs.elements import DeadLetter

_SHOWN_BYTES = 8192


@dataclass(frozen=True)
class Decoded:
    """`jobs`: ids of jobs in the ledger; `rejected`: dead letters."""

    jobs: PCollection[str]
    rejected: PCollection[bytes]


@dataclass(eq=False)
class DecodeJobs(beam.PTransform[PCollection[bytes], Decoded]):
    """Reads job messages, `{"v": 1, "job_id": "..."}`. The message only rings: the job itself is
    in the ledger."""

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, messages: PCollection[bytes]) -> Decoded:
        decoded = messages | "Decode" >> beam.ParDo(_DecodeFn()).with_outputs(
            "rejected", main="jobs"
        )
        return Decoded(decoded.jobs, decoded.rejected)


def job_message(job_id: str) -> bytes:
    """The message that asks for a job to be worked on."""
    return json.dumps({"v": 1, "job_id": job_id}).encode()


def decode(message: bytes) -> str:
    """The job id of a message. Raises `ValueError` with the reason."""
    try:
        content = json.loads(message)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    if content.get("v") != 1:
        raise ValueError(f"message version {content.get('v')!r} instead of 1")
    job_id = content.get("job_id")
    if not isinstance(job_id, str) or not job_id:
        raise ValueError(f"job_id is {job_id!r} instead of an id")
    return job_id


class _DecodeFn(beam.DoFn):
    def process(self, element: bytes) -> Iterator[str | TaggedOutput[Literal["rejected"], bytes]]:
        try:
            yield decode(element)
        except ValueError as error:
            shown = element[:_SHOWN_BYTES].decode("utf-8", "backslashreplace")
            letter = DeadLetter(str(error)[:500], "decode", shown)
            yield TaggedOutput("rejected", letter.to_bytes())
