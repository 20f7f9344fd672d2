"""Taking jobs into work."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import apache_beam as beam
from apache_beam.pvalue import PCollection, TaggedOutput
from apache_beam.typehints.decorators import no_annotations

from jobs.crash_points import crash_point
from jobs.elements import DeadLetter, Run
from jobs.errors import AiprodError
from jobs.message import Ring
from transforms.studio import Studio, StudioConfig

LOG = logging.getLogger(__name__)
RETRY_AFTER_S = 15.0  # a store that did not answer is asked again after that


@dataclass(frozen=True)
class Admitted:
    """`runs`: a `Run` for each job claimed; `rejected`: dead letters, of unknown jobs."""

    runs: PCollection[bytes]
    rejected: PCollection[bytes]


@dataclass(eq=False)
class AdmitJobs(beam.PTransform[PCollection[bytes], Admitted]):
    """Claims each job in the ledger, queued -> planning.

    A job that somebody else works on, or that has ended, leaves no element: a message may come
    twice, its job is worked on once. A ring that carries the token of a claim takes that claim.
    """

    studio: StudioConfig

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, rings: PCollection[bytes]) -> Admitted:
        admitted = rings | "Claim" >> beam.ParDo(_AdmitFn(self.studio)).with_outputs(
            "rejected", main="runs"
        )
        return Admitted(admitted.runs, admitted.rejected)


def admit(ring: Ring, studio: Studio) -> Run | None:
    """The run to work on; None when there is nothing to do.

    A store that does not answer puts the job back, to be rung again.

    Raises:
      LookupError: Nobody knows the job.
    """
    ledger = studio.ledger
    if ring.token is not None:
        claim = ledger.claimed(ring.job_id, ring.token)
    else:
        claim = ledger.claim(ring.job_id)
        if claim is None and not ledger.knows(ring.job_id):
            raise LookupError(f"there is no job {ring.job_id}")
    if claim is None:
        return None
    crash_point("admit.after_claim")
    try:
        name = studio.artefacts.keep_media((claim.submission.encode(), ".json"))
    except AiprodError as error:
        LOG.warning("job %s is put back: %s", claim.job_id, error.message)
        ledger.release(claim.job_id, claim.token, RETRY_AFTER_S)
        return None
    return Run(
        claim.job_id, claim.generation, claim.token, name,
        claim.approved, claim.trace, claim.tenant, claim.takes,
        json.loads(claim.submission)["document"].get("budget_usd"),
    )  # fmt: skip


class _AdmitFn(beam.DoFn):
    def __init__(self, config: StudioConfig) -> None:
        self._config = config

    def setup(self) -> None:
        self._studio = self._config.open()

    def process(self, element: bytes) -> Iterator[bytes | TaggedOutput[Literal["rejected"], bytes]]:
        try:
            run = admit(Ring.from_bytes(element), self._studio)
        except LookupError as error:
            letter = DeadLetter.of(str(error.args[0]), "admit", element)
            yield TaggedOutput("rejected", letter.to_bytes())
            return
        if run:
            yield run.to_bytes()

    def teardown(self) -> None:
        self._studio.close()
