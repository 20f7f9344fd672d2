import contextlib
import io
import itertools
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import apache_beam as beam
import httpcore
import httpx
import pytest
from apache_beam.testing.util import assert_that, equal_to
from PIL import Image

from jobs.daemon import daemon
from jobs.elements import Ending, Outcome, Problem, Run, Script
from jobs.errors import AiprodError, Cancelled, ErrorCode, InputUnreachable, UnsupportedMedia
from jobs.message import Ring
from jobs.submission import InputFile, Submission
from jobs.wire import from_json
from storage.artefacts import content_name
from storage.guarded_http import GuardedTransport, client_over
from storage.intake import Intake, Request
from tests.fakes.gcs import FakeGcs, Fault
from tests.fakes.local_hosts import Authority, Forwarding, Host, host, names, response
from transforms.admit_jobs import admit
from transforms.fetch_inputs import FetchInputs, fetch_inputs
from transforms.studio import Studio, StudioConfig
from transforms.write_script import write_script

WAIT_S = 60.0
PUBLIC = "93.184.215.14"
NAMES = {"media.example": [PUBLIC], "inside.example": ["10.0.0.5"]}
CLIP = b"\0\0\0\x18ftypisom\0\0\2\0isomavc1" + bytes(2000)
FONT = b"\0\1\0\0\0\4" + bytes(2000)  # what is in its tables is looked at when it is used
Answer = Callable[[Any], None]


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 9), "teal").save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True)
class Web:
    """The web as a worker sees it, on which all that is public is one host of this machine."""

    port: int
    certificate: str  # of the authority that it trusts

    def __call__(self) -> httpx.Client:
        trusted = ssl.create_default_context(cadata=self.certificate)
        wire = Forwarding(self.port)
        return client_over(GuardedTransport(WAIT_S, False, trusted, names(NAMES), wire))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@contextlib.contextmanager
def web(authority: Authority, *answers: Answer | bytes) -> Iterator[tuple[Web, Host]]:
    """A web whose one host answers in this way."""
    with host(*answers, tls=authority.server("media.example")) as seen:
        yield Web(seen.port, authority.certificate()), seen


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    with FakeGcs("acme-media").serving() as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake
        assert fake.complaints == []


@pytest.fixture
def config(studio: StudioConfig) -> StudioConfig:
    return replace(studio, input_buckets=("acme-media",))


@pytest.fixture
def opened(config: StudioConfig) -> Iterator[Studio]:
    found = config.open()
    yield found
    found.close()


def naming(kind: str, uri: str) -> dict[str, Any]:
    """What a scene says that names a file of that kind."""
    if kind == "sound":
        return {"narration_audio": {"uri": uri}}
    if kind == "captions":
        return {"narration_audio": {"uri": "upload://up-1", "captions": uri}}
    return {"visual": {"type": kind, "uri": uri}}


def submitted(studio: Studio, *uris: str, kind: str = "image") -> Submission:
    """A job with a scene per address has been submitted."""
    scenes = [{"narration": "One.", **naming(kind, uri)} for uri in uris]
    submission = Submission({"scenes": scenes})
    request = Request("acme", "job", submission, None, None, None, "0" * 64, None)
    Intake(studio.ledger.database).submit(request)
    return submission


def claimed(studio: Studio) -> bytes:
    """The script of a run of that job, which begins."""
    run = admit(Ring("job"), studio)
    assert run is not None
    (script,) = write_script(run.to_bytes(), studio)
    return script


def failure(studio: Studio, script: bytes, open_web: Callable[[], httpx.Client]) -> AiprodError:
    with pytest.raises(AiprodError) as caught:
        list(fetch_inputs(script, studio, open_web))
    return caught.value


def outcome(script: bytes, code: ErrorCode, message: str) -> bytes:
    """How a run ends that a problem with its inputs has ended."""
    problem = Problem("inputs", code, message, retryable=False)
    return Outcome(Script.from_bytes(script).run, Ending.FAILED, (problem,)).to_bytes()


