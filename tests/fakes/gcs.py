"""A stand-in for Google Cloud Storage: its JSON API, as far as Google's client uses it.

It is strict: a parameter or path that it does not know is refused and noted in `complaints`. What
shall go wrong is told to it beforehand, by operation: `upload` (in one request), `start` and `part`
(of an upload in parts), `look_up`, `download`, `list`, `patch`, `delete`.

Source: https://cloud.google.com/storage/docs/json_api/v1 and .../docs/resumable-uploads
"""

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fakes.gcs_objects import PART_UNIT, Bucket, Refused, Session, StoredObject
from tests.fakes.service import Server

_PATH = re.compile(
    r"/(?P<kind>upload/|download/)?storage/v1/b/(?P<bucket>[^/]+)(?P<o>/o)?(/(?P<name>[^/]+))?"
)
_PARAMETERS = {
    "upload": {"uploadType", "ifGenerationMatch"},
    "start": {"uploadType", "ifGenerationMatch"},
    "part": {"uploadType", "upload_id"},
    "download": {"alt", "generation"},
    "look_up": {"projection", "prettyPrint", "generation"},
    "list": {"projection", "prettyPrint", "prefix", "maxResults", "pageToken", "fields"},
    "patch": {"projection", "prettyPrint", "generation", "ifGenerationMatch"},
    "delete": {"prettyPrint", "ifGenerationMatch", "ifMetagenerationMatch"},
    "bucket": {"projection", "prettyPrint", "fields"},
}
_LISTED = ("name", "size", "updated", "generation", "metageneration")
_LIST_FIELDS = f"items({','.join(_LISTED)}),nextPageToken"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Attributes:
      status: It is answered with this and not done.
      cut_after: The connection breaks after so many bytes of content, in either direction.
      is_damaged: A bit of the content flips on the way.
      is_answer_lost: It is done, and the connection breaks before the answer.
      is_checksum_wrong: The answer names another CRC32C than that of the content.
      kept: Of a part, only so many bytes are kept; the answer says so.
      meanwhile: Called before it is refused, or after it is done and before its answer is lost.
    """

    operation: str
    status: int | None = None
    cut_after: int | None = None
    is_damaged: bool = False
    is_answer_lost: bool = False
    is_checksum_wrong: bool = False
    kept: int | None = None
    meanwhile: Callable[[], object] | None = None


class FakeGcs:
    """One bucket on a socket.

    Attributes:
      operations: What was asked for, in order, but for properties of the bucket itself.
      complaints: Requests that the service would not understand.
    """

    def __init__(self, bucket: str, page_size: int = 1000) -> None:
        self.bucket = Bucket(bucket)
        self.page_size = page_size
        self.operations: list[str] = []
        self.complaints: list[str] = []
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def plan(self, fault: Fault, times: int = 1) -> None:
        """Lets something go wrong with the next requests of that operation."""
        self._faults += [fault] * times

    def take_fault(self, operation: str) -> Fault:
        with self._lock:
            if operation != "bucket":  # Google's client looks at it whenever it likes
                self.operations.append(operation)
            for fault in self._faults:
                if fault.operation == operation:
                    self._faults.remove(fault)
                    return fault
        return Fault(operation)

    @contextlib.contextmanager
    def serving(self) -> Iterator["FakeGcs"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class _Cut(Exception):
    """The connection breaks."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""

    def _serve(self) -> None:
        self.fault = Fault("")  # connections are used again
        try:
            try:
                self._route()
            except Refused as refused:
                error = {"code": refused.status, "message": refused.message}
                self._answer(refused.status, json.dumps({"error": error}).encode())
        except (_Cut, ConnectionError):
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def _route(self) -> None:
        address = urlsplit(self.path)
        self.query = dict(parse_qsl(address.query, keep_blank_values=True))
        path = _PATH.fullmatch(address.path)
        operation = self._operation(path) if path else None
        if path is None or operation is None or self.query.keys() - _PARAMETERS[operation]:
            self._body()
            self._complain(f"unknown request {self.command} {self.path}")
        self.fault = self.server.fake.take_fault(operation)
        body = self._body()
        if self.fault.status:
            if self.fault.meanwhile:
                self.fault.meanwhile()
            raise Refused(self.fault.status, "planned by the test")
        self.bucket = self.server.fake.bucket
        if unquote(path["bucket"]) != self.bucket.name:
            raise Refused(404, "The specified bucket does not exist.")
        name = unquote(path["name"] or "")
        getattr(self, f"_{operation}")(name, body)

    def _operation(self, path: re.Match[str]) -> str | None:
        kind = self.query.get("uploadType") if path["kind"] == "upload/" else path["kind"]
        match (self.command, kind, bool(path["o"]), bool(path["name"])):
            case ("POST", "multipart", True, False):
                return "upload"
            case ("POST", "resumable", True, False):
                return "start"
            case ("PUT", "resumable", True, False):
                return "part"
            case ("GET", "download/", True, True):
                return "download"
            case ("GET", None, True, True):
                return "look_up"
            case ("GET", None, True, False):
                return "list"
            case ("PATCH", None, True, True):
                return "patch"
            case ("DELETE", None, True, True):
                return "delete"
            case ("GET", None, False, False):
                return "bucket"
        return None

    def _bucket(self, _name: str, _body: bytes) -> None:
        self._tell({"kind": "storage#bucket", "name": self.bucket.name, "location": "EU"})

    def _upload(self, _name: str, body: bytes) -> None:
        if self.fault.cut_after is not None:
            raise _Cut
        boundary = re.fullmatch(
            'multipart/related; boundary="([^"]+)"', self.headers["content-type"]
        )
        parts = body.split(f"--{boundary[1]}".encode()) if boundary else []
        if len(parts) != 4 or parts[0] or parts[3] != b"--":
            self._complain("a multipart upload that is not two parts")
        (_, about), (head, data) = (
            part.removeprefix(b"\r\n").removesuffix(b"\r\n").split(b"\r\n\r\n", 1)
            for part in parts[1:3]
        )
        made = self.bucket.insert(
            json.loads(about),
            head.decode().removeprefix("content-type: "),
            self._on_the_way(data),
            self._number("ifGenerationMatch"),
        )
        self._tell_of(made)

    def _start(self, _name: str, body: bytes) -> None:
        session = Session(
            json.loads(body),
            self.headers["x-upload-content-type"],
            int(self.headers["x-upload-content-length"]),
            self._number("ifGenerationMatch"),
        )
        upload_id = self.bucket.start(session)
        here = f"{self.server.fake.url}{urlsplit(self.path).path}"
        self._answer(200, b"", {"Location": f"{here}?uploadType=resumable&upload_id={upload_id}"})

    def _part(self, _name: str, body: bytes) -> None:
        given = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", self.headers["content-range"])
        if given is None:
            self._complain(f"unknown range {self.headers['content-range']}")
        start, end, size = (int(number) for number in given.groups())
        is_whole = self.fault.cut_after is None
        if is_whole and (
            len(body) != end - start + 1 or (end + 1 < size and len(body) % PART_UNIT)
        ):
            self._complain(f"a part of {len(body)} bytes for {given[0]}")
        kept = len(body) if self.fault.kept is None else self.fault.kept
        if not is_whole:
            kept = len(body) // PART_UNIT * PART_UNIT
        upload_id = self.query["upload_id"]
        session = self.bucket.append(upload_id, start, self._on_the_way(body[:kept]), size)
        if not is_whole:
            raise _Cut
        if session.made:
            self._tell_of(session.made)
        else:
            self._answer(308, b"", {"Range": f"bytes=0-{len(session.received) - 1}"})

    def _look_up(self, name: str, _body: bytes) -> None:
        found = self.bucket.find(name, self._number("generation"))
        self._tell(found.resource(self.bucket.name))

    def _download(self, name: str, _body: bytes) -> None:
        found = self.bucket.find(name, self._number("generation"))
        size = len(found.data)
        headers = {
            "Content-Type": found.content_type,
            "x-goog-generation": str(found.generation),
            "x-goog-stored-content-encoding": "identity",
            "x-goog-stored-content-length": str(size),
        }
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers["range"] or "")
        if wanted is None:
            headers["x-goog-hash"] = f"crc32c={found.crc32c}"
            self._answer(200, self._on_the_way(found.data), headers)
            return
        start, end = int(wanted[1]), min(int(wanted[2] or size), size - 1)
        if start >= size:
            raise Refused(416, "The requested range cannot be satisfied.")
        headers["Content-Range"] = f"bytes {start}-{end}/{size}"
        self._answer(206, self._on_the_way(found.data[start : end + 1]), headers)

    def _list(self, _name: str, _body: bytes) -> None:
        if self.query.get("fields") != _LIST_FIELDS:
            self._complain(f"a list of {self.query.get('fields')}")
        found = self.bucket.listed(self.query.get("prefix", ""))
        after = self.query.get("pageToken", "")
        rest = [one.resource(self.bucket.name) for one in found if one.name > after]
        page = rest[: min(self._number("maxResults") or 1000, self.server.fake.page_size)]
        # Like the service, it leaves out what is empty.
        items = [{field: one[field] for field in _LISTED} for one in page]
        told: dict[str, Any] = {"items": items} if items else {}
        if len(page) < len(rest):
            told["nextPageToken"] = page[-1]["name"]
        self._tell(told)

    def _patch(self, name: str, body: bytes) -> None:
        asked = json.loads(body)
        if asked.keys() != {"metadata"}:
            self._complain(f"a change of {sorted(asked)}")
        self.bucket.find(name, self._number("generation"))
        made = self.bucket.patch(name, asked["metadata"], self._number("ifGenerationMatch"))
        self._tell_of(made)

    def _delete(self, name: str, _body: bytes) -> None:
        self.bucket.delete(
            name, self._number("ifGenerationMatch"), self._number("ifMetagenerationMatch")
        )
        self._answer(204, b"")

    def _number(self, parameter: str) -> int | None:
        return int(self.query[parameter]) if parameter in self.query else None

    def _on_the_way(self, data: bytes) -> bytes:
        return bytes([data[0] ^ 1]) + data[1:] if self.fault.is_damaged else data

    def _body(self) -> bytes:
        size = int(self.headers["content-length"] or 0)
        if self.fault.cut_after is not None:
            size = min(size, self.fault.cut_after)
        return self.rfile.read(size)

    def _complain(self, what: str) -> NoReturn:
        self.server.fake.complaints.append(what)
        raise Refused(400, what)

    def _tell_of(self, made: StoredObject) -> None:
        resource = made.resource(self.bucket.name)
        if self.fault.is_checksum_wrong:
            resource["crc32c"] = replace(made, data=made.data + b"?").crc32c
        self._tell(resource)

    def _tell(self, value: dict[str, Any]) -> None:
        self._answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        if self.fault.is_answer_lost:
            if self.fault.meanwhile:
                self.fault.meanwhile()
            raise _Cut
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.fault.cut_after])
        if self.fault.cut_after is not None:
            raise _Cut
