"""What went wrong, as problem details (RFC 9457): one shape for every error of the API."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.openapi import allowed_methods
from jobs.errors import AiprodError, ErrorCode
from jobs.mistakes import Mistake, path_text

LOG = logging.getLogger(__name__)
RETRY_AFTER_S = 2  # a restarted database, bucket or topic answers again about then

# Sentences where our own ones would tell of hosts, paths or statements; those go to the log.
_WAIT = {"Retry-After": str(RETRY_AFTER_S)}
_UNAVAILABLE: Mapping[ErrorCode, tuple[int, str, dict[str, str]]] = {
    ErrorCode.LEDGER_UNAVAILABLE: (503, "The database does not answer; try again soon.", _WAIT),
    ErrorCode.STORE_UNAVAILABLE: (503, "The file store does not answer; try again soon.", _WAIT),
    ErrorCode.QUEUE_UNAVAILABLE: (503, "The queue does not answer; try again soon.", _WAIT),
    ErrorCode.RESOURCE_LIMIT: (507, "The service has no room left; try again later.", {}),
}
_STATUSES: Mapping[ErrorCode, int] = {
    ErrorCode.INVALID_INPUT: 422,
    ErrorCode.UNSUPPORTED_MEDIA: 422,
    ErrorCode.INPUT_UNREACHABLE: 422,
    ErrorCode.NO_MATCH: 422,
    ErrorCode.CONFLICT: 409,
}
_NAMES = {404: "not_found", 405: "method_not_allowed", 500: "internal"}
_NOT_FOUND = "There is nothing at this address."
_UNFORESEEN = "Something went wrong on our side; it has been noted."


class ProblemError(Exception):
    """A refusal to be shown to the client as problem details.

    Args:
      code: For programs; a word that does not change.
      detail: One sentence for people.
      members: What a program may need beside, such as `errors`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> Response:
        """The answer that says so."""
        content = {
            "type": f"urn:aiprod:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.members,
        }
        # In ASCII: a text that came from outside may hold what UTF-8 cannot.
        body = json.dumps(content).encode()
        return Response(body, self.status, self.headers, "application/problem+json")


def not_found() -> ProblemError:
    """The answer for what is not there, and in the same words for what belongs to others."""
    return ProblemError(404, _NAMES[404], _NOT_FOUND)


def install_problem_handlers(app: FastAPI) -> None:
    """Makes every error of an application one of ours."""
    app.add_exception_handler(ProblemError, _of_problem)
    app.add_exception_handler(AiprodError, _of_failure)
    app.add_exception_handler(RequestValidationError, _of_request)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(ClientDisconnect, _of_nobody)
    app.add_exception_handler(Exception, _of_anything)


def problem_of(error: AiprodError) -> ProblemError:
    """How the client is told of one of our errors."""
    if told := _UNAVAILABLE.get(error.code):
        status, detail, headers = told
        return ProblemError(status, error.code.value, detail, headers)
    status = _STATUSES.get(error.code, 500)
    if status == 500:
        return ProblemError(500, error.code.value, _UNFORESEEN)
    mistakes = error.facts.get("mistakes")
    if not isinstance(mistakes, tuple):
        return ProblemError(status, error.code.value, error.message)
    return mistaken(mistakes, hidden=int(str(error.facts.get("more", 0))))


def mistaken(mistakes: tuple[Mistake, ...], hidden: int = 0) -> ProblemError:
    """422 for a document, with every mistake and its place."""
    count = len(mistakes) + hidden
    detail = mistakes[0].message if count == 1 else f"The document has {count:,} mistakes."
    errors = [
        {"path": one.path, "accepted": one.accepted, "message": one.message} for one in mistakes
    ]
    return ProblemError(422, ErrorCode.INVALID_INPUT.value, detail, errors=errors)


def _of_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - by its registration
    return error.response()


def _of_failure(request: Request, error: Exception) -> Response:
    assert isinstance(error, AiprodError)  # noqa: S101 - by its registration
    problem = problem_of(error)
    if problem.status >= 500:
        LOG.warning("%s %s: %s", request.method, request.url.path, error.message)
    return problem.response()


def _of_request(_request: Request, error: Exception) -> Response:
    """Parameters and small bodies. What was given is never repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - by its registration
    found = error.errors()
    if any(one["loc"][0] == "path" for one in found):
        return not_found().response()  # not the form of an id: nothing has it
    errors = []
    for one in found:
        where, *path = one["loc"]
        place = path_text(path) or str(where)
        errors.append({"path": place, "message": f"{place}: {one['msg']}"})
    detail = errors[0]["message"] if len(errors) == 1 else f"There are {len(errors)} mistakes."
    return ProblemError(422, ErrorCode.INVALID_INPUT.value, detail, errors=errors).response()


def _of_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - by its registration
    if error.status_code == 404:
        return not_found().response()
    status = HTTPStatus(error.status_code)
    code = _NAMES.get(error.status_code, status.phrase.lower().replace(" ", "_"))
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request.app, request.url.path))
    return ProblemError(status, code, f"{status.phrase}.", headers).response()


def _of_nobody(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)  # the client has gone: nobody reads it


def _of_anything(request: Request, _error: Exception) -> Response:
    # The server logs the trace when the error reaches it, but not what was asked.
    LOG.error("%s %s failed for a reason nobody foresaw", request.method, request.url.path)
    return ProblemError(500, _NAMES[500], _UNFORESEEN).response()
