import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from jobs.errors import (
    AiprodError,
    Charged,
    ContentRefused,
    InputUnreachable,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
    UnsupportedMedia,
)
from providers.gemini.omni import MANNER, Omni
from providers.gemini.wire import Door
from providers.service import NEXT_RUN_S, Call
from providers.takes import Picture, Scenery
from storage.guarded_wire import InputInterrupted
from tests.fakes.films import film
from tests.fakes.gemini_media import FakeGeminiMedia
from tests.fakes.service import Fault
from tests.providers.desk import RETRY_INFO, Desk

SEA = Scenery("a calm sea", 640, 360, 3.0)


@pytest.fixture(scope="module")
def service() -> Iterator[FakeGeminiMedia]:
    short()  # is encoded before anybody waits for it
    with FakeGeminiMedia().serving() as fake:
        yield fake


@pytest.fixture
def fake(service: FakeGeminiMedia) -> FakeGeminiMedia:
    service.clear()
    return service


@pytest.fixture
def desk() -> Desk:
    return Desk()


def short() -> bytes:
    """What the fake answers with."""
    return film(640, 360, 3.0, True)


def omni(fake: FakeGeminiMedia, **more: Any) -> Omni:
    return Omni(Door(fake.url), largest="360p", **more)


def on_vertex(fake: FakeGeminiMedia) -> Omni:
    return replace(omni(fake), door=Door(fake.url, "v1beta1", "studio", "global"))


def shoot(
    config: Omni, desk: Desk, scenery: Scenery = SEA, remote_id: str | None = None
) -> Picture:
    session = config.open(desk.access)
    try:
        return session.film(scenery, desk.call(remote_id))
    finally:
        session.close()


def test_a_film_is_ordered_named_waited_for_and_taken(fake: FakeGeminiMedia, desk: Desk) -> None:
    picture = shoot(omni(fake), desk)

    order, *questions = fake.journal
    assert (order.method, order.path) == ("POST", "/v1beta/interactions")
    assert order.json == {
        "model": "gemini-omni-1.2-flash",
        "input": f"a calm sea\n\n{MANNER}",
        "background": True,
        "response_format": {
            "type": "video",
            "aspect_ratio": "16:9",
            "resolution": "360p",
            "duration": "3s",
            "delivery": "uri",
        },
        "generation_config": {"video_config": {"task": "text_to_video"}},
    }
    assert [asked.path for asked in questions] == [f"/v1beta/interactions/{desk.started[0]}"] * 2
    assert picture == Picture(short(), ".mp4", desk.started[0], ordered_s=3)
    assert desk.pauses == [10.0, 10.0]
    assert len(fake.charges) == 1


def test_vertex_is_asked_with_a_token_and_without_delivery(
    fake: FakeGeminiMedia, desk: Desk
) -> None:
    picture = shoot(on_vertex(fake), desk)

    order = fake.journal[0]
    assert order.path == "/v1beta1/projects/studio/locations/global/interactions"
    assert order.headers["authorization"] == "Bearer fake-key"
    assert "x-goog-api-key" not in order.headers
    assert "delivery" not in order.json["response_format"]
    assert picture.data == short()


def test_a_film_that_was_begun_earlier_is_only_asked_for(fake: FakeGeminiMedia, desk: Desk) -> None:
    shoot(omni(fake), desk)
    fake.journal.clear()

    picture = shoot(omni(fake), Desk(), remote_id=desk.started[0])

    assert [asked.method for asked in fake.journal] == ["GET"]
    assert picture.data == short()
    assert len(fake.charges) == 1


def test_the_job_is_named_before_it_is_asked_for(fake: FakeGeminiMedia, desk: Desk) -> None:
    seen: list[int] = []

    def started(remote_id: str) -> None:
        seen.append(len(fake.journal))

    session = omni(fake).open(desk.access)
    session.film(SEA, Call("call-1", None, started, desk.pause))
    session.close()

    assert seen == [1]


def test_a_film_that_comes_with_the_first_answer_is_not_asked_for(
    fake: FakeGeminiMedia, desk: Desk
) -> None:
    shoot(on_vertex(fake), desk, replace(SEA, prompt="at once"))

    assert len(fake.journal) == 1
    assert (len(desk.started), desk.pauses) == (1, [])


def test_a_file_of_the_service_is_read_with_the_key_when_it_is_ready(
    fake: FakeGeminiMedia, desk: Desk
) -> None:
    fake.is_inline = False

    picture = shoot(omni(fake), desk)

    states, download = fake.journal[-3:-1], fake.journal[-1]
    assert [asked.path for asked in states] == ["/v1beta/files/film0002"] * 2
    assert download.path == "/v1beta/files/film0002:download"
    assert download.query == {"alt": "media"}
    assert picture.data == short()


def test_a_film_that_was_deleted_is_paid_for_and_gone(fake: FakeGeminiMedia, desk: Desk) -> None:
    fake.is_inline, fake.are_expired = False, True

    with pytest.raises(ProviderUnusable, match="omni has deleted the video, or hides it") as caught:
        shoot(omni(fake), desk)

    assert (caught.value.charged, caught.value.is_over) == (Charged.YES, True)


