"""The JSON Schema of the job document."""

import json
from functools import cache

from fastapi import APIRouter, Response

from jobs.document import job_schema

router = APIRouter(tags=["jobs"])


@router.get(
    "/v1/schema",
    operation_id="get_schema",
    summary="Show the schema of the job document",
    response_class=Response,
    responses={200: {"content": {"application/schema+json": {"schema": {"type": "object"}}}}},
)
def get_schema() -> Response:
    """JSON Schema (2020-12), with a description of every field. Needs no key."""
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(_schema_text(), headers=headers, media_type="application/schema+json")


@cache
def _schema_text() -> bytes:
    return json.dumps(job_schema(), indent=1).encode()
