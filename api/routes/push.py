"""Rings that Pub/Sub pushes to us."""

import base64
import binascii
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ValidationError

from api.deps import Body, PushVerifierDep, ServicesDep
from api.json_body import strict_json
from api.openapi import open_problems
from api.problems import ProblemError
from api.services import Services
from jobs.elements import DeadLetter
from jobs.errors import InvalidInput
from jobs.message import Ring
from storage.ledger import Ledger

router = APIRouter(tags=["service"])
_EXAMPLE = {"message": {"data": base64.b64encode(Ring("job-1").to_bytes()).decode()}}


class _Message(BaseModel):
    data: str = ""  # base64; a message may have attributes alone


class _Push(BaseModel):
    """A message as Pub/Sub wraps it."""

    message: _Message


@router.post(
    "/process-job",
    status_code=204,
    operation_id="process_job",
    summary="Take a ring from Pub/Sub",
    responses=open_problems(401, 403, 408, 413, 415, 503),
    openapi_extra={
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": {},  # what is no push of ours is kept and acknowledged
                    "examples": {"ring": {"summary": "A ring for a job", "value": _EXAMPLE}},
                }
            },
            "description": "A push message of Pub/Sub; its `data` is a ring.",
        },
    },
)
def process_job(
    services: ServicesDep,
    verifier: PushVerifierDep,
    body: Body,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """Wakes the worker for the job that the message names: the job itself is in the ledger.

    What is no ring, or rings for a job that nobody knows, is kept as a dead letter and published as
    one, and then acknowledged: it would never become a job.
    """
    if verifier is None:
        raise ProblemError(403, "push_disabled", "This service expects no pushes.")
    verifier.verify(authorization)
    letter = _undeliverable(services, _data_of(body))
    if letter is None:
        services.ring()
    else:
        _put_aside(services, letter)
    return Response(status_code=204)


def _undeliverable(services: Services, pushed: bytes) -> DeadLetter | None:
    """Why a message wakes nobody; None when it rings for a job of ours."""
    try:
        ring = Ring.from_bytes(pushed)
    except ValueError as error:
        return DeadLetter.of(str(error), "push", pushed)
    # Without patience: a push that is not answered comes again by itself.
    if Ledger(services.database, patience_s=0).knows(ring.job_id):
        return None
    return DeadLetter.of(f"there is no job {ring.job_id}", "admit", pushed)


def _put_aside(services: Services, letter: DeadLetter) -> None:
    """Records a letter and publishes it; one that cannot be is pushed again, and counted again."""
    attempt = services.dead_letters.record(letter).attempts
    if services.dead_letter_publisher:
        services.dead_letter_publisher.publish([replace(letter, attempt=attempt).to_bytes()])


def _data_of(body: bytes) -> bytes:
    """The message in a push request; the request itself when it holds none."""
    try:
        pushed = _Push.model_validate(strict_json(body))
        return base64.b64decode(pushed.message.data, validate=True)
    except (InvalidInput, ValidationError, binascii.Error):
        return body
