import gzip
import hashlib
import io
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from jobs.errors import AiprodError, Cancelled, InputUnreachable, UnsupportedMedia
from storage.fetch import Fetched, fetch
from storage.guarded_http import GuardedTransport, client_over, open_client
from storage.guarded_wire import InputInterrupted
from tests.fakes.gcs import FakeGcs, Fault
from tests.fakes.gcs_objects import Bucket, StoredObject
from tests.fakes.local_hosts import Authority, Forwarding, dripping, host, names, response, silence

WAIT_S = 30.0
QUICK_S = 0.4
LIMIT = 1 << 20
CLIP = b"\0\0\0\x18ftypisom\0\0\2\0isomavc1" + bytes(2000)
MATROSKA = b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska" + bytes(2000)
START = b"HTTP/1.1 200 OK\r\n"


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 9), "teal").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with open_client(timeout_s=WAIT_S, may_reach_loopback=True) as opened:
        yield opened


@pytest.fixture
def bring(client: httpx.Client, tmp_path: Path) -> Callable[..., Fetched]:
    """Fetches a clip from this machine."""

    def call(uri: str, **changes: Any) -> Fetched:
        options: dict[str, Any] = {
            "client": client,
            "space": tmp_path,
            "kind": "clip",
            "max_bytes": LIMIT,
            "deadline_s": WAIT_S,
            "buckets": frozenset({"acme-media"}),
            "is_called_off": lambda: False,
            **changes,
        }
        return fetch(uri, **options)

    return call


@pytest.fixture
def failure(bring: Callable[..., Fetched], tmp_path: Path) -> Callable[..., AiprodError]:
    """What fetching fails with; it leaves no file behind."""

    def call(uri: str, **changes: Any) -> AiprodError:
        with pytest.raises(AiprodError) as caught:
            bring(uri, **changes)
        assert list(tmp_path.iterdir()) == []
        return caught.value

    return call


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
    away: str, failure: Callable[..., AiprodError], tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = Authority(tmp_path_factory.mktemp("authority"))
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
    failure: Callable[..., AiprodError], tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = Authority(tmp_path_factory.mktemp("authority"))
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


@dataclass(frozen=True)
class OddObject(StoredObject):
    """An object whose properties are not what they should be."""

    facts: dict[str, str] = field(default_factory=dict)

    def resource(self, bucket: str) -> dict[str, Any]:
        return super().resource(bucket) | self.facts


@dataclass
class OddBucket(Bucket):
    """A bucket of odd objects."""

    facts: dict[str, str]

    def __post_init__(self) -> None:
        super().__init__("acme-media")

    def find(self, name: str, generation: int | None = None) -> StoredObject:
        return OddObject(**vars(super().find(name, generation)), facts=self.facts)


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    with FakeGcs("acme-media").serving() as fake:
        fake.bucket.insert({"name": "a.mp4"}, "video/mp4", CLIP, None)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake
        assert fake.complaints == []


@pytest.mark.parametrize("name", ["a.mp4", "ads/pool #1?.mp4", "ads/été & 海.mp4"])
def test_an_object_in_a_bucket_is_fetched(
    name: str, bring: Callable[..., Fetched], gcs: FakeGcs
) -> None:
    gcs.bucket.insert({"name": name}, "text/html", CLIP, None)

    fetched = bring(f"gs://acme-media/{name}")

    assert fetched.path.read_bytes() == CLIP
    assert (fetched.suffix, fetched.size_bytes) == (".mp4", len(CLIP))
    assert gcs.operations == ["look_up", "download"]


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        pytest.param("gs://other/a.mp4", "the bucket other is not reachable or not", id="foreign"),
        pytest.param("gs://acme-mediax/a", "the bucket acme-mediax is not reach", id="longer name"),
        pytest.param("gs:///a", "the bucket  is not reachable", id="no bucket"),
        pytest.param("gs://acme-media", "is not the plain name", id="no object"),
        pytest.param("gs://acme-media/", "is not the plain name", id="empty object"),
        pytest.param("gs://acme-media/../other/a", "is not the plain name", id="upwards"),
        pytest.param("gs://acme-media/a/./b", "is not the plain name", id="dot"),
        pytest.param("gs://acme-media/a//b", "is not the plain name", id="gap"),
        pytest.param("gs://acme-media/a\nb", "is not the plain name", id="line break"),
    ],
)
def test_other_buckets_and_odd_names_are_not_asked_for(
    uri: str, said: str, failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    error = failure(uri)

    assert type(error) is InputUnreachable
    assert f": {said}" in error.message
    assert gcs.operations == []


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        pytest.param(
            Fault("look_up", status=404), InputUnreachable, "has no such object", id="gone"
        ),
        pytest.param(
            Fault("look_up", status=403), InputUnreachable, "is closed to this", id="forbidden"
        ),
        pytest.param(
            Fault("download", status=403), InputUnreachable, "is closed to", id="forbidden later"
        ),
        pytest.param(
            Fault("download", status=404), InputInterrupted, "answer 404", id="replaced meanwhile"
        ),
        pytest.param(
            Fault("download", is_damaged=True), UnsupportedMedia, "is not a clip", id="damaged head"
        ),
    ],
)
def test_an_object_that_cannot_be_had_is_told(
    fault: Fault,
    error: type[AiprodError],
    said: str,
    failure: Callable[..., AiprodError],
    gcs: FakeGcs,
) -> None:
    gcs.plan(fault)

    found = failure("gs://acme-media/a.mp4")

    assert type(found) is error
    assert found.message.startswith("gs://acme-media/a.mp4: ")
    assert said in found.message


