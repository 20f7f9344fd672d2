"""Hosts on this machine that say exactly what a test wants, with and without TLS."""

import contextlib
import datetime
import ipaddress
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from storage.guarded_wire import Resolve, resolved

Answer = Callable[[socket.socket], None]


@dataclass
class Host:
    """A listener and what it saw."""

    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # that TLS clients asked for


@contextlib.contextmanager
def host(*answers: Answer | bytes, tls: ssl.SSLContext | None = None) -> Iterator[Host]:
    """Answers the first request with the first of `answers`, and so on; the last one repeats."""
    seen = Host()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            nth = min(seen.connections, len(answers) - 1)
            seen.connections += 1
            with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
                connection = self.request
                if tls:
                    connection = stack.enter_context(tls.wrap_socket(connection, server_side=True))
                seen.requests.append(_request(connection))
                answer = answers[nth]
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                else:
                    answer(connection)

    if tls:
        tls.sni_callback = lambda _socket, name, _context: seen.names.append(name)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        seen.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()


def _request(connection: socket.socket) -> bytes:
    """A request; its body, too, if its size is stated: closing on unread bytes is a reset."""
    request = b""
    while not _is_whole(request) and (data := connection.recv(4096)):
        request += data
    return request


def _is_whole(request: bytes) -> bool:
    if request.startswith(b"\x16"):
        return True  # a TLS handshake: whoever reads it here does not understand it
    head, end, body = request.partition(b"\r\n\r\n")
    size = re.search(rb"\r\nContent-Length: (\d+)", head)
    return bool(end) and len(body) >= int(size[1] if size else 0)


def response(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """An HTTP answer; `Content_Type="text/html"` becomes a header."""
    named = {"Content-Length": str(len(body)), "Connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Something\r\n{lines}\r\n".encode() + body


def dripping(pieces: Iterable[bytes], every_s: float = 0.05) -> Answer:
    """Sends piece after piece with pauses, until they or the client are gone."""

    def answer(connection: socket.socket) -> None:
        connection.settimeout(every_s)
        for piece in pieces:
            connection.sendall(piece)
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    return

    return answer


def silence(connection: socket.socket) -> None:
    """Says nothing until the client has gone."""
    connection.recv(1)


def names(table: Mapping[str, Sequence[str]]) -> Resolve:
    """A resolver of made-up names that leaves everything else to the one of the system."""
    return lambda name, port: table[name] if name in table else resolved(name, port)


@dataclass(frozen=True)
class Forwarding(httpcore.NetworkBackend):
    """A network on which every address leads to one port of this machine."""

    port: int
    dialled: list[tuple[str, int]] = field(default_factory=list)
    dead: frozenset[str] = frozenset()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.dialled.append((host, port))
        if host in self.dead:
            raise httpcore.ConnectError("refused")
        return httpcore.SyncBackend().connect_tcp(
            "127.0.0.1", self.port, timeout, local_address, socket_options
        )


@dataclass(frozen=True)
class Authority:
    """A certificate authority of its own."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def certificate(self) -> str:
        """What those have who trust it."""
        return _pem(self._signed(_name("authority"), self.key, ca=True))

    def trusted(self) -> ssl.SSLContext:
        """Trusts this authority and no other."""
        return ssl.create_default_context(cadata=self.certificate())

    def server(self, name: str) -> ssl.SSLContext:
        """What a server of that name needs."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(_name(name), key, ca=False)
        path = self.folder / f"{name}.pem"
        path.write_text(_pem(certificate) + _private_pem(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        day = datetime.timedelta(days=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(_name("authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + day)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca:
            (attribute,) = subject
            names = x509.SubjectAlternativeName([_general_name(str(attribute.value))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general_name(name: str) -> x509.GeneralName:
    if name.replace(".", "").isdigit():
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
