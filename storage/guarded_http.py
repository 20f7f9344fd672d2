"""The way to addresses that users wrote: HTTP that reaches public hosts and nothing else."""

import contextlib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from jobs.errors import InputUnreachable
from jobs.version import VERSION
from storage.addresses import is_public
from storage.guarded_wire import (
    Deadline,
    GuardedWire,
    InputInterrupted,
    Resolve,
    numbers,
    resolved,
    unreachable,
)

DEADLINE = "deadline"
"""Request extension: the `Deadline` of an exchange that may take longer than `timeout_s`."""
LOCATION = "location"
"""Response extension: where the answer leads, as its sender wrote it; None when it says nothing.

There is no such header. httpx reads the address of every redirect, also of those that it does not
follow, and what it raises on some of them is not even an error of its own.
"""

_MAX_URL = 2048  # as for webhooks in the job document; servers accept little more
_HOST = re.compile(rb"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?|[0-9a-f:.]{2,45}")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


def open_client(*, timeout_s: float, may_reach_loopback: bool = False) -> httpx.Client:
    """A client for addresses from outside, for any number of threads and tenants.

    It speaks https on port 443 with public hosts. It follows no redirects, keeps no cookies, knows
    no proxies, and asks for bodies as they are. Whatever is wrong with an address or a connection
    is an `InputUnreachable`, in the same words for hosts that are forbidden, closed or unknown.

    Make addresses with `web_address`, and read bodies piece by piece (`stream`, `iter_raw`): the
    size of an answer is up to its sender.

    Args:
      timeout_s: The longest silence, and the longest a whole exchange may take, unless the request
        has a `DEADLINE`. That holds for looking up the name, too: the thread in which the system's
        resolver does so is left to itself after that.
      may_reach_loopback: For development: also loopback addresses, with http, on any port.
    """
    trusted = httpx.create_ssl_context(trust_env=False)
    return client_over(GuardedTransport(timeout_s, may_reach_loopback, trusted))


def web_address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """An address as users and servers write it; relative ones are relative to `base`.

    Raises:
      InputUnreachable: It is no address, or has spaces, control characters or backslashes in it,
        which every parser understands differently.
    """
    if _UNSAFE.search(text):
        raise unreachable("")
    try:
        url = base.join(text) if base else httpx.URL(text)
        _ = url.host  # decodes a name such as xn--a, and fails when it stands for nothing
    except (httpx.InvalidURL, ValueError) as error:
        raise unreachable("") from error
    return url


def check_address(text: str) -> None:
    """Checks what an address tells by itself, before anybody looks up the name in it.

    An address that passes may still be refused when it is dialled: names can lead anywhere.

    Raises:
      InputUnreachable: A client of `open_client` would never dial it: it is not https on port 443,
        no host can have its name, or it has the number of a host that is not public.
    """
    url = web_address(text)
    host = url.raw_host.decode("ascii")
    is_https = url.scheme == "https" and url.port in (None, 443)
    if not (_is_well_formed(url) and is_https and all(map(is_public, numbers(host)))):
        raise unreachable(host)


@dataclass(eq=False)
class GuardedTransport(httpx.BaseTransport):
    """Checks the form of every address (at most 2,048 characters, a plain name of a host, no user
    name) and sends each request over a guarded connection of its own.

    So nothing is shared between tenants, and a deadline holds for all that its request waits for.

    Args:
      trusted: Whose certificates are accepted.
      resolve: Addresses of a name.
      wire: Opens connections to addresses.
    """

    timeout_s: float
    may_reach_loopback: bool
    trusted: ssl.SSLContext
    resolve: Resolve = resolved
    wire: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode("ascii")
        if not _is_well_formed(request.url):
            raise unreachable(host)
        deadline = request.extensions.get(DEADLINE) or Deadline.after(self.timeout_s)
        wire = GuardedWire(
            deadline,
            self.resolve,
            self.wire,
            is_secure=request.url.scheme == "https",
            may_reach_loopback=self.may_reach_loopback,
        )
        asked = _core_request(request)
        connection = httpcore.HTTPConnection(asked.url.origin, self.trusted, network_backend=wire)
        with _told(host, deadline):
            answer = connection.handle_request(asked)
        body = _Body(answer.iter_stream(), connection, host, deadline)
        headers = httpx.Headers(answer.headers)
        told = {LOCATION: headers.pop("Location", None)}
        return httpx.Response(answer.status, headers=headers, stream=body, extensions=told)


def client_over(transport: GuardedTransport) -> httpx.Client:
    """The client of `open_client`, over a given transport."""
    return httpx.Client(
        transport=transport,
        timeout=transport.timeout_s,
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={
            "Accept-Encoding": "identity",  # a compressed body can be a thousand times its size
            "Connection": "close",
            "User-Agent": f"aiprod/{VERSION}",
        },
    )


@dataclass(frozen=True)
class _Body(httpx.SyncByteStream):
    pieces: Iterator[bytes]
    connection: httpcore.HTTPConnection
    host: str
    deadline: Deadline

    def __iter__(self) -> Iterator[bytes]:
        with _told(self.host, self.deadline):
            yield from self.pieces

    def close(self) -> None:
        self.connection.close()


def _is_well_formed(url: httpx.URL) -> bool:
    return (
        url.scheme in ("https", "http")  # which of them, and on which port, the wire decides
        and url.port != 0  # httpcore would take the default port
        and not url.userinfo
        and _HOST.fullmatch(url.raw_host) is not None
        and len(str(url)) <= _MAX_URL
    )


def _core_request(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


@contextlib.contextmanager
def _told(host: str, deadline: Deadline) -> Iterator[None]:
    """Says in our words what went wrong after a checked address had been dialled."""
    try:
        yield
    except httpcore.ConnectError as error:  # in the handshake: the wire tells of all before it
        cause = error.__cause__
        why = f": {cause.verify_message}" if isinstance(cause, ssl.SSLCertVerificationError) else ""
        said = f"{host} shows no certificate that can be trusted{why}"
        raise InputUnreachable(said) from error
    except httpcore.TimeoutException as error:
        late = deadline.left_s <= 0
        did = f"did not finish within {deadline.limit_s:g} s" if late else "fell silent"
        raise InputInterrupted(f"{host} {did}") from error
    except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
        said = f"the answer of {host} ended early, or is not HTTP"
        raise InputInterrupted(said) from error
