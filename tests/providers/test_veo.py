import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from jobs.errors import (
    Charged,
    ContentRefused,
    InvalidInput,
    ProviderError,
    ProviderUnavailable,
    ProviderUnusable,
)
from jobs.stages import Stage
from providers.gemini.veo import UNWANTED, Veo
from providers.gemini.wire import Door
from providers.takes import Picture, Scenery
from tests.fakes.films import film
from tests.fakes.gemini_media import FakeGeminiMedia
from tests.fakes.service import Fault
from tests.providers.desk import Desk

SEA = Scenery("a calm sea", 1280, 720, 4.0)
MODEL = (
    "/v1beta1/projects/studio/locations/us-central1/publishers/google/models/veo-3.1-generate-001"
)
OPERATION = f"{MODEL.removeprefix('/v1beta1/')}/operations/0001"


def short() -> bytes:
    """What the fake answers with."""
    return film(1280, 720, 4.0, False)


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


def veo(fake: FakeGeminiMedia, **more: Any) -> Veo:
    return Veo(Door(fake.url, "v1beta1", "studio", "us-central1"), largest="720p", **more)


def shoot(config: Veo, desk: Desk, scenery: Scenery = SEA, remote_id: str | None = None) -> Picture:
    session = config.open(desk.access)
    try:
        return session.film(scenery, desk.call(remote_id))
    finally:
        session.close()


def done(**response: Any) -> str:
    return json.dumps({"name": OPERATION, "done": True, "response": response})


def test_a_film_is_ordered_named_waited_for_and_taken(fake: FakeGeminiMedia, desk: Desk) -> None:
    picture = shoot(veo(fake), desk)

    order, *questions = fake.journal
    assert order.path == f"{MODEL}:predictLongRunning"
    assert order.headers["authorization"] == "Bearer fake-key"
    assert order.json == {
        "instances": [{"prompt": "a calm sea"}],
        "parameters": {
            "sampleCount": 1,
            "durationSeconds": 4,
            "aspectRatio": "16:9",
            "resolution": "720p",
            "generateAudio": False,
            "personGeneration": "allow_adult",
            "negativePrompt": UNWANTED,
        },
    }
    assert [(asked.path, asked.json) for asked in questions] == [
        (f"{MODEL}:fetchPredictOperation", {"operationName": OPERATION})
    ] * 2
    assert picture == Picture(short(), ".mp4", OPERATION, ordered_s=4)
    assert (desk.started, desk.pauses) == ([OPERATION], [15.0, 15.0])
    assert len(fake.charges) == 1


def test_a_film_that_was_begun_earlier_is_only_asked_for(fake: FakeGeminiMedia, desk: Desk) -> None:
    shoot(veo(fake), desk)
    fake.journal.clear()

    picture = shoot(veo(fake), Desk(), remote_id=OPERATION)

    assert [asked.path for asked in fake.journal] == [f"{MODEL}:fetchPredictOperation"]
    assert picture.data == short()
    assert len(fake.charges) == 1


@pytest.mark.parametrize(
    ("scenery", "parameters"),
    [
        pytest.param((1280, 720, 4.2), ("16:9", "720p", 6), id="long enough"),
        pytest.param((900, 1600, 0.5), ("9:16", "720p", 4), id="upright, painted larger"),
        pytest.param((2400, 1350, 40.0), ("16:9", "1080p", 8), id="longer than any"),
        pytest.param((256, 256, None), ("16:9", "720p", 4), id="square, of any length"),
    ],
)
def test_the_nearest_film_there_is_is_ordered(
    scenery: tuple[int, int, float | None], parameters: tuple[str, str, int]
) -> None:
    film = Veo(Door()).order(Scenery("x", *scenery))["parameters"]

    assert (film["aspectRatio"], film["resolution"], film["durationSeconds"]) == parameters


@pytest.mark.parametrize(
    ("prompt", "kind", "charged"),
    [
        pytest.param("forbidden", ContentRefused, Charged.NO, id="prompt refused"),
        pytest.param("filtered", ContentRefused, Charged.NO, id="withheld, and free by its words"),
        pytest.param("broken", ProviderUnusable, Charged.YES, id="failed"),
        pytest.param("declined", ProviderUnusable, Charged.YES, id="no film"),
    ],
)
def test_what_becomes_of_no_film(
    fake: FakeGeminiMedia, desk: Desk, prompt: str, kind: type[ProviderError], charged: Charged
) -> None:
    with pytest.raises(kind) as caught:
        shoot(veo(fake), desk, replace(SEA, prompt=f"{prompt} secret plot"))

    assert (type(caught.value), caught.value.charged) == (kind, charged)
    assert "secret plot" not in caught.value.message


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(done(), id="no films"),
        pytest.param(done(videos=[]), id="none"),
        pytest.param(done(videos=None), id="null"),
        pytest.param(done(videos=[7]), id="a film that is none"),
        pytest.param(done(videos=[{}]), id="neither bytes nor address"),
        pytest.param(done(videos=[{"gcsUri": "gs://films/sea.mp4"}]), id="in a bucket of others"),
        pytest.param(done(videos=[{"bytesBase64Encoded": "%"}]), id="no base64"),
        pytest.param(done(videos=[{"bytesBase64Encoded": 7}]), id="number"),
        pytest.param(
            done(videos=[{"bytesBase64Encoded": base64.b64encode(b"<html>").decode()}]), id="page"
        ),
        pytest.param('{"done": true}', id="no response"),
        pytest.param('{"done": true, "response": null}', id="null response"),
        pytest.param('{"done": true, "error": "bad"}', id="error that is text"),
    ],
)
def test_an_operation_without_a_film_is_paid_and_unusable(
    fake: FakeGeminiMedia, desk: Desk, answer: str
) -> None:
    fake.plan(Fault(":fetchPredictOperation", body=answer))

    with pytest.raises(ProviderUnusable) as caught:
        shoot(veo(fake), desk)

    assert caught.value.charged is Charged.YES