def test_an_interrupted_object_is_read_on(bring: Callable[..., Fetched], gcs: FakeGcs) -> None:
    gcs.plan(Fault("download", cut_after=1000))

    assert bring("gs://acme-media/a.mp4").path.read_bytes() == CLIP
    assert gcs.operations == ["look_up", "download", "download"]


def test_an_object_whose_rest_came_damaged_is_refused(
    failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    gcs.plan(Fault("download", cut_after=1000))
    gcs.plan(Fault("download", is_damaged=True))

    error = failure("gs://acme-media/a.mp4")

    assert type(error) is InputInterrupted
    assert "came damaged" in error.message


@pytest.mark.parametrize(
    ("facts", "error", "said"),
    [
        pytest.param({"size": str(LIMIT + 1)}, UnsupportedMedia, "is too large", id="too large"),
        pytest.param(
            {"contentEncoding": "gzip"}, InputUnreachable, "stored compressed", id="compressed"
        ),
    ],
)
def test_an_object_that_will_not_do_is_not_downloaded(
    facts: dict[str, str],
    error: type[AiprodError],
    said: str,
    failure: Callable[..., AiprodError],
    gcs: FakeGcs,
) -> None:
    gcs.bucket = OddBucket(facts)
    gcs.bucket.insert({"name": "a.mp4"}, "video/mp4", CLIP, None)

    found = failure("gs://acme-media/a.mp4")

    assert type(found) is error
    assert said in found.message
    assert gcs.operations == ["look_up"]


def test_an_object_that_comes_too_late_is_refused(
    failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    error = failure("gs://acme-media/a.mp4", deadline_s=0.0)

    assert error.message == "gs://acme-media/a.mp4: did not finish within 0 s"
    assert gcs.operations == ["look_up", "download"]


def test_an_object_larger_than_it_said_is_cut_off(
    failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    gcs.bucket = OddBucket({"size": "10"})
    gcs.bucket.insert({"name": "a.mp4"}, "video/mp4", CLIP + bytes(LIMIT), None)

    error = failure("gs://acme-media/a.mp4")

    assert "is too large" in error.message


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
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    off = threading.Event()
    authority = Authority(tmp_path_factory.mktemp("authority"))
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


def test_an_object_that_is_called_off_is_read_no_further(
    failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    gcs.bucket.insert({"name": "a.mp4"}, "video/mp4", CLIP + bytes(1 << 24), None)

    error = failure(
        "gs://acme-media/a.mp4",
        max_bytes=1 << 40,
        is_called_off=lambda: "download" in gcs.operations,
    )

    assert type(error) is Cancelled
    assert gcs.operations == ["look_up", "download"]


def test_an_object_that_is_called_off_is_not_asked_for_again(
    failure: Callable[..., AiprodError], gcs: FakeGcs
) -> None:
    gcs.plan(Fault("look_up", status=503), times=50)

    error = failure("gs://acme-media/a.mp4", is_called_off=lambda: len(gcs.operations) > 1)

    assert type(error) is Cancelled
    assert gcs.operations == ["look_up", "look_up"]


def test_a_silent_host_is_given_up(failure: Callable[..., AiprodError]) -> None:
    with host(silence) as seen:
        error = failure(f"http://127.0.0.1:{seen.port}/", deadline_s=QUICK_S)

    assert error.message.endswith("did not finish within 0.4 s")
