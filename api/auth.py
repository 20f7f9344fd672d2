"""Who calls: API keys, what they may do, and how often."""

import ipaddress
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from api.problems import ProblemError
from storage.api_keys import Caller

if TYPE_CHECKING:
    from api.services import Services

# Per client address and process: somebody who mistypes a key goes on at once, and whoever tries
# keys by the thousand hardly reaches the database.
FAILURES_AT_ONCE = 20.0
FAILURES_PER_S = 1 / 3
# Of services that call back, per address and process: an order has some three in as many minutes.
CALLBACKS_AT_ONCE = 100.0
CALLBACKS_PER_S = 10.0
REFUSALS_NOTED_PER_S = 1 / 60  # a client that polls with the wrong key shall not fill the audit log

_BEARER = HTTPBearer(scheme_name="bearer", description="An API key, `aip_...`.", auto_error=False)
_API_KEY = APIKeyHeader(
    name="X-API-Key", scheme_name="api_key", description="The same key.", auto_error=False
)


def authenticate(request: Request) -> Caller:
    """Whoever sent the request, by `Authorization: Bearer aip_...` or `X-API-Key`.

    Raises:
      ProblemError: 401 without a key that works; 429 after too many failures from the address.
    """
    services: Services = request.app.state.services
    text = _key_text(request)
    if text is None:
        raise _unauthenticated("Give an API key: Authorization: Bearer aip_...")
    failures = services.rate_limits.here
    bucket = f"failures:{_network(request)}"
    # A key that has worked here is always looked up: others behind its address cannot shut it out.
    if not services.api_keys.knows(text):
        wait_s = failures.wait_s(bucket, FAILURES_PER_S, FAILURES_AT_ONCE)
        if wait_s:
            raise ProblemError(
                429, "too_many_failures", "Too many keys from this address did not work; wait.",
                {"Retry-After": _whole_seconds(wait_s)},
            )  # fmt: skip
    caller = services.api_keys.find(text)
    if caller is None:
        failures.take(bucket, FAILURES_PER_S, FAILURES_AT_ONCE)
        raise _unauthenticated("This API key is unknown, has expired or was revoked.")
    return caller


def limit_callbacks(request: Request) -> None:
    """For routes that services call back, without a key.

    Raises:
      ProblemError: 429 after too many from the address.
    """
    services: Services = request.app.state.services
    bucket = f"callbacks:{_network(request)}"
    wait_s = services.rate_limits.here.take(bucket, CALLBACKS_PER_S, CALLBACKS_AT_ONCE)
    if wait_s:
        raise ProblemError(
            429, "rate_limited", "Too many callbacks from this address; wait.",
            {"Retry-After": _whole_seconds(wait_s)},
        )  # fmt: skip


def require(scope: str, *, submits: bool = False) -> Callable[..., Caller]:
    """A dependency: the caller, if the key has the scope and has not been used too often.

    Args:
      submits: For routes that put jobs into the queue: those have lower limits beside.
    """

    def authorise(
        request: Request,
        # For OpenAPI: so the schemes are told of. What counts is read in `authenticate`.
        _bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
        _api_key: Annotated[str | None, Security(_API_KEY)],
    ) -> Caller:
        services: Services = request.app.state.services
        caller = authenticate(request)
        _limit(services, caller, submits)
        _check_scope(request, caller, scope, f"This API key lacks the scope {scope}.")
        return caller

    return authorise


def check_grant(request: Request, caller: Caller, scopes: Iterable[str]) -> None:
    """Lets a key hand out what it has itself, and nothing more.

    Raises:
      ProblemError: 403, which names the scope that the key lacks.
    """
    for scope in scopes:
        detail = f"A key hands out scopes that it has itself, and this one lacks {scope}."
        _check_scope(request, caller, scope, detail)


def _check_scope(request: Request, caller: Caller, scope: str, detail: str) -> None:
    if not caller.may(scope):
        _note_refusal(request.app.state.services, request, caller, scope)
        raise ProblemError(403, "forbidden", detail, scope=scope)


def _key_text(request: Request) -> str | None:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and text.strip():
        return text.strip()
    return request.headers.get("x-api-key") or None


def _limit(services: "Services", caller: Caller, submits: bool) -> None:
    """Takes a token from every bucket the request counts for.

    The key's comes first: a key over its limit then takes nothing from its tenant's others.
    """
    settings = services.settings
    limits = [
        ("key", caller.key_id, settings.rate_per_key),
        ("tenant", caller.tenant, settings.rate_per_tenant),
    ]
    if submits:
        limits += [
            ("key-jobs", caller.key_id, settings.submit_rate_per_key),
            ("tenant-jobs", caller.tenant, settings.submit_rate_per_tenant),
        ]
    for policy, name, per_minute in limits:
        wait_s = services.rate_limits.spend(f"{policy}:{name}", per_minute)
        if wait_s:
            after = _whole_seconds(wait_s)
            # Fields of draft-ietf-httpapi-ratelimit-headers-10: policy by name, quota, window in
            # seconds; what is left, and for how long that is so.
            raise ProblemError(
                429, "rate_limited",
                f"More than {per_minute:,} requests a minute ({policy}); wait {after} s.",
                {
                    "Retry-After": after,
                    "RateLimit-Policy": f'"{policy}";q={per_minute};w=60',
                    "RateLimit": f'"{policy}";r=0;t={after}',
                },
                policy=policy,
            )  # fmt: skip


def _note_refusal(services: "Services", request: Request, caller: Caller, scope: str) -> None:
    # By the pattern of the route, since a path holds whatever the client wrote.
    target = f"{request.method} {request.scope['route'].path}"
    once = f"refused:{caller.key_id}:{target}"
    if services.rate_limits.here.take(once, REFUSALS_NOTED_PER_S, 1.0) == 0:
        services.audit.note(caller.tenant, caller.key_id, "scope.refused", target, {"scope": scope})


def _network(request: Request) -> str:
    """Who is behind an address: an IPv6 client has 2^64 of them."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host  # a local socket has none
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))


def _unauthenticated(detail: str) -> ProblemError:
    return ProblemError(401, "unauthenticated", detail, {"WWW-Authenticate": "Bearer"})


def _whole_seconds(wait_s: float) -> str:
    return str(max(1, math.ceil(wait_s)))
