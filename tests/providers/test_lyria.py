import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from jobs.errors import (
    Charged,
    ContentRefused,
    InvalidInput,
    ProviderError,
    ProviderUnusable,
)
from jobs.stages import Stage
from providers.gemini.lyria import MANNER, UNWANTED, Lyria
from providers.gemini.wire import Door
from providers.takes import Music, Sound
from tests.fakes.films import song_mp3, song_wav
from tests.fakes.gemini_media import FakeGeminiMedia
from tests.fakes.service import Fault
from tests.providers.desk import Desk

PIANO = Music("calm piano", 40.0)
PREDICT = (
    "/v1beta1/projects/studio/locations/us-central1/publishers/google/models/lyria-002:predict"
)


@pytest.fixture(scope="module")
def service() -> Iterator[FakeGeminiMedia]:
    song_mp3(90.0), song_mp3(30.0), song_wav(30.0)  # are encoded before anybody waits for them
    with FakeGeminiMedia().serving() as fake:
        yield fake


@pytest.fixture
def fake(service: FakeGeminiMedia) -> FakeGeminiMedia:
    service.clear()
    return service


@pytest.fixture
def desk() -> Desk:
    return Desk()


def lyria(fake: FakeGeminiMedia, **more: Any) -> Lyria:
    return Lyria(Door(fake.url), **more)


def older(fake: FakeGeminiMedia, **more: Any) -> Lyria:
    door = Door(fake.url, "v1beta1", "studio", "us-central1")
    return Lyria(door, "lyria-002", **more)


def play(config: Lyria, desk: Desk, music: Music = PIANO, remote_id: str | None = None) -> Sound:
    session = config.open(desk.access)
    try:
        return session.compose(music, desk.call(remote_id))
    finally:
        session.close()


def test_a_song_is_ordered_and_comes_with_the_answer(fake: FakeGeminiMedia, desk: Desk) -> None:
    sound = play(lyria(fake), desk)

    (order,) = fake.journal
    assert (order.method, order.path) == ("POST", "/v1beta/interactions")
    assert order.headers["x-goog-api-key"] == "fake-key"
    assert order.json == {
        "model": "lyria-3.5",
        "input": f"calm piano\n\n{MANNER} About 40 seconds long.",
    }
    assert sound == Sound(song_mp3(90.0), ".mp3", request_id=desk.started[0])
    assert desk.pauses == []


def test_a_clip_is_not_told_how_long_it_shall_be(fake: FakeGeminiMedia, desk: Desk) -> None:
    sound = play(lyria(fake, model="lyria-3-clip-preview"), desk)

    assert fake.journal[0].json["input"] == f"calm piano\n\n{MANNER}"
    assert sound.data == song_mp3(30.0)


@pytest.mark.parametrize("seed", [None, 7])
def test_the_older_model_is_told_what_is_not_wanted(
    fake: FakeGeminiMedia, desk: Desk, seed: int | None
) -> None:
    sound = play(older(fake, seed=seed), desk)

    (order,) = fake.journal
    assert order.path == PREDICT
    assert order.headers["authorization"] == "Bearer fake-key"
    instance: dict[str, Any] = {"prompt": "calm piano", "negative_prompt": UNWANTED}
    instance |= {} if seed is None else {"seed": seed}
    assert order.json == {"instances": [instance], "parameters": {}}
    assert sound == Sound(song_wav(30.0), ".wav", seed=seed)
    assert desk.started == []


def test_a_song_that_was_named_is_only_asked_for(fake: FakeGeminiMedia, desk: Desk) -> None:
    play(lyria(fake), desk)
    fake.journal.clear()

    sound = play(lyria(fake), Desk(), remote_id=desk.started[0])

    assert [asked.method for asked in fake.journal] == ["GET"]
    assert sound.data == song_mp3(90.0)
    assert len(fake.charges) == 1


@pytest.mark.parametrize(
    ("prompt", "kind", "charged"),
    [
        pytest.param("forbidden", ContentRefused, Charged.NO, id="prompt refused"),
        pytest.param("filtered", ContentRefused, Charged.YES, id="song withheld"),
        pytest.param("broken", ProviderUnusable, Charged.YES, id="failed"),
        pytest.param("declined", ProviderUnusable, Charged.YES, id="words alone"),
    ],
)
def test_what_becomes_of_no_song(
    fake: FakeGeminiMedia, desk: Desk, prompt: str, kind: type[ProviderError], charged: Charged
) -> None:
    with pytest.raises(kind) as caught:
        play(lyria(fake), desk, Music(f"{prompt} secret song", 30.0))

    assert (type(caught.value), caught.value.charged) == (kind, charged)
    assert "secret song" not in caught.value.message


def test_the_older_model_refuses_a_prompt(fake: FakeGeminiMedia, desk: Desk) -> None:
    with pytest.raises(ContentRefused) as caught:
        play(older(fake), desk, Music("forbidden", 30.0))

    assert caught.value.charged is Charged.NO


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"predictions": []}, id="none"),
        pytest.param({"predictions": None}, id="null"),
        pytest.param({"predictions": [{"audioContent": "%"}]}, id="no base64"),
        pytest.param({"predictions": [{"audioContent": ""}]}, id="empty"),
        pytest.param(
            {"predictions": [{"audioContent": base64.b64encode(b"<html>").decode()}]}, id="page"
        ),
    ],
)
def test_a_prediction_without_music_is_paid_and_unusable(
    fake: FakeGeminiMedia, desk: Desk, answer: dict[str, Any]
) -> None:
    fake.plan(Fault(body=json.dumps(answer)))

    with pytest.raises(ProviderUnusable) as caught:
        play(older(fake), desk)

    assert caught.value.charged is Charged.YES


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        pytest.param("AIPROD_LYRIA_MODEL", "lyria-9", "is 'lyria-9'; give one of", id="model"),
        pytest.param("AIPROD_LYRIA_SEED", "x", "is 'x'; give a whole number", id="seed"),
        pytest.param("AIPROD_LYRIA_CALLS", "101", "is '101'; give a whole number", id="calls"),
        pytest.param("AIPROD_LYRIA_MODEL", "lyria-002", "GOOGLE_CLOUD_PROJECT", id="no project"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        Lyria.configured({name: value})


def test_settings_are_read() -> None:
    config = Lyria.configured(
        {
            "AIPROD_LYRIA_MODEL": "lyria-3-clip-preview",
            "AIPROD_LYRIA_CALLS": "2",
            "AIPROD_LYRIA_URL": "http://127.0.0.1:9/",
        }
    )

    assert config == Lyria(Door("http://127.0.0.1:9"), "lyria-3-clip-preview", most_open=2)


def test_a_song_has_one_price() -> None:
    assert Lyria(Door()).quote_usd(Stage.MUSIC, {"length_s": 300}) == 0.08


@pytest.mark.parametrize(
    ("model", "needs"),
    [
        pytest.param("lyria-3.5", ("prompt", "length_s"), id="song"),
        pytest.param("lyria-3-clip-preview", ("prompt",), id="clip"),
    ],
)
def test_what_a_song_depends_on(model: str, needs: tuple[str, ...]) -> None:
    (choice,) = Lyria(Door(), model).choices(Stage.MUSIC)

    assert choice.needs == needs
    assert choice.is_automatic
