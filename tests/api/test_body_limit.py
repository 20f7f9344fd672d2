import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from storage.database import Database, open_database, sqlite_url
from storage.migrate import prepare
from tests.api.service import WAIT_S, Service, running

JSON = {"Content-Type": "application/json"}
MAX_BYTES = 2**20


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[Service]:
    """A service that waits a second for bodies."""
    database: Database = open_database(sqlite_url(tmp_path), pool_size=5)
    prepare(database)
    with running(database, tmp_path, lambda settings: replace(settings, body_timeout_s=1)) as it:
        yield it
    database.close()


def test_a_body_of_the_largest_size_is_read(embedded: Service) -> None:
    body = b'{"prompt": "A."}'.ljust(MAX_BYTES)

    answer = embedded.client.post("/v1/jobs", content=body, headers=JSON)

    assert answer.status_code == 202


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 30 * 2**20])
def test_a_larger_body_is_refused_and_its_sender_told(embedded: Service, size: int) -> None:
    answer = embedded.client.post("/v1/jobs", content=b" " * size, headers=JSON)

    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    assert "1,048,576" in answer.json()["detail"]


def test_a_larger_body_without_a_length_is_refused(embedded: Service) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * 2**20

    answer = embedded.client.post("/v1/jobs", content=pieces(), headers=JSON)

    assert answer.status_code == 413


def test_a_client_that_sends_everything_before_it_listens_hears_why(embedded: Service) -> None:
    head = b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    body = b" " * 30 * 2**20
    with _connected(embedded) as connection:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body))
        connection.sendall(body)

        answer = _read_all(connection)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b"}")


def test_an_endless_body_is_cut_off(embedded: Service) -> None:
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    head = b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    with _connected(embedded) as connection:
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        sent = 0

        try:
            while sent < 2**30:
                connection.sendall(piece)
                sent += len(piece)
        except OSError:
            pass

    assert sent < 2**29
    assert embedded.anonymous.get("/health").status_code == 200


def test_a_slow_body_is_given_up_while_others_are_served(impatient: Service) -> None:
    head = b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    with _connected(impatient) as connection:
        connection.sendall(head + b"Content-Length: 100\r\n\r\n{")

        others = [impatient.client.get("/v1/jobs").status_code for _ in range(5)]
        answer = _read_all(connection)

    assert others == [200] * 5
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body_too_slow" in answer


def test_an_upload_that_falls_silent_is_given_up(impatient: Service, tmp_path: Path) -> None:
    key = impatient.client.headers["Authorization"]
    head = f"POST /v1/uploads HTTP/1.1\r\nHost: a\r\nAuthorization: {key}\r\n"
    with _connected(impatient) as connection:
        connection.sendall(head.encode() + b"Content-Length: 100\r\n\r\nabc")

        answer = _read_all(connection)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_client_that_hangs_up_leaves_nothing_behind(embedded: Service, tmp_path: Path) -> None:
    key = embedded.client.headers["Authorization"]
    head = f"POST /v1/uploads HTTP/1.1\r\nHost: a\r\nAuthorization: {key}\r\n"
    incoming = tmp_path / "data" / "incoming"
    with _connected(embedded) as connection:
        connection.sendall(head.encode() + b"Content-Length: 100\r\n\r\nabc")
        _until(lambda: incoming.is_dir() and any(incoming.iterdir()))

    _until(lambda: not any(incoming.iterdir()))


def test_a_client_that_waits_for_a_word_is_told_no(embedded: Service) -> None:
    head = (
        b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9000000\r\n"
    )
    with _connected(embedded) as connection:
        connection.sendall(head + b"\r\n")

        answer = _read_all(connection)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_an_upload_without_a_key_is_refused_before_it_is_read(embedded: Service) -> None:
    answer = embedded.anonymous.post("/v1/uploads", content=b"a" * 20 * 2**20)

    assert answer.status_code == 401


def test_many_who_say_nothing_do_not_keep_others_out(embedded: Service) -> None:
    idle = [_connected(embedded) for _ in range(200)]
    try:
        for connection in idle:
            connection.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")

        assert httpx.get(f"{embedded.url}/health", timeout=WAIT_S).status_code == 200
        assert embedded.submit()
    finally:
        for connection in idle:
            connection.close()


def _connected(service: Service) -> socket.socket:
    host, port = service.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), WAIT_S)


def _read_all(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def _until(holds: object) -> None:
    assert callable(holds)
    ticks = threading.Event()
    for _ in range(int(WAIT_S * 50)):
        if holds():
            return
        ticks.wait(0.02)
    raise AssertionError("it never came about")
