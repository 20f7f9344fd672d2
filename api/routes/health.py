"""Whether the service lives, and whether it can work."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from api.readiness import Outcome, ReadinessChecks
from api.schemas import Answer
from api.services import Services

router = APIRouter(tags=["service"])


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(Answer):
    """What the service needs, and whether it is there."""

    status: Literal["ready", "not_ready"]
    checks: dict[str, Outcome]


@router.get("/health", operation_id="health", summary="Is the process alive?")
async def health() -> Alive:
    """Answers without touching anything: not even a thread."""
    return Alive()


@router.get(
    "/ready",
    operation_id="ready",
    summary="Can it work?",
    responses={503: {"model": Readiness, "description": "Something it needs is not there."}},
)
async def ready(request: Request, response: Response) -> Readiness:
    """Asks database, file store, queue and the worker beside us, at most every two seconds."""
    checks: ReadinessChecks = request.app.state.readiness
    outcomes = await checks.outcomes()
    if "failed" not in outcomes.values():
        return Readiness(status="ready", checks=outcomes)
    response.status_code = 503
    return Readiness(status="not_ready", checks=outcomes)


def readiness_checks(services: Services) -> ReadinessChecks:
    """What is asked."""
    checks = {
        "database": lambda: _check_database(services),
        "blobs": services.blobs.check,
        "publisher": services.publisher.check,
    }
    if services.check_worker:
        checks["worker"] = services.check_worker
    return ReadinessChecks(checks)


def _check_database(services: Services) -> None:
    with services.database.reading() as connection:
        connection.execute(select(1))
