"""Clients whose connections end on this machine, for tests."""

import contextlib
import ssl
from collections.abc import Iterator

import httpx

from storage.guarded_http import GuardedTransport, client_over, open_client
from storage.guarded_wire import Resolve
from tests.fakes.local_hosts import Forwarding, names

PUBLIC = "93.184.215.14"
NAMES = {
    "media.example": [PUBLIC],
    "xn--mdia-bpa.example": [PUBLIC],
    "two.example": ["93.184.215.15", PUBLIC],
    "loop.example": ["127.0.0.1"],
    "loop6.example": ["::1"],
    "meta.example": ["169.254.169.254"],
    "inside.example": ["10.0.0.5"],
    "mapped.example": ["::ffff:10.0.0.5"],
    "nat64.example": ["64:ff9b::a9fe:a9fe"],
    "mixed.example": [PUBLIC, "10.0.0.5"],
    "mixed6.example": ["2606:4700:4700::1111", "fd00::1"],
    "zero.example": ["0.0.0.0"],  # noqa: S104  nothing is bound
    "unknown.example": [],
}
WAIT_S = 30.0
QUICK_S = 0.4


@contextlib.contextmanager
def reaching(
    wire: Forwarding,
    trusted: ssl.SSLContext,
    *,
    resolve: Resolve | None = None,
    timeout_s: float = WAIT_S,
    may_reach_loopback: bool = False,
) -> Iterator[httpx.Client]:
    """A client whose every connection, to whatever address, ends on this machine."""
    known = resolve or names(NAMES)
    with client_over(
        GuardedTransport(timeout_s, may_reach_loopback, trusted, known, wire)
    ) as client:
        yield client


def local_client(timeout_s: float = WAIT_S) -> httpx.Client:
    return open_client(timeout_s=timeout_s, may_reach_loopback=True)