@pytest.mark.parametrize("status", [403, 404])
def test_a_film_that_is_deleted_while_it_is_asked_for_is_gone(
    status: int, fake: FakeGeminiMedia, desk: Desk
) -> None:
    fake.is_inline = False
    fake.plan(Fault(":download", status=status))

    with pytest.raises(ProviderUnusable, match="has deleted the video") as caught:
        shoot(omni(fake), desk)

    assert (caught.value.charged, caught.value.is_over) == (Charged.YES, True)


def test_a_download_that_breaks_leaves_the_film_to_who_comes_next(
    fake: FakeGeminiMedia, desk: Desk
) -> None:
    fake.is_inline = False
    fake.plan(Fault(":download", cut=True))

    with pytest.raises(ProviderUnavailable) as caught:
        shoot(omni(fake), desk)

    assert (caught.value.charged, caught.value.is_over) == (Charged.UNKNOWN, False)
    assert shoot(omni(fake), Desk(), remote_id=desk.started[0]).data == short()
    assert len(fake.charges) == 1


@pytest.mark.parametrize(
    ("problem", "kind", "charged"),
    [
        pytest.param(InputUnreachable("404"), ProviderUnusable, Charged.YES, id="deleted"),
        pytest.param(InputInterrupted("503"), ProviderUnavailable, Charged.UNKNOWN, id="not now"),
        pytest.param(UnsupportedMedia("large"), ProviderUnusable, Charged.YES, id="too large"),
    ],
)
def test_a_file_elsewhere_that_cannot_be_had_is_the_fault_of_the_service(
    problem: AiprodError,
    kind: type[ProviderError],
    charged: Charged,
    fake: FakeGeminiMedia,
    desk: Desk,
) -> None:
    def fetch(url: str, most_bytes: int) -> bytes:
        raise problem

    fake.plan(Fault("/interactions", body=ended({"type": "video", "uri": "https://a.test/film"})))
    session = omni(fake).open(replace(desk.access, fetch=fetch))

    with pytest.raises(kind) as caught:
        session.film(SEA, desk.call())
    session.close()

    assert caught.value.charged is charged
    assert caught.value.is_over is (charged is Charged.YES)


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("https://elsewhere.example/v1beta/files/film0001:download", id="another host"),
        pytest.param("{url}/somewhere/film.mp4", id="another path"),
        pytest.param("{url}/v1beta/files/../../secrets", id="out of the folder"),
    ],
)
def test_a_file_elsewhere_is_fetched_without_the_key(
    fake: FakeGeminiMedia, desk: Desk, uri: str
) -> None:
    uri = uri.replace("{url}", fake.url)
    desk.files[uri] = short()
    fake.plan(Fault("/interactions", body=ended({"type": "video", "uri": uri})))

    picture = shoot(omni(fake), desk)

    assert picture.data == short()
    assert len(fake.journal) == 1


@pytest.mark.parametrize(
    ("scenery", "format_"),
    [
        pytest.param((1280, 720, 4.2), ("16:9", "720p", "5s"), id="up to a whole second"),
        pytest.param((900, 1600, 2.0), ("9:16", "720p", "3s"), id="upright, painted larger"),
        pytest.param((2400, 1350, 40.0), ("16:9", "1080p", "15s"), id="longer than any"),
        pytest.param((4096, 2304, 8.0), ("16:9", "1080p", "8s"), id="larger than is wanted"),
        pytest.param((256, 256, None), ("16:9", "360p", "3s"), id="square, of any length"),
    ],
)
def test_the_nearest_film_there_is_is_ordered(
    scenery: tuple[int, int, float | None], format_: tuple[str, str, str]
) -> None:
    film = Omni(Door()).order(Scenery("x", *scenery))["response_format"]

    assert (film["aspect_ratio"], film["resolution"], film["duration"]) == format_


@pytest.mark.parametrize(
    ("prompt", "kind", "charged"),
    [
        pytest.param("forbidden", ContentRefused, Charged.NO, id="prompt refused"),
        pytest.param("filtered", ContentRefused, Charged.YES, id="film withheld"),
        pytest.param("broken", ProviderUnusable, Charged.YES, id="failed"),
        pytest.param("declined", ProviderUnusable, Charged.YES, id="words alone"),
    ],
)
def test_what_becomes_of_no_film(
    fake: FakeGeminiMedia, desk: Desk, prompt: str, kind: type[ProviderError], charged: Charged
) -> None:
    with pytest.raises(kind) as caught:
        shoot(omni(fake), desk, replace(SEA, prompt=f"{prompt} secret plot"))

    assert caught.value.charged is charged
    assert "secret plot" not in caught.value.message
    assert type(caught.value) is kind