@pytest.mark.parametrize(
    ("response", "charged"),
    [
        pytest.param({"raiMediaFilteredCount": 1}, Charged.YES, id="withheld without a word"),
        pytest.param(
            {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["You won't be charged."]},
            Charged.NO,
            id="withheld and free",
        ),
    ],
)
def test_a_film_that_is_withheld_is_refused(
    fake: FakeGeminiMedia, desk: Desk, response: dict[str, Any], charged: Charged
) -> None:
    fake.plan(Fault(":fetchPredictOperation", body=done(**response)))

    with pytest.raises(ContentRefused) as caught:
        shoot(veo(fake), desk)

    assert caught.value.charged is charged


def test_work_that_failed_by_the_policy_is_refused(fake: FakeGeminiMedia, desk: Desk) -> None:
    error = {"code": 3, "message": "The prompt violates our usage guidelines."}
    fake.plan(Fault(":fetchPredictOperation", body=json.dumps({"done": True, "error": error})))

    with pytest.raises(ContentRefused):
        shoot(veo(fake), desk)


def test_waiting_has_an_end_and_the_job_stays_known(fake: FakeGeminiMedia, desk: Desk) -> None:
    fake.polls = 10_000

    with pytest.raises(ProviderUnavailable) as caught:
        shoot(veo(fake, at_most_s=60.0), desk)

    assert (caught.value.charged, desk.started) == (Charged.UNKNOWN, [OPERATION])
    assert sum(desk.pauses) == 75.0


def test_a_token_that_ran_out_is_read_anew_once(fake: FakeGeminiMedia) -> None:
    picture = shoot(veo(fake), Desk(key="old", fresh_key="fake-key"))

    assert picture.data == short()
    assert [asked.headers["authorization"] for asked in fake.journal[:2]] == [
        "Bearer old",
        "Bearer fake-key",
    ]


VERTEX = {"GOOGLE_CLOUD_PROJECT": "studio"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        pytest.param("AIPROD_VEO_MODEL", "veo-9", "^AIPROD_VEO_MODEL: the price book", id="model"),
        pytest.param(
            "AIPROD_VEO_MODEL",
            "gemini-omni-1.2-flash",
            "is 'gemini-omni-1.2-flash'; give a model of Veo, such as veo-3.1-generate-001$",
            id="a model of Omni",
        ),
        pytest.param("AIPROD_VEO_RESOLUTION", "360p", "is '360p'; give one of", id="resolution"),
        pytest.param("AIPROD_VEO_SEED", "4294967296", "give a whole number", id="seed"),
        pytest.param("AIPROD_VEO_CALLS", "many", "is 'many'; give a whole", id="calls"),
        pytest.param("GOOGLE_CLOUD_PROJECT", "", "GOOGLE_CLOUD_PROJECT is .*project", id="project"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        Veo.configured({**VERTEX, name: value})


def test_settings_are_read() -> None:
    config = Veo.configured(
        {
            **VERTEX,
            "AIPROD_VERTEX_LOCATION": "us-central1",
            "AIPROD_VEO_MODEL": "veo-3.1-fast-generate-001",
            "AIPROD_VEO_RESOLUTION": "720p",
            "AIPROD_VEO_SEED": "7",
            "AIPROD_VEO_CALLS": "2",
        }
    )

    door = Door("https://us-central1-aiplatform.googleapis.com", "v1beta1", "studio", "us-central1")
    assert config == Veo(door, "veo-3.1-fast-generate-001", "720p", seed=7, most_open=2)
    assert config.order(SEA)["parameters"]["seed"] == 7


@pytest.mark.parametrize(
    ("params", "usd"),
    [
        pytest.param({"width": 1280, "height": 720, "length_s": 5}, 2.40, id="720p"),
        pytest.param({"width": 1920, "height": 1080, "length_s": 60}, 3.20, id="the longest"),
    ],
)
def test_a_film_is_quoted_by_the_second(params: dict[str, Any], usd: float) -> None:
    assert Veo(Door()).quote_usd(Stage.VISUAL, params) == pytest.approx(usd)


def test_films_have_to_be_asked_for_by_name() -> None:
    (choice,) = Veo(Door()).choices(Stage.VISUAL)

    assert not choice.is_automatic
