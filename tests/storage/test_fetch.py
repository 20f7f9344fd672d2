import gzip
import hashlib
import io
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from jobs.errors import AiprodError, Cancelled, InputUnreachable, UnsupportedMedia
from storage.fetch import Fetched
from storage.guarded_http import GuardedTransport, client_over, open_client
from storage.guarded_wire import InputInterrupted
from tests.fakes.local_hosts import Authority, dripping, host, response, silence
from tests.storage.fetching import CLIP, MATROSKA, QUICK_S, START, WAIT_S


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 9), "teal").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "suffix"),
    [
        pytest.param(picture(), "image", ".picture", id="picture"),
        pytest.param(CLIP, "clip", ".mp4", id="mp4"),
        pytest.param(MATROSKA, "clip", ".mkv", id="matroska"),
    ],
)
def test_a_file_is_named_by_its_content(
    content: bytes, kind: str, suffix: str, bring: Callable[..., Fetched], tmp_path: Path
) -> None:
    digest = hashlib.sha256(content).hexdigest()
    with host(response(content, Content_Type="text/html")) as seen:
        fetched = bring(f"http://127.0.0.1:{seen.port}/../../etc/a.exe?x=1", kind=kind)

    path = tmp_path / f"{digest}{suffix}"
    assert fetched == Fetched(path, kind, suffix, len(content), digest)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_without_a_stated_size_is_fetched(bring: Callable[..., Fetched]) -> None:
    with host(START + b"\r\n" + CLIP) as seen:
        assert bring(f"http://127.0.0.1:{seen.port}/").size_bytes == len(CLIP)


def test_a_file_in_single_bytes_is_fetched(bring: Callable[..., Fetched]) -> None:
    pieces = [bytes([byte]) for byte in START + b"\r\n" + CLIP[:600]]
    with host(dripping(pieces, every_s=0.0001)) as seen:
        assert bring(f"http://127.0.0.1:{seen.port}/").size_bytes == 600


def test_a_file_of_exactly_the_limit_is_fetched(bring: Callable[..., Fetched]) -> None:
    with host(response(CLIP)) as seen:
        assert bring(f"http://127.0.0.1:{seen.port}/", max_bytes=len(CLIP)).suffix == ".mp4"


def endless(start: bytes, filling: bytes = bytes(1 << 16)) -> Callable[[Any], None]:
    def answer(connection: Any) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(filling)

    return answer


def test_an_endless_body_is_cut_off(failure: Callable[..., AiprodError]) -> None:
    with host(endless(START + b"\r\n" + CLIP)) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/a.mp4?sig=secret")

    assert isinstance(error, UnsupportedMedia)
    assert error.message == (
        f"http://127.0.0.1:{seen.port}/a.mp4: is too large: at most 1,048,576 bytes are accepted"
    )


def test_a_body_that_says_it_is_too_large_is_not_read(
    failure: Callable[..., AiprodError],
) -> None:
    with host(START + b"Content-Length: 1048577\r\n\r\n") as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/")

    assert "is too large" in error.message


def test_a_body_of_another_kind_is_read_no_further(
    failure: Callable[..., AiprodError],
) -> None:
    with host(endless(START + b"\r\n<!DOCTYPE html>" + b" " * 600)) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/", max_bytes=1 << 40)

    assert error.message.endswith(": is not a clip (accepted: MP4, MOV, MKV, WebM)")


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        pytest.param(b"#EXTM3U\nfile:///etc/passwd", "clip", "is not a clip", id="HLS"),
        pytest.param(b"ffconcat version 1.0", "clip", "is not a clip", id="ffconcat"),
        pytest.param(b"<svg/>", "image", "is not a picture", id="SVG"),
        pytest.param(picture(), "clip", "is not a clip", id="picture as clip"),
        pytest.param(CLIP, "image", "is not a picture", id="clip as picture"),
        pytest.param(b"", "image", "is empty", id="nothing"),
    ],
)
def test_a_file_of_another_kind_is_refused(
    content: bytes, kind: str, said: str, failure: Callable[..., AiprodError]
) -> None:
    with host(response(content, Content_Type="video/mp4")) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/a.mp4", kind=kind)

    assert isinstance(error, UnsupportedMedia)
    assert f"/a.mp4: {said}" in error.message


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(response(CLIP)[:-1], id="short of its size"),
        pytest.param(
            START + b"Transfer-Encoding: chunked\r\n\r\n400\r\n" + CLIP[:1024], id="short of chunks"
        ),
    ],
)
def test_a_cut_body_is_no_file(said: bytes, failure: Callable[..., AiprodError]) -> None:
    with host(said) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/a.mp4")

    assert isinstance(error, InputInterrupted)
    assert error.retryable is True


def test_a_body_that_drips_is_cut_off(failure: Callable[..., AiprodError]) -> None:
    with host(dripping([START + b"\r\n" + CLIP, *[b"x"] * 1000])) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/a.mp4", deadline_s=QUICK_S)

    assert error.message == (
        f"http://127.0.0.1:{seen.port}/a.mp4: 127.0.0.1 did not finish within 0.4 s"
    )
    assert error.retryable is True


