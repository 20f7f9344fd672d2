"""The OpenAPI document: the job document's schema in it, errors, links and an example."""

import json
from functools import cache
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.routing import compile_path

from api.requests import EXAMPLES
from api.schemas import ProblemDetails
from jobs.document import job_schema

EXAMPLE_JOB = {
    "title": "Tide pools",
    "scenes": [
        {
            "narration": "Twice a day the sea forgets these rocks.",
            "visual": {"type": "prompt", "prompt": "tide pools at dawn"},
        }
    ],
    "music": {"prompt": "calm, curious, piano"},
    "output": {"aspect_ratio": "16:9", "height": 720, "fps": 30, "quality": "draft"},
}
_TOLD_JOB = {
    "prompt": "Twice a day the sea forgets these rocks.",
    "webhook_url": "https://example.com/hook",
}
_JOB = "Job"
_WHENEVER = (401, 403, 408, 413, 415, 422, 429, 503)
_SENTENCES = {
    401: "No key, or one that does not work.",
    403: "The key lacks the scope.",
    404: "Not there, or not yours.",
    408: "The body took too long.",
    409: "Does not fit the state it is in.",
    413: "The body is too large.",
    415: "Not JSON, or encoded.",
    416: "No such range in the file.",
    422: "Something in it is wrong; `errors` says what and where.",
    429: "Too many requests; `Retry-After` says how long to wait.",
    503: "A database, store or queue does not answer.",
    507: "No room left.",
}

DESCRIPTION = """
Makes videos from jobs: a prompt, a script, or scenes.

Send a job to `POST /v1/jobs`, follow `/v1/jobs/{job_id}/events`, fetch the files of the finished
video. Keys go into `Authorization: Bearer aip_...`. Errors are problem details (RFC 9457).
"""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Responses of a route that needs a key: those every such route may give, and these."""
    return {status: _problem(status) for status in sorted({*_WHENEVER, *statuses})}


def open_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Responses of a route that needs no key."""
    return {status: _problem(status) for status in statuses}


def job_body() -> dict[str, Any]:
    """The request body of a route that takes a job document."""
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{_JOB}"},
                    "examples": {
                        "small": {"summary": "A small job", "value": EXAMPLE_JOB},
                        "told": {"summary": "A webhook tells how it ends", "value": _TOLD_JOB},
                    },
                }
            },
        }
    }


def model_body(model: type[BaseModel]) -> dict[str, Any]:
    """The request body of a route that reads this model of `api.requests`."""
    example = {"summary": (model.__doc__ or "").rstrip("."), "value": EXAMPLES[model]}
    return {
        "requestBody": {
            "required": any(field.is_required() for field in model.model_fields.values()),
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{model.__name__}"},
                    "examples": {"small": example},
                }
            },
        }
    }


def install_openapi(app: FastAPI) -> None:
    """Lets an application complete its OpenAPI document when it is first asked for: writing it
    takes as long as hundreds of answers."""
    draft = app.openapi

    @cache
    def openapi() -> dict[str, Any]:
        document = draft()
        schemas = dict(document["components"]["schemas"])
        models: tuple[type[BaseModel], ...] = (ProblemDetails, *EXAMPLES)
        job = {name: part for name, part in job_schema().items() if name != "$schema"}
        _add(schemas, _JOB, job)
        for model in models:
            _add(schemas, model.__name__, model.model_json_schema())
        return {**document, "components": {**document["components"], "schemas": schemas}}

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it


def _add(schemas: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    """Adds a schema; what it defines and refers to moves to where the others are."""
    moved = json.loads(json.dumps(schema).replace('"#/$defs/', '"#/components/schemas/'))
    more = {**moved.pop("$defs", {}), name: moved}
    if clash := more.keys() & schemas.keys():
        raise ValueError(f"two schemas of one name: {', '.join(sorted(clash))}")
    schemas |= more


def allowed_methods(app: FastAPI, path: str) -> tuple[str, ...]:
    """Methods that the document knows for an address, and HEAD where there is GET.

    Starlette tells of one route's only.
    """
    methods = [
        method.upper()
        for template, operations in app.openapi()["paths"].items()
        if compile_path(template)[0].match(path)
        for method in operations
    ]
    return (*methods, "HEAD") if "GET" in methods else tuple(methods)


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": _SENTENCES[status],
        "content": {
            "application/problem+json": {
                "schema": {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
            }
        },
    }