def ended(*content: dict[str, Any], **more: Any) -> str:
    steps = [{"type": "model_output", "content": list(content)}]
    return json.dumps({"id": "v1_x", "status": "completed", "steps": steps, **more})


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(ended({"type": "video", "data": "%%%"}), id="no base64"),
        pytest.param(ended({"type": "video", "data": ""}), id="empty"),
        pytest.param(ended({"type": "video", "data": None}), id="null"),
        pytest.param(ended({"type": "video", "data": 7}), id="number"),
        pytest.param(ended({"type": "video"}), id="neither data nor uri"),
        pytest.param(ended({"type": "audio", "data": "AAAA"}), id="another kind"),
        pytest.param(
            ended({"type": "video", "data": base64.b64encode(b"<html>no</html>").decode()}),
            id="a page as film",
        ),
        pytest.param(ended({}), id="content without type"),
        pytest.param(ended(steps=None), id="no steps"),
        pytest.param(ended(steps=[7]), id="steps that are none"),
        pytest.param(ended(id=None), id="no id"),
        pytest.param(ended(id="v1_x", status="cancelled"), id="cancelled"),
        pytest.param(ended(status="budget_exceeded"), id="budget exceeded"),
    ],
)
def test_an_answer_without_a_film_is_paid_and_unusable(
    fake: FakeGeminiMedia, desk: Desk, answer: str
) -> None:
    fake.plan(Fault("/interactions", body=answer))

    with pytest.raises(ProviderUnusable) as caught:
        shoot(omni(fake), desk)

    assert caught.value.charged is Charged.YES


def test_an_error_in_place_of_an_interaction_is_its_end(fake: FakeGeminiMedia, desk: Desk) -> None:
    error = '{"error": {"code": "content_policy", "message": "Blocked by our safety policy."}}'
    fake.plan(Fault("nothing"), Fault("0001", body=error))

    with pytest.raises(ContentRefused) as caught:
        shoot(omni(fake), desk)

    assert caught.value.charged is Charged.YES


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("{}", id="nothing"),
        pytest.param(ended(id="v1_0001", status=None), id="null"),
        pytest.param(ended(id="v1_0001", status={"a": 1}), id="no word"),
    ],
)
def test_an_answer_without_a_status_is_asked_for_again(
    fake: FakeGeminiMedia, desk: Desk, answer: str
) -> None:
    fake.plan(Fault("0001", body=answer))

    assert shoot(omni(fake), desk).data == short()
    assert len(fake.charges) == 1


def test_a_new_interaction_without_a_status_is_asked_after(
    fake: FakeGeminiMedia, desk: Desk
) -> None:
    fake.plan(Fault("/interactions", body='{"id": "v1_0001"}'))

    assert shoot(omni(fake), desk).data == short()
    assert len(fake.charges) == 1


def test_waiting_has_an_end_and_the_job_stays_known(fake: FakeGeminiMedia, desk: Desk) -> None:
    fake.polls = 10_000

    with pytest.raises(ProviderUnavailable) as caught:
        shoot(omni(fake, at_most_s=60.0), desk)

    assert (caught.value.charged, caught.value.retryable) == (Charged.UNKNOWN, True)
    assert caught.value.retry_after_s == NEXT_RUN_S
    assert sum(desk.pauses) == 70.0
    assert len(desk.started) == 1


def test_a_forgotten_job_is_not_asked_for_again(fake: FakeGeminiMedia, desk: Desk) -> None:
    with pytest.raises(ProviderRejected) as caught:
        shoot(omni(fake), desk, remote_id="v1_forgotten/../x")

    assert caught.value.charged is Charged.UNKNOWN
    assert fake.journal[0].path == "/v1beta/interactions/v1_forgotten%2F..%2Fx"


@pytest.mark.parametrize(
    ("headers", "body", "wait_s"),
    [
        pytest.param({}, "", None, id="unsaid"),
        pytest.param({"Retry-After": "7"}, "", 7.0, id="seconds"),
        pytest.param({"Retry-After": "soon"}, "", None, id="not a number"),
        pytest.param({"Retry-After": "-3"}, "", None, id="in the past"),
        pytest.param({"Retry-After": "99999999"}, "", 99999999.0, id="in three years"),
        pytest.param({}, RETRY_INFO, 7.0, id="RetryInfo"),
    ],
)
def test_how_long_to_wait_is_passed_on(
    fake: FakeGeminiMedia, desk: Desk, headers: dict[str, str], body: str, wait_s: float | None
) -> None:
    fake.plan(Fault(status=429, headers=headers, body=body))

    with pytest.raises(ProviderUnavailable) as caught:
        shoot(omni(fake), desk)

    assert caught.value.retry_after_s == wait_s


def test_a_wrong_key_is_read_anew_once(fake: FakeGeminiMedia) -> None:
    desk = Desk(key="old", fresh_key="fake-key")

    picture = shoot(omni(fake), desk)

    assert picture.data == short()
    assert [asked.headers["x-goog-api-key"] for asked in fake.journal[:2]] == ["old", "fake-key"]
