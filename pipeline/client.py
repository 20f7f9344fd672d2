"""Talking to the service: requests that outlast what passes."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from jobs.errors import AiprodError, InvalidInput
from jobs.version import VERSION
from pipeline.access import Access
from pipeline.event_stream import Event, parse_events
from pipeline.refusals import NO_CONNECTION, foreign, nobody_there, refusal, unanswered

T = TypeVar("T", bound=BaseModel)

RETRY_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 14.0)  # half a minute: a restart takes ten seconds
MAX_ASKED_WAIT_S = 60.0  # what a service that limits requests may make us wait in all
TIMEOUT = httpx.Timeout(30.0, connect=5.0)
UPLOAD_TIMEOUT = httpx.Timeout(300.0, connect=5.0)  # it answers when two gigabytes are stored
EVENTS_TIMEOUT = httpx.Timeout(45.0, connect=5.0)  # the service says something every 15 s
PASSING = frozenset({500, 502, 503, 504})
NO_CONTENT, TOO_MANY = 204, 429

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


@dataclass(frozen=True)
class _Call:
    """A request as it is made, and made again.

    Attributes:
      what: What is asked for, in words, for when it is not there.
      repeats: Whether doing it twice is doing it once.
      body: A file to send.
    """

    method: str
    path: str
    what: str = ""
    repeats: bool = True
    is_stream: bool = False
    body: Path | None = None
    more: dict[str, Any] = field(default_factory=dict, hash=False)

    def send(self, http: httpx.Client) -> httpx.Response:
        content = {"content": _pieces(self.body)} if self.body else {}
        request = http.build_request(self.method, self.path, **{**self.more, **content})
        return http.send(request, stream=self.is_stream, follow_redirects=self.is_stream)


@dataclass(frozen=True)
class _Trouble:
    """What kept a request from being answered. `asked_s`: how long the service asks to wait."""

    error: AiprodError
    asked_s: float = 0.0
    is_limit: bool = False


@contextmanager
def open_client(
    access: Access, say: Callable[[str], None], wait: Callable[[float], None] = time.sleep
) -> Iterator["Client"]:
    """A client; closed at the end.

    Args:
      say: Told in a sentence why the user has to wait.
      wait: Waits so many seconds.
    """
    headers = {"User-Agent": f"aiprod/{VERSION}"}
    if access.key:
        headers["Authorization"] = f"Bearer {access.key}"
    # A proxy of the environment leads nowhere near this machine.
    with httpx.Client(
        base_url=access.url, headers=headers, timeout=TIMEOUT, trust_env=not access.is_local
    ) as http:
        yield Client(http, access, say, wait)


class Client:
    """The API of one service. Reads, and what may be repeated, are tried for half a minute.

    Every method raises `ServiceUnavailable` when the service does not answer or sends what it
    never would, and `Refused` when it will not do what it was asked.
    """

    def __init__(
        self,
        http: httpx.Client,
        access: Access,
        say: Callable[[str], None],
        wait: Callable[[float], None],
    ) -> None:
        self.access = access
        self.say = say
        self.wait = wait
        self._http = http
        self._has_answered = False

    def get(self, kind: type[T], path: str, what: str = "", **params: Any) -> T:
        """Reads a resource. Parameters that are None are left out."""
        given = {name: value for name, value in params.items() if value is not None}
        return self._parsed(kind, _Call("GET", path, what, more={"params": given}))

    def post(
        self,
        kind: type[T],
        path: str,
        body: Any = None,
        what: str = "",
        *,
        key: str | None = None,
        repeats: bool = False,
    ) -> T:
        """Asks for something to be done.

        Args:
          key: Idempotency key, under which it may be asked for again.
          repeats: Whether it may be asked for again in any case.
        """
        more: dict[str, Any] = {"headers": {"Idempotency-Key": key}} if key else {}
        if body is not None:
            more["json"] = body
        return self._parsed(
            kind, _Call("POST", path, what, repeats=repeats or bool(key), more=more)
        )

    def put(self, kind: type[T], path: str, body: Any) -> T:
        """Sets something."""
        return self._parsed(kind, _Call("PUT", path, "", repeats=True, more={"json": body}))

    def delete(self, path: str, what: str) -> None:
        """Ends something."""
        self._answer(_Call("DELETE", path, what))

    def upload(self, kind: type[T], file: Path) -> T:
        """Hands in a file, streamed from disk. Raises `OSError` when it cannot be read."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(file.stat().st_size),
        }
        more = {"params": {"name": file.name}, "headers": headers, "timeout": UPLOAD_TIMEOUT}
        return self._parsed(kind, _Call("POST", "/v1/uploads", body=file, more=more))

    def download(self, path: str, what: str, start: int = 0) -> Iterator[bytes]:
        """The content of a file from byte `start` on, in pieces."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        answer = self._answer(_Call("GET", path, what, is_stream=True, more={"headers": headers}))
        # A store that does not know ranges sends everything.
        skipped = start if answer.status_code == 200 else 0
        for piece in self._body(answer):
            yield piece[skipped:]
            skipped = max(0, skipped - len(piece))

    def events(self, job_id: str, after: int) -> Iterator[Event]:
        """Events of a job, those after number `after`, until the connection ends."""
        headers = {
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",  # nothing shall wait in a buffer
            "Last-Event-ID": str(after),
        }
        answer = self._answer(
            _Call(
                "GET", job_path(job_id, "events"), f"job {job_id}", repeats=False, is_stream=True,
                more={"headers": headers, "timeout": EVENTS_TIMEOUT},
            )
        )  # fmt: skip
        try:
            if answer.status_code == NO_CONTENT:
                return  # the job has ended, and its last event was seen
            if not answer.headers.get("content-type", "").startswith("text/event-stream"):
                raise foreign(answer, self.access)
            yield from parse_events(self._body(answer))
        except ValueError as error:
            raise foreign(answer, self.access) from error
        finally:
            answer.close()

    def _parsed(self, kind: type[T], call: _Call) -> T:
        answer = self._answer(call)
        try:
            return kind.model_validate_json(answer.content)
        except ValidationError as error:
            raise foreign(answer, self.access) from error

    def _body(self, answer: httpx.Response) -> Iterator[bytes]:
        try:
            yield from answer.iter_bytes()
        except httpx.RequestError as error:
            raise unanswered(error, self.access) from error
        finally:
            answer.close()

    def _answer(self, call: _Call) -> httpx.Response:
        """An answer that says yes."""
        pauses = iter(RETRY_PAUSES_S if call.repeats else ())
        allowance_s = MAX_ASKED_WAIT_S
        has_said = False
        while isinstance(found := self._attempt(call), _Trouble):
            if found.is_limit:
                # Nothing was done yet: anything may be sent again, when it is asked to.
                if not 0 < found.asked_s <= allowance_s:
                    raise found.error
                allowance_s -= found.asked_s
                self.say(f"too many requests: the service asks to wait {found.asked_s:.0f} s")
                self.wait(found.asked_s)
                continue
            pause_s = next(pauses, None)
            if pause_s is None:
                raise found.error
            if not has_said:
                self.say(f"{found.error.message}; trying again")
                has_said = True
            self.wait(max(pause_s, min(found.asked_s, RETRY_PAUSES_S[-1])))
        if has_said:
            self.say("the service answers again")
        return found

    def _attempt(self, call: _Call) -> "httpx.Response | _Trouble":
        """A yes, or what may pass; raises what stays as it is."""
        try:
            answer = call.send(self._http)
        except httpx.RequestError as error:
            if not self._has_answered and isinstance(error, NO_CONNECTION):
                raise nobody_there(error, self.access) from error  # no use to wait
            return _Trouble(unanswered(error, self.access))
        self._has_answered = True
        if answer.is_success:
            return answer
        trouble = refusal(answer, self.access, call.what)
        if answer.status_code != TOO_MANY and answer.status_code not in PASSING:
            raise trouble
        return _Trouble(trouble, _asked_wait_s(answer), answer.status_code == TOO_MANY)


def job_path(job_id: str, *more: str) -> str:
    """Address of a job, or of something below it. Raises `InvalidInput` when it is no id."""
    return "/".join(["/v1/jobs", checked_id(job_id, "job"), *(quote(one) for one in more)])


def checked_id(text: str, what: str) -> str:
    """The id, if it has the form of one: then it can stand in an address."""
    if not _ID.fullmatch(text):
        raise InvalidInput(f"{text!r} is not the id of a {what}: give a-z, 0-9, - and _ as listed")
    return text


def _asked_wait_s(answer: httpx.Response) -> float:
    given = answer.headers.get("retry-after", "")
    return float(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0.0


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(1 << 20):
            yield piece
