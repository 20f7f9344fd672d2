"""Fetching the certificates that tokens are checked by, and keeping them."""

import itertools
import json
import threading
import time
from typing import Any

import pytest
from google.auth.exceptions import TransportError

from api.google_certificates import KEPT_S, MOST_BYTES, PAUSE_S, TIMEOUT_S, USABLE_S, Certificates
from jobs.daemon import daemon
from tests.api.google import GOOGLE, Answer, Google, Pair
from tests.fakes.local_hosts import Answer as Told
from tests.fakes.local_hosts import dripping, host, response, silence

START = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(silence, id="nothing"),
        pytest.param(dripping([START, *itertools.repeat(b"x", 800)]), id="a head byte by byte"),
        pytest.param(
            dripping([START + b"\r\n{", *itertools.repeat(b" ", 800)]), id="a body byte by byte"
        ),
    ],
)
def test_who_sends_certificates_slowly_is_left_in_time(told: Told) -> None:
    with host(told) as google:
        begun = time.monotonic()
        with pytest.raises(TransportError):
            Certificates().holding("first")(f"http://127.0.0.1:{google.port}/")
        took_s = time.monotonic() - begun

    assert TIMEOUT_S <= took_s < TIMEOUT_S + 2  # a shared machine may stumble


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(
            dripping([START + b"\r\n{", *itertools.repeat(bytes(2**16), 8000)], 0.0001),
            id="without an end",
        ),
        pytest.param(response(b"{" + b" " * MOST_BYTES + b"}"), id="by a byte or two"),
    ],
)
def test_certificates_that_are_too_large_are_not_taken(
    told: Told | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with host(told) as google, pytest.raises(TransportError):
        Certificates().holding("first")(f"http://127.0.0.1:{google.port}/")

    assert f"more than {MOST_BYTES:,} bytes" in caplog.text


def test_certificates_are_fetched_over_a_connection_of_their_own(pair: Pair) -> None:
    served = json.dumps({pair.id: pair.certificate}).encode()

    with host(response(served)) as google:
        found = Certificates().holding(pair.id)(f"http://127.0.0.1:{google.port}/certs?a=b")

    assert json.loads(found.data) == {pair.id: pair.certificate}
    assert google.requests[0].startswith(b"GET /certs?a=b HTTP/1.1\r\n")


def test_a_key_that_google_has_added_is_fetched(
    google: Google, pair: Pair, other_pair: Pair
) -> None:
    now_s = [0.0]
    certificates = Certificates(google.fetch, lambda: now_s[0])
    first = certificates.holding(pair.id)(GOOGLE, method="GET")
    google.served = {one.id: one.certificate for one in (pair, other_pair)}

    now_s[0] += PAUSE_S
    second = certificates.holding(other_pair.id)(GOOGLE, method="GET")

    assert (list(json.loads(first.data)), list(json.loads(second.data))) == (
        [pair.id], [pair.id, other_pair.id],
    )  # fmt: skip
    assert google.asked == 2


def test_keys_that_nobody_has_do_not_make_us_ask_for_each(google: Google) -> None:
    now_s = [0.0]
    certificates = Certificates(google.fetch, lambda: now_s[0])

    for number in range(100):
        now_s[0] += PAUSE_S / 50
        certificates.holding(f"key {number}")(GOOGLE)

    assert google.asked == 2


def test_certificates_are_fetched_again_after_an_hour(google: Google, pair: Pair) -> None:
    now_s = [0.0]
    certificates = Certificates(google.fetch, lambda: now_s[0])
    asked = []

    for now_s[0] in (0.0, KEPT_S - 1, KEPT_S, 2 * KEPT_S):
        certificates.holding(pair.id)(GOOGLE)
        asked.append(google.asked)

    assert asked == [1, 1, 2, 3]


def test_old_certificates_are_used_for_a_day_while_google_does_not_answer(
    google: Google, pair: Pair
) -> None:
    now_s = [0.0]
    certificates = Certificates(google.fetch, lambda: now_s[0])
    certificates.holding(pair.id)(GOOGLE)
    google.status = 503

    now_s[0] = USABLE_S - 1
    kept = certificates.holding(pair.id)(GOOGLE)
    now_s[0] = USABLE_S
    with pytest.raises(TransportError):
        certificates.holding(pair.id)(GOOGLE)
    google.status = 200
    now_s[0] += PAUSE_S
    fresh = certificates.holding(pair.id)(GOOGLE)

    assert json.loads(kept.data) == json.loads(fresh.data) == {pair.id: pair.certificate}


def test_a_google_that_does_not_answer_is_not_asked_for_every_push(google: Google) -> None:
    google.status = 503
    now_s = [0.0]
    certificates = Certificates(google.fetch, lambda: now_s[0])

    for _ in range(10):
        with pytest.raises(TransportError):
            certificates.holding("first")(GOOGLE)

    assert google.asked == 1


def test_who_waited_for_a_fetch_that_failed_does_not_repeat_it() -> None:
    now_s, begun, release = [0.0], threading.Event(), threading.Event()
    asked: list[float] = []

    def fetch(_url: str, **_options: Any) -> Answer:
        asked.append(now_s[0])
        begun.set()
        assert release.wait(30)
        now_s[0] += PAUSE_S  # it takes longer than the pause between two
        raise TransportError("no answer")

    certificates = Certificates(fetch, lambda: now_s[0])
    calls = [daemon(lambda: certificates.holding("first")(GOOGLE), "push") for _ in range(8)]
    assert begun.wait(30)
    release.set()
    for call in calls:
        with pytest.raises(TransportError):
            call.result(30)

    assert asked == [0.0]


def test_who_has_the_certificate_does_not_wait_for_another_one(google: Google, pair: Pair) -> None:
    now_s, begun, release = [0.0], threading.Event(), threading.Event()

    def fetch(url: str, **options: Any) -> Answer:
        if google.asked:
            begun.set()
            assert release.wait(30)
        return google.fetch(url, method="GET", timeout=options["timeout"])

    certificates = Certificates(fetch, lambda: now_s[0])
    certificates.holding(pair.id)(GOOGLE)
    now_s[0] += PAUSE_S
    call = daemon(lambda: certificates.holding("another")(GOOGLE), "push")
    assert begun.wait(30)
    found = certificates.holding(pair.id)(GOOGLE)
    release.set()

    assert list(json.loads(found.data)) == [pair.id]
    assert call.result(30)
