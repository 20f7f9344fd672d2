"""A remote service on a socket of this machine: what the fakes of all providers have in common.

A fake is as strict as the contract that docs/providers.md tells of: it wants the key, refuses
fields that nobody documented, keeps a journal of requests and a list of what it charged for.
Faults are told to it beforehand, in the order in which they shall happen.

Over HTTP, for who tries the product by hand: `GET /-/journal`, `GET /-/charges`, and
`POST /-/faults` with a JSON list of `Fault` fields; it answers with the faults that are to come.
"""

import contextlib
import json
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

_HELD_S = 60.0  # the longest that a client is kept waiting by a fault
_DRIP_S = 0.02  # between two bytes of a head
_PIECE_S = 0.005  # between two pieces of a body that never ends: 13 MB a second


@dataclass(frozen=True)
class Asked:
    """A request. Header names in lower case; of a query parameter given twice, the last."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    @property
    def json(self) -> Any:
        """The body as JSON. Raises `Refused` (400) when it is something else."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Refused(400, {"error": "the body is no JSON"}) from error


@dataclass(frozen=True)
class Reply:
    """An answer. `body`: bytes as they are, everything else as JSON."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()

    @property
    def kind(self) -> str:
        given = {name.lower(): value for name, value in self.headers.items()}.get("content-type")
        return given or ("application/octet-stream" if isinstance(self.body, bytes) else _JSON)


class Refused(Exception):
    """The request does not keep the contract; nothing is done and nothing charged."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}: {body}")
        self.reply = Reply(body, status, headers or {})


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Attributes:
      path: Only requests to a path that ends so; empty: the next one.
      status: It is answered with this and `body`, and not done; with 200 it is done.
      is_refusal: It is not done, though answered with 200.
      body: Text instead of the answer; None leaves the answer (of a 200) as it is.
      headers: Beside those of the answer.
      hang: Nothing is answered, for a minute or until the client leaves. Not done.
      held: It is done, and answered when the fake is told to `go_on`.
      lost: It is done, and the connection breaks before the answer.
      cut: It is done, and the connection breaks in the middle of the answer.
      drip_s: It is done, and answered a byte at a time, each after so long.
      endless: It is done, and the answer never ends.
      endless_head: It is done, and the head of the answer never ends: a byte of it now and then.
    """

    path: str = ""
    status: int = 200
    is_refusal: bool = False
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False
    held: bool = False
    lost: bool = False
    cut: bool = False
    drip_s: float = 0.0
    endless: bool = False
    endless_head: bool = False


@dataclass(frozen=True)
class Charge:
    """Something to be paid for. `what`: the same for two requests for the same thing."""

    operation: str
    what: str
    usd: float


_JSON = "application/json"


class FakeService:
    """A service; `answer` is what each fake adds.

    Attributes:
      key: The one that it accepts.
      journal: Every request but those to `/-/`.
      charges: Everything that was done and is paid for.
      refusals: What it said to requests that do not keep the contract, by intent of a test or not.
      media: What it sends instead of the sound, picture or film that it makes; None: what it makes.
      holding: Set when an answer is held; `go_on` lets it go.
    """

    name = "service"

    def __init__(self, key: str = "fake-key", port: int = 0) -> None:
        self.key = key
        self.journal: list[Asked] = []
        self.charges: list[Charge] = []
        self.refusals: list[str] = []
        self.media: bytes | None = None
        self.released = threading.Event()
        self.holding, self.go_on = threading.Event(), threading.Event()
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", port), _Handler)
        self._server.fake = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, asked: Asked) -> Reply:
        """Does what is asked for. Raises `Refused`."""
        raise NotImplementedError

    def clear(self) -> None:
        """Forgets everything, and what shall go wrong."""
        with self._lock:
            for kept in (self.journal, self.charges, self.refusals, self._faults):
                kept.clear()
            self.media = None

    def made(self, data: bytes) -> bytes:
        """What it sends of what it has made."""
        return data if self.media is None else self.media

    def charge(self, operation: str, what: str, usd: float) -> None:
        """Notes that something is to be paid for."""
        with self._lock:
            self.charges.append(Charge(operation, what, usd))

    def plan(self, *faults: Fault, times: int = 1) -> None:
        """Lets something go wrong with the next requests."""
        with self._lock:
            self._faults += list(faults) * times

    def reply(self, asked: Asked) -> tuple[Reply | None, Fault]:
        """The answer and how it goes wrong. None: there is none."""
        if asked.path.startswith("/-/"):
            return self._operate(asked), Fault()
        with self._lock:
            self.journal.append(asked)
            fault = next((one for one in self._faults if asked.path.endswith(one.path)), Fault())
            if fault in self._faults:
                self._faults.remove(fault)
        if fault.hang:
            self.released.wait(_HELD_S)
            return None, fault
        if fault.status >= 300 or fault.is_refusal:
            return Reply((fault.body or "").encode(), fault.status, fault.headers), fault
        try:
            reply = self.answer(asked)
        except Refused as error:
            self.refusals.append(str(error))
            return error.reply, Fault()
        if fault.held:
            self.holding.set()
            self.go_on.wait(_HELD_S)
        if fault.body is not None:
            reply = Reply(fault.body.encode(), 200)
        return replace(reply, headers={**reply.headers, **fault.headers}), fault

    def _operate(self, asked: Asked) -> Reply:
        if asked.path == "/-/charges":
            return Reply([asdict(one) for one in self.charges])
        if asked.path == "/-/journal":
            return Reply([{**asdict(one), "body": one.text} for one in self.journal])
        if asked.path != "/-/faults":
            return Reply({"error": "give /-/journal, /-/charges or /-/faults"}, 404)
        if asked.method == "POST":
            try:
                self.plan(*[Fault(**one) for one in asked.json])
            except (Refused, TypeError):
                names = ", ".join(one.name for one in fields(Fault))
                return Reply({"error": f"give a JSON list of objects with some of {names}"}, 422)
        return Reply([asdict(one) for one in self._faults])

    @contextlib.contextmanager
    def serving(self) -> Iterator[Self]:
        """Answers until the end of the block."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            self.go_on.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def only(given: Any, *names: str, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The members of an object. Raises `Refused` (422): some are missing or unknown."""
    if not isinstance(given, dict):
        raise Refused(422, {"error": "an object is needed"})
    if unknown := set(given) - {*names, *needed}:
        raise Refused(422, {"error": f"unknown: {sorted(unknown)}"})
    if missing := set(needed) - set(given):
        raise Refused(422, {"error": f"missing: {sorted(missing)}"})
    return given


class Server(ThreadingHTTPServer):
    """A server for many clients, which may leave when they like. `fake`: who answers."""

    daemon_threads = True
    request_queue_size = 128
    fake: Any

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Says nothing: the journal has it."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        reply, fault = self.server.fake.reply(asked)
        if reply is None or fault.lost:
            self.close_connection = True
            return
        if fault.endless_head:
            self._drip_head()
            return
        data = reply.data
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            if name.lower() != "content-type":
                self.send_header(name, value)
        self.send_header("Content-Type", reply.kind)
        if not fault.endless:
            self.send_header("Content-Length", str(len(data)))
        else:
            self.close_connection = True
        self.end_headers()
        self._send(data, fault)

    def _drip_head(self) -> None:
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.fake.released.wait(_DRIP_S):
            self.wfile.write(b"-")

    def _send(self, data: bytes, fault: Fault) -> None:
        if fault.cut:
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
        elif fault.endless:
            while not self.server.fake.released.wait(_PIECE_S):
                self.wfile.write(bytes(65536))
        elif fault.drip_s:
            for at in range(len(data)):
                if self.server.fake.released.wait(fault.drip_s):
                    return
                self.wfile.write(data[at : at + 1])
        else:
            self.wfile.write(data)
