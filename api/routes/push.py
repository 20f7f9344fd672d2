"""Rings that Pub/Sub pushes to us."""

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ValidationError

from api.deps import Body, PushVerifierDep, ServicesDep
from api.openapi import open_problems
from api.problems import ProblemError
from jobs.elements import DeadLetter
from jobs.message import Ring

router = APIRouter(tags=["service"])
MAX_KEPT, MAX_REASON = 8000, 1000  # characters of a dead letter


class _Message(BaseModel):
    data: str  # base64


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
            "content": {"application/json": {"schema": {"type": "object"}}},
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

    What is no ring is kept as a dead letter, and acknowledged: it would never become one.
    """
    if verifier is None:
        raise ProblemError(403, "push_disabled", "This service expects no pushes.")
    verifier.verify(authorization)
    pushed = _data_of(body)
    try:
        Ring.from_bytes(pushed)
    except ValueError as error:
        text = pushed.decode(errors="backslashreplace")[:MAX_KEPT]
        services.dead_letters.record(DeadLetter(str(error)[:MAX_REASON], "push", text))
    else:
        services.ring()
    return Response(status_code=204)


def _data_of(body: bytes) -> bytes:
    """The message in a push request; the request itself when it holds none."""
    try:
        return base64.b64decode(_Push.model_validate_json(body).message.data, validate=True)
    except (ValidationError, binascii.Error):
        return body
