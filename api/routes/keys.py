"""API keys of a tenant, and what was done with them."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from api.auth import check_grant
from api.cursor import cursor_after, position_of
from api.deps import ID, Admin, ServicesDep
from api.json_body import json_body
from api.links import key_links, page_link
from api.openapi import model_body, problems
from api.problems import not_found
from api.requests import KeyRequest, RotateRequest
from storage.api_keys import KeyRow, NewKey
from storage.audit import AuditRow

router = APIRouter(prefix="/v1", tags=["keys"])

_FOLLOWING = "For the page that follows; null on the last one."
_CURSOR = "`next_cursor` of the page before."

KeyId = Annotated[
    str, Path(pattern=ID, description="Id of an API key.", examples=["0123456789abcdef"])
]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]


class Key(BaseModel):
    """A key, without its secret."""

    id: str
    tenant: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To a minute.")
    rotated_from: str | None = Field(description="Id of the key that this one replaces.")


class MadeKey(Key):
    """A key that has just been made."""

    key: str = Field(description="The key itself. It is shown this once.")


class Keys(BaseModel):
    """Keys, newest first."""

    keys: list[Key]
    next_cursor: str | None = Field(description=_FOLLOWING)


class AuditEntry(BaseModel):
    """Something that was done."""

    id: int
    at: datetime
    actor: str = Field(description="Id of an API key, or `operator`.")
    action: str
    target: str
    data: dict[str, Any]


class AuditEntries(BaseModel):
    """Entries of the audit log, newest first."""

    entries: list[AuditEntry]
    next_cursor: str | None = Field(description=_FOLLOWING)


@router.post(
    "/keys",
    status_code=201,
    operation_id="make_key",
    summary="Make an API key",
    responses={201: {"links": key_links()}, **problems()},
    openapi_extra=model_body(KeyRequest),
)
def make_key(
    caller: Admin,
    services: ServicesDep,
    request: Request,
    given: Annotated[KeyRequest, Depends(json_body(KeyRequest))],
) -> MadeKey:
    """Makes a key of the caller's tenant, with scopes that the caller has."""
    check_grant(request, caller, given.scopes)
    made = services.api_keys.make(
        caller.tenant, given.name, given.scopes, given.expires_s, actor=caller.key_id
    )
    return _made(made)


@router.get(
    "/keys",
    operation_id="list_keys",
    summary="List API keys, newest first",
    responses={200: {"links": {**key_links("/keys/0/id"), **page_link("list_keys")}}, **problems()},
)
def list_keys(
    caller: Admin,
    services: ServicesDep,
    limit: Limit = 100,
    cursor: Annotated[str | None, Query(max_length=300, description=_CURSOR)] = None,
) -> Keys:
    """Lists the keys of the caller's tenant, also those that no longer work."""
    before = position_of(cursor) if cursor is not None else None
    rows = services.api_keys.page(caller.tenant, limit + 1, before)
    shown, more = rows[:limit], len(rows) > limit
    return Keys(
        keys=[Key(**_told(row)) for row in shown],
        next_cursor=cursor_after(shown[-1].created_at, shown[-1].id) if more else None,
    )


@router.delete(
    "/keys/{key_id}",
    status_code=204,
    operation_id="revoke_key",
    summary="Revoke an API key",
    responses=problems(404),
)
def revoke_key(key_id: KeyId, caller: Admin, services: ServicesDep) -> Response:
    """Ends a key; within two seconds no instance accepts it."""
    if not services.api_keys.revoke(caller.tenant, key_id, actor=caller.key_id):
        raise not_found()
    return Response(status_code=204)


@router.post(
    "/keys/{key_id}/rotate",
    status_code=201,
    operation_id="rotate_key",
    summary="Replace an API key",
    responses={201: {"links": key_links()}, **problems(404, 409)},
    openapi_extra=model_body(RotateRequest),
)
def rotate_key(
    key_id: KeyId,
    caller: Admin,
    services: ServicesDep,
    request: Request,
    given: Annotated[RotateRequest, Depends(json_body(RotateRequest))],
) -> MadeKey:
    """Makes a key like this one, which goes on working for `overlap_s` seconds."""
    if (old := services.api_keys.get(caller.tenant, key_id)) is not None:
        check_grant(request, caller, old.scopes)  # which never change
    made = services.api_keys.rotate(caller.tenant, key_id, given.overlap_s, actor=caller.key_id)
    if made is None:
        raise not_found()
    return _made(made)


@router.get(
    "/audit",
    tags=["audit"],
    operation_id="read_audit_log",
    summary="Read the audit log, newest first",
    responses={200: {"links": page_link("read_audit_log")}, **problems()},
)
def read_audit_log(
    caller: Admin,
    services: ServicesDep,
    limit: Limit = 100,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$", description=_CURSOR)] = None,
) -> AuditEntries:
    """Tells what was done in the caller's tenant."""
    before = int(cursor) if cursor is not None else None
    rows = services.audit.page(caller.tenant, limit + 1, before)
    shown, more = rows[:limit], len(rows) > limit
    return AuditEntries(
        entries=[_entry(row) for row in shown],
        next_cursor=str(shown[-1].id) if more else None,
    )


def _told(row: KeyRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "tenant": row.tenant,
        "name": row.name,
        "scopes": list(row.scopes),
        "created_at": _when(row.created_at),
        "expires_at": _when(row.expires_at),
        "revoked_at": _when(row.revoked_at),
        "last_used_at": _when(row.last_used_at),
        "rotated_from": row.rotated_from,
    }


def _made(made: NewKey) -> MadeKey:
    return MadeKey(**_told(made.row), key=made.secret)


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=row.id, at=datetime.fromtimestamp(row.at, UTC), actor=row.actor,
        action=row.action, target=row.target, data=row.data,
    )  # fmt: skip


def _when(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