def test_a_compressed_body_is_not_unpacked(failure: Callable[..., AiprodError]) -> None:
    bomb = gzip.compress(CLIP + bytes(50 << 20))
    with host(response(bomb, Content_Encoding="gzip")) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/", max_bytes=1 << 30)

    assert b"Accept-Encoding: identity" in seen.requests[0]
    assert error.message.endswith(": comes compressed as 'gzip' (accepted: as it is)")


@pytest.mark.parametrize(
    ("status", "retryable"),
    [
        *((204, False), (206, False), (304, False), (400, False), (401, False), (403, False)),
        *((404, False), (410, False), (429, True), (408, True), (500, True), (503, True)),
    ],
)
def test_only_the_file_is_an_answer(
    status: int, retryable: bool, failure: Callable[..., AiprodError]
) -> None:
    body = b"" if status in (204, 304) else CLIP
    with host(response(body, status)) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/a.mp4?token=secret")

    assert isinstance(error, InputUnreachable)
    assert error.message == (
        f"http://127.0.0.1:{seen.port}/a.mp4: 127.0.0.1 answered {status}"
        " (accepted: 200 and the file)"
    )
    assert error.retryable is retryable


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://inside.invalid:1/a.mp4?sig=secret", "https://inside.invalid:1/a.mp4: "),
        ("https://inside.invalid:1/a.mp4#secret", "https://inside.invalid:1/a.mp4: "),
        ("https://me:secret@inside.invalid/a", "https://inside.invalid/a: "),
        ("https://secret\\@inside.invalid/a", "https://inside.invalid/a: "),
        ("https://inside.invalid:1/\x1b[2Ja?secret", "https://inside.invalid:1/[2Ja: "),
        (
            f"https://inside.invalid:1/{'a' * 3000}?secret",
            f"https://inside.invalid:1/{'a' * 175}...: ",
        ),
    ],
)
def test_messages_hold_no_secrets(
    uri: str, shown: str, failure: Callable[..., AiprodError]
) -> None:
    with open_client(timeout_s=WAIT_S) as client:
        error = failure(uri, client=client)

    assert error.message.startswith(shown)
    assert "secret" not in error.message


def test_files_of_one_folder_do_not_meet(bring: Callable[..., Fetched], tmp_path: Path) -> None:
    contents = [CLIP, CLIP, CLIP + b"x"]
    with host(*map(response, contents)) as seen:
        paths = [bring(f"http://127.0.0.1:{seen.port}/a.mp4").path for _ in contents]

    assert paths[0] == paths[1] != paths[2]
    assert set(tmp_path.iterdir()) == set(paths)


def then(off: threading.Event, answer: Callable[[Any], None]) -> Callable[[Any], None]:
    """Calls off what waits for the answer, and then answers."""

    def calling_off(connection: Any) -> None:
        off.set()
        answer(connection)

    return calling_off


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(silence, id="silent from the start"),
        pytest.param(dripping([START, b"\r\n", CLIP, *[b"x"] * 1000]), id="dripping body"),
        pytest.param(dripping([START, *[b"A: b\r\n"] * 1000]), id="dripping head"),
        pytest.param(
            lambda connection: (connection.sendall(START + b"\r\n" + CLIP), silence(connection)),
            id="silent in the middle",
        ),
    ],
)
@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "TLS"])
def test_what_is_called_off_ends_at_once(
    answer: Callable[[Any], None],
    is_secure: bool,
    failure: Callable[..., AiprodError],
    authority: Authority,
) -> None:
    off = threading.Event()
    tls = authority.server("127.0.0.1") if is_secure else None
    with (
        host(then(off, answer), tls=tls) as seen,
        client_over(GuardedTransport(WAIT_S, True, authority.trusted())) as client,
    ):
        uri = f"{'https' if tls else 'http'}://127.0.0.1:{seen.port}/a.mp4"
        started = time.monotonic()
        error = failure(uri, client=client, is_called_off=off.is_set)

    assert type(error) is Cancelled
    assert time.monotonic() - started < WAIT_S / 3


def test_a_look_up_that_is_called_off_ends_at_once(failure: Callable[..., AiprodError]) -> None:
    off, release = threading.Event(), threading.Event()

    def hanging(_name: str, _port: int) -> list[str]:
        off.set()
        release.wait(WAIT_S)
        return []

    trusted = httpx.create_ssl_context(trust_env=False)
    with client_over(GuardedTransport(WAIT_S, False, trusted, hanging)) as client:
        started = time.monotonic()
        error = failure("https://media.example/a", client=client, is_called_off=off.is_set)
        took_s = time.monotonic() - started
    release.set()

    assert type(error) is Cancelled
    assert took_s < WAIT_S / 3


def test_what_was_called_off_before_is_not_begun(failure: Callable[..., AiprodError]) -> None:
    with host(response(CLIP)) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/", is_called_off=lambda: True)

    assert type(error) is Cancelled
    assert seen.connections == 0


def test_a_silent_host_is_given_up(failure: Callable[..., AiprodError]) -> None:
    with host(silence) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/", deadline_s=QUICK_S)

    assert error.message.endswith("did not finish within 0.4 s")