@pytest.mark.parametrize(
    ("content", "kind", "suffix"),
    [
        pytest.param(picture(), "image", ".picture", id="image"),
        pytest.param(CLIP, "clip", ".mp4", id="clip"),
        pytest.param(CLIP, "sound", ".mp4", id="sound of a clip"),
        pytest.param(b"RIFF\0\0\0\0WAVEfmt ", "sound", ".sound", id="sound"),
        pytest.param(b"WEBVTT\n", "captions", ".captions", id="captions"),
    ],
)
def test_files_of_the_web_and_of_buckets_are_fetched(
    content: bytes,
    kind: str,
    suffix: str,
    config: StudioConfig,
    opened: Studio,
    pipeline: Callable[[], beam.Pipeline],
    authority: Authority,
    gcs: FakeGcs,
) -> None:
    uris = ["https://media.example/a?sig=1", "gs://acme-media/b", "https://media.example/a?sig=1"]
    gcs.bucket.insert({"name": "b"}, "text/html", content + b"b", None)
    submission = submitted(opened, *uris, kind=kind)
    script = claimed(opened)

    with (
        web(authority, response(content, Content_Type="text/html")) as (open_web, seen),
        pipeline() as built,
    ):
        fetched = built | beam.Create([script]) | FetchInputs(config, open_web)
        whole = replace(
            submission,
            inputs=(
                InputFile(content_name(content, suffix), uris[0], kind),
                InputFile(content_name(content + b"b", suffix), uris[1], kind),
            ),
        )
        before = Script.from_bytes(script)
        run = replace(before.run, submission=opened.artefacts.keep_json(whole))
        assert_that(fetched.done, equal_to([replace(before, run=run).to_bytes()]), "Done")
        assert_that(fetched.ended, equal_to([]), "Ended")

    assert [line.partition(b"\r\n")[0] for line in seen.requests] == [b"GET /a?sig=1 HTTP/1.1"]
    assert opened.blobs.read(content_name(content, suffix)) == content
    assert opened.blobs.read(content_name(content + b"b", suffix)) == content + b"b"


def branded(studio: Studio, brand: dict[str, Any]) -> Submission:
    """A job with that brand kit has been submitted."""
    submission = Submission({"scenes": [{"narration": "One."}], "brand": brand})
    request = Request("acme", "job", submission, None, None, None, "0" * 64, None)
    Intake(studio.ledger.database).submit(request)
    return submission


@pytest.mark.parametrize(
    ("logo", "font"),
    [
        pytest.param(
            "https://media.example/l?sig=1", "gs://acme-media/f.otf", id="logo of the web"
        ),
        pytest.param("gs://acme-media/l", "https://media.example/f.ttf", id="font of the web"),
    ],
)
def test_logos_and_fonts_are_fetched_as_other_inputs_are(
    logo: str, font: str, opened: Studio, authority: Authority, gcs: FakeGcs
) -> None:
    files = {logo: picture(), font: FONT}
    (bucket,) = (uri for uri in files if uri.startswith("gs:"))
    (address,) = files.keys() - {bucket}
    gcs.bucket.insert({"name": bucket.rpartition("/")[2]}, "text/html", files[bucket], None)
    branded(opened, {"logo": {"uri": logo}, "fonts": {"titles": font}})

    with web(authority, response(files[address], Content_Type="text/html")) as (open_web, _):
        (whole,) = fetch_inputs(claimed(opened), opened, open_web)

    kept = opened.blobs.read(Script.from_bytes(whole).run.submission)
    assert from_json(Submission, kept or b"").inputs == (
        InputFile(content_name(picture(), ".picture"), logo, "image"),
        InputFile(content_name(FONT, ".font"), font, "font"),
    )


@pytest.mark.parametrize(
    ("brand", "said"),
    [
        pytest.param(
            {"logo": {"uri": "https://media.example/l.svg"}},
            "brand.logo.uri: https://media.example/l.svg: is not a picture",
            id="a logo",
        ),
        pytest.param(
            {"fonts": {"captions": "https://media.example/f.ttf"}},
            "brand.fonts.captions: https://media.example/f.ttf: is not a font",
            id="a font",
        ),
    ],
)
def test_what_is_no_logo_or_font_is_told_with_its_place(
    brand: dict[str, Any], said: str, opened: Studio, authority: Authority
) -> None:
    branded(opened, brand)

    with web(authority, response(b"<svg xmlns='http://www.w3.org/2000/svg'/>")) as (open_web, _):
        error = failure(opened, claimed(opened), open_web)

    assert isinstance(error, UnsupportedMedia)
    assert error.message.startswith(said)


