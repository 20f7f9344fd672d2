"""What it means when the service does not say yes, in a sentence each."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from jobs.errors import AiprodError, InvalidInput
from jobs.version import VERSION
from pipeline.access import Access

NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout)


class ServiceUnavailable(AiprodError):
    """The service does not answer, or not now; the same request may succeed later."""

    retryable = True


class Refused(InvalidInput):
    """The service answered that it will not.

    Attributes:
      status: HTTP status.
      problem: The problem details it sent; empty when it sent none.
    """

    def __init__(self, message: str, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.status = status
        self.problem = dict(problem)


def nobody_there(error: httpx.RequestError, access: Access) -> ServiceUnavailable:
    """No connection, and never was one."""
    return ServiceUnavailable(
        f"there is no service at {access.url} ({_reason(error)}): start one here with "
        "`make serve`, or give its address with --url or AIPROD_URL"
    )


def unanswered(error: httpx.RequestError, access: Access) -> ServiceUnavailable:
    """A connection that failed or broke."""
    return ServiceUnavailable(f"the service at {access.url} does not answer ({_reason(error)})")


def foreign(answer: httpx.Response, access: Access) -> ServiceUnavailable:
    """An answer of another shape than the API has."""
    what = f"{answer.request.method} {answer.request.url.path}"
    kind = answer.headers.get("content-type", "something without a type")
    return ServiceUnavailable(
        f"{access.url} answers {what} with {kind} that the API of AIPROD {VERSION} never sends: "
        "is this its address, and is it of this version?"
    )


def refusal(answer: httpx.Response, access: Access, what: str) -> AiprodError:
    """An answer whose status says no. `what` was asked for, if it is not there."""
    status, problem = answer.status_code, _problem(answer)
    detail = str(problem.get("detail") or f"{status} {answer.reason_phrase}").rstrip(".")
    if status >= 500:
        return ServiceUnavailable(f"the service at {access.url} answers {status}: {detail}")
    if status == 429:
        return ServiceUnavailable(f"{access.url} takes no more requests for now: {detail}")
    if not problem:
        return Refused(f"{access.url} answers {detail}; is this the address of AIPROD?", status, {})
    if status == 401:
        return Refused(_about_key(detail, access), status, problem)
    if status == 404 and what:
        return Refused(f"there is no {what} at {access.url}", status, problem)
    errors = problem.get("errors")
    places = [str(one.get("message")) for one in errors] if isinstance(errors, list) else []
    return Refused("\n".join([detail, *places] if len(places) > 1 else [detail]), status, problem)


def _about_key(detail: str, access: Access) -> str:
    if access.key:
        return f"{access.url} refuses the API key from {access.key_source}: {detail}"
    return (
        f"{access.url} wants an API key and there is none in {access.key_source}: "
        "set AIPROD_API_KEY, or AIPROD_DATA to the data folder of that service"
    )


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        answer.read()
        found = answer.json()
    except (httpx.RequestError, ValueError):
        return {}
    finally:
        answer.close()
    return found if isinstance(found, dict) else {}


def _reason(error: httpx.RequestError) -> str:
    return re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
