"""Connections to hosts that strangers name: looked up once, checked, and never waited for long.

Every answer for a name must be public, and the address that was checked is the one that is
dialled. Checking a name first and connecting by name later would leave a gap in which its owner
can point it at an internal host.
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import wait
from dataclasses import dataclass, field
from typing import Any

import httpcore

from jobs.daemon import daemon
from jobs.errors import Cancelled, InputUnreachable
from storage.addresses import is_loopback, is_public

_RECORD = 16384  # bytes of a TLS record: what one wait for a write can be limited to
_SOON_S = 0.001
_WATCH_S = 0.25  # how often a wait looks whether it was called off

Resolve = Callable[[str, int], Sequence[str]]


class InputInterrupted(InputUnreachable):
    """A host that may be reached did not answer to the end; the same call may succeed later."""

    retryable = True


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Deadline:
    """When an exchange must be over, by the monotonic clock, and how long that was in all.

    Attributes:
      is_called_off: Whether nobody wants its outcome any longer. Asked about four times a second
        while an answer is waited for, and for every piece of it.
    """

    at: float
    limit_s: float
    is_called_off: Callable[[], bool] = _never

    @classmethod
    def after(cls, limit_s: float, is_called_off: Callable[[], bool] = _never) -> "Deadline":
        return cls(time.monotonic() + limit_s, limit_s, is_called_off)

    @property
    def left_s(self) -> float:
        return self.at - time.monotonic()

    def within(self, timeout_s: float | None) -> "Deadline":
        """This one, or that of a time-out that begins now, whichever is earlier."""
        if timeout_s is None or timeout_s >= self.left_s:
            return self
        return Deadline.after(timeout_s, self.is_called_off)

    def waiting_s(self, timeout_s: float | None) -> float:
        """How long to wait now: the time-out or what is left, never nothing (0 is "at once")."""
        return max(self.within(timeout_s).left_s, _SOON_S)

    def check_wanted(self) -> None:
        """Raises `Cancelled` when it was called off."""
        if self.is_called_off():
            raise Cancelled("stopped by the user")

    def check(self) -> None:
        """Raises `Cancelled` when it was called off, `httpcore.ReadTimeout` when it has passed."""
        self.check_wanted()
        if self.left_s <= 0:
            raise httpcore.ReadTimeout


def resolved(host: str, port: int) -> Sequence[str]:
    """Every address the system's resolver knows for a name; none when it knows no such name."""
    try:
        # As bytes: Python would convert text by rules of its own (IDNA of 2003).
        found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(str(address[0]) for *_, address in found)


def numbers(host: str) -> Sequence[str]:
    """The address that a host is given by, however it is written (127.1, 0x7f000001); else none."""
    try:
        found = socket.getaddrinfo(host.encode("ascii"), None, flags=socket.AI_NUMERICHOST)
    except OSError:
        return ()
    return tuple(str(address[0]) for *_, address in found)


def unreachable(host: str) -> InputUnreachable:
    """The one sentence for hosts that are forbidden, closed or unknown."""
    return InputUnreachable(
        f"{host or 'the address'} is not reachable or not allowed"
        " (accepted: https on port 443 of a public host)"
    )


@dataclass(frozen=True)
class TimedWire(httpcore.NetworkBackend):
    """Dials any address, for hosts that nobody but us has named, and waits for nothing beyond the
    deadline: not for looking up the name either.

    Args:
      resolve: Addresses of a name; called once per connection.
      wire: Opens connections to addresses.
    """

    deadline: Deadline
    resolve: Resolve = resolved
    wire: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.deadline.check()
        ends = self.deadline.within(timeout)
        addresses = self._addresses(host, port, ends)
        if not all(self._may_dial(address, port) for address in addresses):
            raise unreachable(host)
        for nth, address in enumerate(addresses):
            # The first address may be a black hole: the others get their share of the time.
            share_s = max(ends.left_s / (len(addresses) - nth), _SOON_S)
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                stream = self.wire.connect_tcp(
                    address, port, share_s, local_address, socket_options
                )
                return _TimedStream(stream, self.deadline)
        raise unreachable(host)

    def _addresses(self, host: str, port: int, ends: Deadline) -> Sequence[str]:
        """Addresses of a name. Nothing ends a look-up, but nobody has to wait for it."""
        looked_up = daemon(lambda: self.resolve(host, port), "look-up")
        while not wait([looked_up], ends.waiting_s(_WATCH_S)).done:
            self.deadline.check_wanted()
            if ends.left_s <= 0:
                raise unreachable(host)
        return looked_up.result()

    def _may_dial(self, _address: str, _port: int) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class GuardedWire(TimedWire):
    """Dials public addresses, for TLS on port 443 alone.

    Args:
      is_secure: Whether TLS will be spoken.
      may_reach_loopback: Whether loopback addresses may be dialled, too, for anything.
    """

    is_secure: bool
    may_reach_loopback: bool

    def _may_dial(self, address: str, port: int) -> bool:
        if is_public(address):
            return self.is_secure and port == 443
        return self.may_reach_loopback and is_loopback(address)


@dataclass(frozen=True)
class _TimedStream(httpcore.NetworkStream):
    """A connection on which nothing is waited for beyond the deadline.

    A time-out alone starts anew with every byte: a host that sends one now and then would never
    meet it.
    """

    stream: httpcore.NetworkStream
    deadline: Deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        ends = self.deadline.within(timeout)
        while True:
            self.deadline.check()
            try:
                return self.stream.read(max_bytes, ends.waiting_s(_WATCH_S))
            except httpcore.ReadTimeout:
                if ends.left_s <= 0:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _RECORD):
            self.deadline.check()
            piece = buffer[start : start + _RECORD]
            self.stream.write(piece, self.deadline.waiting_s(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limit_s = self.deadline.waiting_s(timeout)  # Python's handshake keeps it as a whole
        stream = self.stream.start_tls(ssl_context, server_hostname, limit_s)
        return _TimedStream(stream, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