@pytest.mark.parametrize(
    ("uri", "answer", "code", "said"),
    [
        pytest.param(
            "https://media.example/cat.jpg",
            response(b"<!DOCTYPE html>" + bytes(600), Content_Type="image/jpeg"),
            ErrorCode.UNSUPPORTED_MEDIA,
            "is not a picture (accepted: JPEG, PNG, WebP)",
            id="HTML that calls itself a picture",
        ),
        pytest.param(
            "https://media.example/cat.jpg",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2147483649\r\n\r\n",
            ErrorCode.UNSUPPORTED_MEDIA,
            "is too large: at most 2,147,483,648 bytes are accepted",
            id="too large",
        ),
        pytest.param(
            "https://inside.example/cat.jpg",
            b"",
            ErrorCode.INPUT_UNREACHABLE,
            "inside.example is not reachable or not allowed"
            " (accepted: https on port 443 of a public host)",
            id="not public",
        ),
        pytest.param(
            "https://media.example/cat.jpg",
            response(status=302, Location="https://xn--a/"),
            ErrorCode.INPUT_UNREACHABLE,
            "the address is not reachable or not allowed"
            " (accepted: https on port 443 of a public host)",
            id="leads to no address",
        ),
        pytest.param(
            "gs://other-media/cat.jpg",
            b"",
            ErrorCode.INPUT_UNREACHABLE,
            "the bucket other-media is not reachable or not allowed",
            id="bucket of others",
        ),
    ],
)
def test_a_file_that_cannot_be_used_ends_the_run_with_its_place(
    uri: str,
    answer: bytes,
    code: ErrorCode,
    said: str,
    config: StudioConfig,
    opened: Studio,
    pipeline: Callable[[], beam.Pipeline],
    authority: Authority,
) -> None:
    submitted(opened, uri)
    script = claimed(opened)

    with web(authority, answer) as (open_web, _), pipeline() as built:
        fetched = built | beam.Create([script]) | FetchInputs(config, open_web)
        ending = outcome(script, code, f"scenes[0].visual.uri: {uri}: {said}")
        assert_that(fetched.done, equal_to([]), "Done")
        assert_that(fetched.ended, equal_to([ending]), "Ended")


def test_a_damaged_picture_is_told_of_with_its_scene(
    opened: Studio, authority: Authority, gcs: FakeGcs
) -> None:
    gcs.bucket.insert({"name": "whole.png"}, "image/png", picture(), None)
    damaged = picture()[:20] + bytes(700)  # the size of a picture of no pixels
    submitted(opened, "gs://acme-media/whole.png", "https://media.example/damaged.png")

    with web(authority, response(damaged)) as (open_web, _):
        error = failure(opened, claimed(opened), open_web)

    assert isinstance(error, UnsupportedMedia)
    assert error.message.startswith("scenes[1].visual.uri: ")


def test_another_run_of_the_job_does_not_fetch_again(
    opened: Studio, authority: Authority, gcs: FakeGcs
) -> None:
    gcs.bucket.insert({"name": "b.png"}, "image/png", picture(), None)
    submitted(opened, "https://media.example/a.png", "gs://acme-media/b.png")
    database = opened.ledger.database

    with web(authority, response(picture())) as (open_web, seen):
        (first,) = fetch_inputs(claimed(opened), opened, open_web)
        opened.ledger.settle(Outcome(Script.from_bytes(first).run, Ending.FAILED, ()))
        Intake(database).retry("acme", "job")
        script = claimed(opened)
        (second,) = fetch_inputs(script, opened, open_web)

    assert second == script
    assert Script.from_bytes(second).run.generation == 2
    assert Script.from_bytes(second).run.submission == Script.from_bytes(first).run.submission
    assert seen.connections == 1
    assert gcs.operations == ["look_up", "download"]


def test_a_file_that_cannot_be_had_ends_the_run_while_others_hang(
    opened: Studio, authority: Authority, gcs: FakeGcs
) -> None:
    release = threading.Event()
    submitted(opened, "https://media.example/a.png", "gs://acme-media/none.png")

    with web(authority, lambda _connection: release.wait(WAIT_S)) as (open_web, _):
        error = failure(opened, claimed(opened), open_web)
        release.set()

    assert type(error) is InputUnreachable
    assert error.message.startswith("scenes[1].visual.uri: gs://acme-media/none.png: ")


