"""Addresses that lead to others."""

from collections.abc import Callable

import pytest

from jobs.errors import AiprodError, InputUnreachable
from storage.fetch import Fetched
from storage.guarded_http import GuardedTransport, client_over
from tests.fakes.local_hosts import Authority, Forwarding, dripping, host, names, response
from tests.storage.fetching import CLIP, QUICK_S, WAIT_S


def led(to: str, status: int = 302) -> bytes:
    return response(status=status, Location=to)


def test_three_redirects_are_followed(bring: Callable[..., Fetched]) -> None:
    with host(led("/b", 301), led("c?d", 307), led("../e", 308), response(CLIP)) as seen:
        fetched = bring(f"http://127.0.0.1:{seen.port}/a")

    assert fetched.suffix == ".mp4"
    lines = [request.partition(b" HTTP")[0] for request in seen.requests]
    assert lines == [b"GET /a", b"GET /b", b"GET /c?d", b"GET /e"]


def test_a_fourth_redirect_is_not_followed(failure: Callable[..., AiprodError]) -> None:
    with host(led("/again")) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/a")

    assert error.message.endswith("/a: leads on and on (accepted: 3 redirects)")
    assert seen.connections == 4


AWAY = [
    *("https://10.0.0.5/", "https://127.0.0.1/", "https://169.254.169.254/", "https://[::1]/"),
    *("https://2852039166/", "https://inside.example/", "https://media.example:8443/"),
    *(
        "https://user:word@media.example/",
        "//10.0.0.5/",
        "//localhost/x",
        "https://media.example\\@x/",
    ),
    *("https://a:b/", "https://a:99999/", "https://[::1/", "https://[zz]/", "https://xn--a/"),
    *("https://%zz/", "https://\u2488.example/", "//[/"),
    *("file:///etc/passwd", "gs://acme-media/a.mp4", "ftp://media.example/", "data:text/plain,x"),
    f"/{'a' * 70_000}",
]


@pytest.mark.parametrize("away", AWAY, ids=lambda away: ascii(away)[:40])
def test_every_redirect_is_checked_anew(
    away: str, failure: Callable[..., AiprodError], authority: Authority
) -> None:
    table = {"media.example": ["93.184.215.14"], "inside.example": ["10.0.0.5"]}
    with host(led(away), response(CLIP), tls=authority.server("media.example")) as seen:
        wire = Forwarding(seen.port)
        transport = GuardedTransport(WAIT_S, False, authority.trusted(), names(table), wire)
        with client_over(transport) as client:
            error = failure("https://media.example/a.mp4", client=client)

    assert type(error) is InputUnreachable
    assert error.message.startswith("https://media.example/a.mp4: ")
    assert error.message.endswith(
        " is not reachable or not allowed (accepted: https on port 443 of a public host)"
    )
    assert wire.dialled == [("93.184.215.14", 443)]


def test_a_redirect_cannot_leave_https(
    failure: Callable[..., AiprodError], authority: Authority
) -> None:
    with (
        host(response(CLIP)) as plain,
        host(led(f"http://127.0.0.1:{plain.port}/"), tls=authority.server("127.0.0.1")) as seen,
        client_over(GuardedTransport(WAIT_S, True, authority.trusted())) as client,
    ):
        error = failure(f"https://127.0.0.1:{seen.port}/a.mp4", client=client)

    assert error.message.endswith("/a.mp4: leads from https to an address that is not")
    assert plain.connections == 0


def test_a_redirect_to_nowhere_is_no_file(failure: Callable[..., AiprodError]) -> None:
    with host(response(status=302)) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/a")

    assert error.message.endswith("127.0.0.1 answered 302 (accepted: 200 and the file)")


def test_all_redirects_share_one_deadline(failure: Callable[..., AiprodError]) -> None:
    pieces = [b"HTTP/1.1 302 Found\r\nLocation: /a\r\n", b"A: b\r\n", b"A: b\r\n", b"\r\n"]
    slow = dripping(pieces, every_s=0.1)
    with host(slow) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/a", deadline_s=QUICK_S)

    assert error.message.endswith("did not finish within 0.4 s")
