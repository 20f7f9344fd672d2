"""Jobs: taking them in, showing them, and what their owners may ask of them."""

import hashlib
import re
import secrets
import time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Response

from api.check_job import check_job
from api.cursor import cursor_after, position_of
from api.deps import Body, JobId, LinksDep, Reader, ServicesDep, Submitter, Writer
from api.etags import is_known
from api.job_view import job_view
from api.json_body import json_body
from api.links import film_link, job_links, page_link
from api.openapi import job_body, model_body, problems
from api.problems import not_found
from api.requests import RetryRequest
from api.schemas import JobAccepted, JobListed, JobPage, JobView, Links, listed
from jobs.ids import RANDOM_BYTES, new_id
from jobs.states import Status
from storage.intake import Request as Submitting
from storage.rows import JobRow

router = APIRouter(tags=["jobs"])

_TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Such as `order-7731`. The same key with the same job makes one job, however "
        "often it is sent.",
    ),
]


@router.post(
    "/v1/jobs",
    status_code=202,
    operation_id="submit_job",
    summary="Take in a job",
    response_model=JobAccepted,
    responses={
        202: {
            "headers": {"Location": {"schema": {"type": "string"}, "description": "The job."}},
            "links": job_links(),
        },
        **problems(409, 507),
    },
    openapi_extra=job_body(),
)
def submit_job(
    services: ServicesDep,
    caller: Submitter,
    body: Body,
    idempotency_key: IdempotencyKey = None,
    traceparent: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """Checks a job and queues it; work on it begins soon after.

    Files are named by `upload://`, `https://` or `gs://` addresses.
    """
    checked = check_job(body, caller.tenant, services.uploads, services.settings.roster.casting())
    submitted = services.intake.submit(
        Submitting(
            tenant=caller.tenant,
            job_id=new_id("job", time.time(), secrets.token_bytes(RANDOM_BYTES)),
            submission=checked.submission,
            title=checked.job.title,
            webhook_url=checked.job.webhook_url,
            idempotency_key=idempotency_key,
            request_hash=checked.request_hash,
            actor=caller.key_id,
            trace=traceparent if traceparent and _TRACE.fullmatch(traceparent) else None,
        )
    )
    if submitted.is_new:
        services.after_commit()
    # As it was taken in: a repeated request gets the same answer, however far the job is by then.
    has_webhook = checked.job.webhook_url is not None
    accepted = JobAccepted(
        id=submitted.job_id,
        status=Status.QUEUED,
        generation=1,
        title=checked.job.title,
        links=Links.of(submitted.job_id, Status.QUEUED, has_webhook=has_webhook),
    )
    # As bytes: FastAPI would give a model to yet another thread to write.
    return Response(
        accepted.model_dump_json(),
        status_code=202,
        headers={"Location": accepted.links.self},
        media_type="application/json",
    )


@router.get(
    "/v1/jobs",
    operation_id="list_jobs",
    summary="List jobs, newest first",
    responses={200: {"links": {**job_links("/jobs/0/id"), **page_link("list_jobs")}}, **problems()},
)
def list_jobs(
    services: ServicesDep,
    caller: Reader,
    status: Annotated[Status | None, Query(description="Only jobs in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | None, Query(max_length=300, description="`next_cursor` of the page before.")
    ] = None,
) -> JobPage:
    """A page of the jobs of this key's tenant."""
    before = position_of(cursor) if cursor is not None else None
    # One more than asked for tells whether there is another page.
    rows = services.catalogue.page(caller.tenant, limit=limit + 1, before=before, status=status)
    shown = rows[:limit]
    more = len(rows) > limit
    return JobPage(
        jobs=[JobListed(**listed(row)) for row in shown],
        next_cursor=cursor_after(shown[-1].created_at, shown[-1].id) if more else None,
    )


@router.get(
    "/v1/jobs/{job_id}",
    operation_id="get_job",
    summary="Show a job",
    response_model=JobView,
    responses={
        200: {"links": {**job_links(), **film_link()}},
        304: {"description": "Unchanged since `If-None-Match`."},
        **problems(404),
    },
)
def get_job(
    services: ServicesDep,
    links: LinksDep,
    caller: Reader,
    job_id: JobId,
    include: Annotated[
        Literal["document"] | None, Query(description="`document`: the job document, too.")
    ] = None,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """State, progress, problems and files of a job."""
    row = _there(services.catalogue.job(caller.tenant, job_id, with_submission=True))
    view = job_view(services, links, row, time.time(), with_document=include == "document")
    body = view.model_dump_json().encode()
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if is_known(etag, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


@router.post(
    "/v1/jobs/{job_id}/cancel",
    status_code=202,
    operation_id="cancel_job",
    summary="Cancel a job",
    responses={202: {"links": job_links()}, **problems(404)},
)
def cancel_job(services: ServicesDep, caller: Writer, job_id: JobId) -> JobListed:
    """Cancels a job that waits, and asks whoever works on it to stop. Repeating changes nothing."""
    row = _there(services.intake.cancel(caller.tenant, job_id, caller.key_id))
    return JobListed(**listed(row))


@router.post(
    "/v1/jobs/{job_id}/retry",
    status_code=202,
    operation_id="retry_job",
    summary="Run a job again",
    responses={202: {"links": job_links()}, **problems(404, 409)},
    openapi_extra=model_body(RetryRequest),
)
def retry_job(
    services: ServicesDep,
    caller: Submitter,
    job_id: JobId,
    how: Annotated[RetryRequest, Depends(json_body(RetryRequest))],
) -> JobListed:
    """Makes a new run of a job that has ended; what was made before is found again."""
    stage = how.from_stage
    row = _there(services.intake.retry(caller.tenant, job_id, stage, caller.key_id))
    services.after_commit()
    return JobListed(**listed(row))


@router.post(
    "/v1/jobs/{job_id}/approve",
    status_code=202,
    operation_id="approve_job",
    summary="Approve a job that waits for review",
    responses={202: {"links": job_links()}, **problems(404, 409)},
)
def approve_job(services: ServicesDep, caller: Writer, job_id: JobId) -> JobListed:
    """Lets a job go on to its final render; cancel it to refuse it."""
    row = _there(services.intake.approve(caller.tenant, job_id, caller.key_id))
    services.after_commit()
    return JobListed(**listed(row))


def _there(row: JobRow | None) -> JobRow:
    if row is None:
        raise not_found()
    return row
