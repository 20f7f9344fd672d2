"""Callbacks of services that make what we have ordered: hints to ask, and nothing more."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.auth import limit_callbacks
from api.deps import ID, ServicesDep
from api.openapi import open_problems
from storage.calls import Calls

router = APIRouter(tags=["service"])
_EXAMPLE = {
    "code": 200,
    "msg": "All generated successfully.",
    "data": {"callbackType": "complete", "task_id": "5c79be8e", "data": []},
}


@router.post(
    "/callbacks/suno/{token}",
    operation_id="suno_calls_back",
    summary="Hear that Suno got on with an order",
    responses=open_problems(408, 413, 415, 429, 503),
    dependencies=[Depends(limit_callbacks)],
    openapi_extra={
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": {},  # whatever it is, it is not read
                    "examples": {"complete": {"summary": "Songs are made", "value": _EXAMPLE}},
                }
            },
            "description": "What a reseller of Suno says of an order. It is not read.",
        },
    },
)
def hear_suno(
    services: ServicesDep,
    token: Annotated[
        str,
        Path(
            description="From the address that an order was given with.",
            examples=["call-0b54c9c1f4ae4d7f9d1c36f0f6f2a7aa"],
        ),
    ],
) -> dict[str, str]:
    """Lets the worker that waits for the order ask after it at once, and believes nothing else.

    Callbacks are unsigned, so each token has the same answer, whether there is an order or not.
    """
    if re.fullmatch(ID, token):
        # Without patience: a callback that is not answered comes again by itself.
        Calls(services.database, patience_s=0).hear(token)
    return {}
