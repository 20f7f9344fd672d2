"""Hosts that are silent, slow or without an end are left in time."""

import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from storage.guarded_http import DEADLINE
from storage.guarded_wire import Deadline, InputInterrupted
from tests.fakes.local_hosts import Authority, Forwarding, dripping, host, response, silence
from tests.storage.reaching import QUICK_S, WAIT_S, local_client, reaching


def test_a_silent_host_is_given_up() -> None:
    extensions = {DEADLINE: Deadline.after(WAIT_S)}
    with (
        host(silence) as seen,
        local_client(QUICK_S) as client,
        pytest.raises(InputInterrupted, match=r"^127\.0\.0\.1 fell silent$"),
    ):
        client.get(f"http://127.0.0.1:{seen.port}/", extensions=extensions)


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param(
            [b"H", b"T", b"T", b"P", b"/1.1 200 OK\r\n", *[b"A: b\r\n"] * 1000], id="head"
        ),
        pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n"] * 1000, id="head after head"),
        pytest.param([response()[:-2], *[b"x"] * 1000], id="endless header"),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 1000], id="body"
        ),
        pytest.param(
            [
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                *[b"1\r\nx\r\n"] * 1000,
            ],
            id="chunks",
        ),
    ],
)
def test_a_host_that_drips_is_given_up(pieces: list[bytes]) -> None:
    with (
        host(dripping(pieces)) as seen,
        local_client(QUICK_S) as client,
        pytest.raises(InputInterrupted, match=r"did not finish within 0\.4 s"),
    ):
        client.get(f"http://127.0.0.1:{seen.port}/")


@pytest.mark.parametrize(
    ("start", "filling"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", bytes(1 << 16), id="body"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="head after head"),
    ],
)
def test_a_host_that_floods_is_given_up(start: bytes, filling: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(filling)

    def discard(client: httpx.Client, url: str) -> None:
        with client.stream("GET", url) as flood:
            for _ in flood.iter_raw():
                pass

    with (
        host(answer) as seen,
        local_client(QUICK_S) as client,
        pytest.raises(InputInterrupted, match=r"did not finish within 0\.4 s"),
    ):
        discard(client, f"http://127.0.0.1:{seen.port}/")


def test_a_host_that_drips_behind_tls_is_given_up(authority: Authority) -> None:
    pieces = [b"HTTP/1.1 200 OK\r\n", *[b"A: b\r\n"] * 1000]
    with (
        host(dripping(pieces), tls=authority.server("media.example")) as seen,
        reaching(Forwarding(seen.port), authority.trusted()) as client,
        pytest.raises(InputInterrupted, match=r"did not finish within 0\.4 s"),
    ):
        client.get("https://media.example/", extensions={DEADLINE: Deadline.after(QUICK_S)})


def test_a_host_that_does_not_read_is_given_up() -> None:
    release = time.monotonic() + WAIT_S

    def endless() -> Iterator[bytes]:
        while time.monotonic() < release:
            yield bytes(1 << 20)

    with (
        host(silence) as seen,
        local_client(QUICK_S) as client,
        pytest.raises(InputInterrupted),
    ):
        client.post(f"http://127.0.0.1:{seen.port}/", content=endless())

    assert time.monotonic() < release


def test_a_request_may_have_a_deadline_of_its_own() -> None:
    body = [b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n", *[b"x"] * 20]
    with host(dripping(body)) as seen, local_client(QUICK_S) as client:
        extensions = {DEADLINE: Deadline.after(WAIT_S)}
        url = f"http://127.0.0.1:{seen.port}/"
        answer = client.get(url, timeout=WAIT_S, extensions=extensions)

    assert len(answer.read()) == 20
