"""What happens to a job, as it happens."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from api.deps import JobId, Reader, ServicesDep
from api.event_feed import EventFeed
from api.openapi import problems
from api.problems import not_found
from api.schemas import rfc3339
from api.services import Services
from jobs.states import TERMINAL
from storage.api_keys import Caller
from storage.event_reading import Standing
from storage.rows import EventRow

router = APIRouter(tags=["jobs"])
SILENCE_S = 15.0  # proxies close a stream that is silent for 30 to 60 s
MOST = 500  # events read at once
LARGEST = 2**31 - 1  # number of an event


@router.get(
    "/v1/jobs/{job_id}/events",
    operation_id="get_job_events",
    summary="Follow a job",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events; JSON when that is what `Accept` asks for.",
            "content": {
                "text/event-stream": {"schema": {"type": "string"}},
                "application/json": {"schema": {"type": "object"}},
            },
        },
        204: {"description": "The job has ended and you have seen all; browsers then stop asking."},
        **problems(404),
    },
)
async def job_events(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    job_id: JobId,
    after: Annotated[
        int, Query(ge=0, le=LARGEST, description="Only events numbered above this.")
    ] = 0,
    last_event_id: Annotated[
        str | None, Header(max_length=20, description="As browsers send it to go on.")
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Each event with its number as id, and `progress` between them; ends when the job has ended,
    and soon after the key no longer works.

    Events: the states of the job, `part_done`, `part_failed`, `cancel_requested`.
    """
    if last_event_id and last_event_id.isascii() and last_event_id.isdigit():
        after = max(after, min(int(last_event_id), LARGEST))
    job = await asyncio.to_thread(services.catalogue.job, caller.tenant, job_id)
    if job is None:
        raise not_found()
    if "application/json" in accept:
        rows = await asyncio.to_thread(
            services.catalogue.events, caller.tenant, job_id, after, MOST
        )
        return JSONResponse({"events": [_plain(row) for row in rows]})
    if job.status in TERMINAL and after >= job.last_event:
        return Response(status_code=204)
    feed: EventFeed = request.app.state.feed
    return StreamingResponse(
        _stream(feed, services, caller, job_id, after),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def _stream(
    feed: EventFeed, services: Services, caller: Caller, job_id: str, after: int
) -> AsyncIterator[bytes]:
    told: Standing | None = None
    async with feed.listening(job_id, caller.key_id) as listener:
        yield b"retry: 1000\n\n"
        while True:
            standing = await listener.next(SILENCE_S)
            # The client comes back, with the number of the last event it has seen.
            if feed.is_closing or listener.refused.is_set():
                return
            if standing is None:
                yield b": nothing new\n\n"
                continue
            # Before the events: the one that ends the job is the last thing in the stream.
            if standing.stages and (told is None or told.stages != standing.stages):
                yield _event("progress", _progress(standing))
            told = standing
            while after < standing.last_event:
                rows = await asyncio.to_thread(
                    services.catalogue.events, caller.tenant, job_id, after, MOST
                )
                if not rows:
                    break
                for row in rows:
                    if listener.refused.is_set():
                        return  # while a slow client took what was read before
                    yield _event(row.kind, _plain(row), row.number)
                after = rows[-1].number
            if standing.has_ended:
                return


def _plain(row: EventRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "kind": row.kind,
        "at": rfc3339(row.at),
        "generation": row.generation,
        "data": row.data,
    }


def _progress(standing: Standing) -> dict[str, Any]:
    return {
        "status": standing.status.value,
        "stages": {
            stage.stage: {
                "parts": stage.parts,
                "parts_done": stage.parts_done,
                "units": stage.units,
                "units_done": stage.units_done,
            }
            for stage in standing.stages
        },
    }


def _event(kind: str, data: dict[str, Any], number: int | None = None) -> bytes:
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