@dataclass(frozen=True)
class Hanging(httpcore.NetworkBackend):
    """A network on which no connection is ever made."""

    asked: threading.Event
    release: threading.Event

    def connect_tcp(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        self.asked.set()
        self.release.wait(WAIT_S)
        raise httpcore.ConnectTimeout


@dataclass(frozen=True)
class Slow:
    """Where a download hangs, in one way or another.

    Attributes:
      asked: It hangs now.
      release: It goes on.
    """

    authority: Authority
    gcs: FakeGcs
    asked: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def opening(self, how: str) -> Iterator[Callable[[], httpx.Client]]:
        if how in ("look-up", "connection"):
            yield partial(self._client, how)
            return
        start = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + picture()
        starts = {"body": [start], "drip": [start, *itertools.repeat(b"x", 8000)]}
        answer = partial(self._answer, starts.get(how, []))
        tls = None if how == "handshake" else self.authority.server("media.example")
        with host(answer, tls=tls) as seen:
            yield Web(seen.port, self.authority.certificate())

    def _client(self, how: str) -> httpx.Client:
        trusted = self.authority.trusted()
        resolve = self._resolved if how == "look-up" else names(NAMES)
        wire = Hanging(self.asked, self.release)
        return client_over(GuardedTransport(WAIT_S, False, trusted, resolve, wire))

    def _resolved(self, _name: str, _port: int) -> list[str]:
        self.hang()
        return []

    def _answer(self, pieces: list[bytes], connection: Any) -> None:
        for piece in pieces[:1]:
            connection.sendall(piece)
        self.asked.set()
        for piece in pieces[1:]:
            if not self.release.wait(0.05):
                connection.sendall(piece)
        self.release.wait(WAIT_S)

    def hang(self) -> None:
        self.asked.set()
        self.release.wait(WAIT_S)


@pytest.fixture
def slow(authority: Authority, gcs: FakeGcs) -> Iterator[Slow]:
    found = Slow(authority, gcs)
    yield found
    found.release.set()


def seconds_to_end(
    studio: Studio, slow: Slow, uri: str, how: str, end: Callable[[Run], Any]
) -> float:
    """How long a run that fetches goes on after `end` was called."""
    submitted(studio, uri)
    script = claimed(studio)
    with slow.opening(how) as open_web:
        running = daemon(lambda: list(fetch_inputs(script, studio, open_web)), "run")
        assert slow.asked.wait(WAIT_S)
        end(Script.from_bytes(script).run)
        started = time.monotonic()
        with pytest.raises(Cancelled):
            running.result(WAIT_S)
        took_s = time.monotonic() - started
        slow.release.set()
    return took_s


@pytest.mark.parametrize("how", ["look-up", "connection", "handshake", "head", "body", "drip"])
def test_a_run_that_is_cancelled_while_it_fetches_ends_soon(
    how: str, opened: Studio, slow: Slow
) -> None:
    def cancel(run: Run) -> None:
        Intake(opened.ledger.database).cancel("acme", run.job_id)

    took_s = seconds_to_end(opened, slow, "https://media.example/a.png", how, cancel)

    assert took_s < 5  # 0.3 s here; the download may take ten minutes
    assert list(Path(opened.config.scratch).iterdir()) == []


@pytest.mark.parametrize("operation", ["look_up", "download"])
def test_a_run_that_is_cancelled_while_google_is_silent_ends_soon(
    operation: str, opened: Studio, slow: Slow, gcs: FakeGcs
) -> None:
    gcs.bucket.insert({"name": "a.png"}, "image/png", picture(), None)
    gcs.plan(Fault(operation, is_answer_lost=True, meanwhile=slow.hang))

    def cancel(run: Run) -> None:
        Intake(opened.ledger.database).cancel("acme", run.job_id)

    took_s = seconds_to_end(opened, slow, "gs://acme-media/a.png", "head", cancel)

    assert took_s < 5


def test_a_run_that_lost_its_claim_while_it_fetches_ends_soon(opened: Studio, slow: Slow) -> None:
    def give_back(run: Run) -> None:
        opened.ledger.release(run.job_id, run.token)

    took_s = seconds_to_end(opened, slow, "https://media.example/a.png", "body", give_back)

    assert took_s < 5
