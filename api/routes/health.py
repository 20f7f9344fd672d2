"""Whether the service lives, and whether it can work."""

import logging
from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy import select

from api.deps import ServicesDep
from api.schemas import Answer
from api.services import Services
from jobs.errors import AiprodError

LOG = logging.getLogger(__name__)
router = APIRouter(tags=["service"])


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(Answer):
    """What the service needs, and whether it is there."""

    status: Literal["ready", "not_ready"]
    checks: dict[str, Literal["ok", "failed"]]


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
def ready(services: ServicesDep, response: Response) -> Readiness:
    """Asks the database, the file store, the queue, and whether the worker beside us stays up."""
    asked: dict[str, Callable[[], None]] = {
        "database": lambda: _check_database(services),
        "blobs": services.blobs.check,
        "publisher": services.publisher.check,
    }
    if services.check_worker:
        asked["worker"] = services.check_worker
    checks: dict[str, Literal["ok", "failed"]] = {
        name: _outcome(name, check) for name, check in asked.items()
    }
    if "failed" not in checks.values():
        return Readiness(status="ready", checks=checks)
    response.status_code = 503
    return Readiness(status="not_ready", checks=checks)


def _check_database(services: Services) -> None:
    with services.database.reading() as connection:
        connection.execute(select(1))


def _outcome(name: str, check: Callable[[], None]) -> Literal["ok", "failed"]:
    try:
        check()
    except AiprodError as error:
        LOG.warning("not ready: %s: %s", name, error.message)
        return "failed"
    return "ok"
