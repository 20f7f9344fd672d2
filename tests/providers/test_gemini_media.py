import base64
import io
import json
import wave
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from jobs.errors import ProviderUnusable
from providers.gemini.images import nearest_ratio, size_for
from providers.gemini.plan import check_plan, response_schema
from providers.gemini.speech import language_code
from providers.takes import Commission, Line, Picture, Scenery, Sound
from tests.fakes.gemini import FakeGemini
from tests.fakes.service import Fault
from tests.providers.gemini_desk import plain, session_of

TEXT = "Every evening the keeper climbs the stairs, and lights the lamp."
OLDER, NEWER = "gemini-3.1-flash-tts-preview", "gemini-3.8-flash-tts"


@pytest.fixture(scope="module")
def serving() -> Iterator[FakeGemini]:
    with FakeGemini().serving() as fake:
        yield fake


@pytest.fixture
def fake(serving: FakeGemini) -> FakeGemini:
    for kept in (serving.journal, serving.charges, serving.refusals, serving._faults):
        kept.clear()
    return serving


def _speak(fake: FakeGemini, line: Line, model: str = NEWER) -> Sound:
    with session_of(replace(plain(fake), speech_model=model)) as session:
        return session.speak(line)


def _draw(fake: FakeGemini, scenery: Scenery) -> Picture:
    with session_of(plain(fake)) as session:
        return session.draw(scenery)


# Scripts


def test_a_plan_is_ordered_with_its_schema(fake: FakeGemini) -> None:
    commission = Commission("Lighthouses of Brittany", "fr", 6)

    with session_of(plain(fake)) as session:
        written = session.plan(commission)

    body = fake.journal[0].json
    rules = body["systemInstruction"]["parts"][0]["text"]
    assert body == {
        "contents": [{"role": "user", "parts": [{"text": "Lighthouses of Brittany"}]}],
        "systemInstruction": {"parts": [{"text": rules}]},
        "generationConfig": {
            "responseMimeType": "application/json",
            "responseSchema": response_schema(),
            "maxOutputTokens": 32_768,
        },
    }
    assert "Write 2 to 6 scenes in all" in rules
    assert "in French (France) (fr)" in rules
    assert check_plan(written.text, 6).mistakes == ()
    assert written.request_id.startswith("response-")


def test_thoughts_are_paid_for_and_not_read(fake: FakeGemini) -> None:
    usage = {"promptTokenCount": 1000, "candidatesTokenCount": 200, "thoughtsTokenCount": 800}
    parts = [{"text": "Well...", "thought": True}, {"text": '{"a"'}, {"text": ": 1}"}]
    candidate = {"finishReason": "STOP", "content": {"parts": parts}}
    fake.plan(Fault(body=json.dumps({"candidates": [candidate], "usageMetadata": usage})))

    with session_of(plain(fake)) as session:
        written = session.plan(Commission("Tea", "en", 6))

    assert written.text == '{"a": 1}'
    assert written.cost_usd == pytest.approx((1000 * 1.5 + 1000 * 7.5) / 1e6)


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(None, id="none"),
        pytest.param({}, id="empty"),
        pytest.param([1], id="a list"),
        pytest.param({"promptTokenCount": "12"}, id="text"),
        pytest.param({"promptTokenCount": -1, "candidatesTokenCount": 9}, id="negative"),
        pytest.param({"totalTokenCount": 12}, id="no parts"),
    ],
)
def test_without_counts_nobody_says_what_it_cost(fake: FakeGemini, usage: Any) -> None:
    candidate = {"finishReason": "STOP", "content": {"parts": [{"text": "{}"}]}}
    fake.plan(Fault(body=json.dumps({"candidates": [candidate], "usageMetadata": usage})))

    with session_of(plain(fake)) as session:
        written = session.plan(Commission("Tea", "en", 6))

    assert written.cost_usd is None


def test_a_repair_is_told_what_was_wrong(fake: FakeGemini) -> None:
    commission = Commission("Tea, in a sloppy way", "en", 4)

    with session_of(plain(fake)) as session:
        first = session.plan(commission)
        checked = check_plan(first.text, 4)
        second = session.repair(commission, first.text, checked.mistakes)

    assert checked.places == ("budget_usd",)
    assert check_plan(second.text, 4).mistakes == ()
    before, after = (asked.json for asked in fake.journal)
    turns = after["contents"]
    assert turns[:2] == [
        *before["contents"],
        {"role": "model", "parts": [{"text": first.text}]},
    ]
    assert turns[2]["role"] == "user"
    assert f"\n- {checked.mistakes[0]}" in turns[2]["parts"][0]["text"]
    assert {**after, "contents": []} == {**before, "contents": []}
    assert len({charge.what for charge in fake.charges}) == 2


# Pictures


@pytest.mark.parametrize(
    ("width", "height", "ratio", "size", "sides"),
    [
        pytest.param(1920, 1080, "16:9", "2K", (2736, 1536), id="full HD"),
        pytest.param(1280, 720, "16:9", "1K", (1360, 768), id="HD"),
        pytest.param(1080, 1920, "9:16", "2K", (1536, 2736), id="upright"),
        pytest.param(1080, 1080, "1:1", "2K", (2048, 2048), id="square"),
        pytest.param(3840, 2160, "16:9", "2K", (2736, 1536), id="4K, at most 2K"),
        pytest.param(640, 480, "4:3", "1K", (1184, 880), id="television"),
    ],
)
def test_a_picture_is_ordered_in_the_nearest_format(
    fake: FakeGemini, width: int, height: int, ratio: str, size: str, sides: tuple[int, int]
) -> None:
    picture = _draw(fake, Scenery("a lighthouse", width, height))

    assert fake.journal[0].json == {
        "contents": [{"role": "user", "parts": [{"text": "a lighthouse"}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": ratio, "imageSize": size},
        },
    }
    assert picture.suffix == ".png"
    assert Image.open(io.BytesIO(picture.data)).size == sides
    assert picture.request_id.startswith("response-")


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [
        pytest.param(100, 100, "1:1", id="square"),
        pytest.param(2560, 1080, "21:9", id="cinema"),
        pytest.param(10, 1000, "9:16", id="a strip"),
        pytest.param(1000, 10, "21:9", id="a band"),
        pytest.param(1350, 1080, "5:4", id="five to four"),
    ],
)
def test_ratios_are_chosen_by_what_is_cut(width: int, height: int, ratio: str) -> None:
    assert nearest_ratio(width, height) == ratio


@pytest.mark.parametrize(
    ("width", "height", "largest", "size"),
    [
        pytest.param(1024, 1024, "4K", "1K", id="exactly"),
        pytest.param(1025, 1024, "4K", "2K", id="a little more"),
        pytest.param(3840, 2160, "4K", "4K", id="4K"),
        pytest.param(9000, 9000, "4K", "4K", id="more than there is"),
        pytest.param(1920, 1080, "1K", "1K", id="more than is allowed"),
    ],
)
def test_sizes_are_chosen_by_pixels(width: int, height: int, largest: str, size: str) -> None:
    assert size_for(width, height, largest) == size


def _image_answer(*blobs: tuple[str, bytes]) -> Fault:
    parts = [
        {"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode()}}
        for kind, data in blobs
    ]
    candidate = {"finishReason": "STOP", "content": {"parts": parts}}
    return Fault(body=json.dumps({"candidates": [candidate]}))


def _picture(kind: str, side: int = 80) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side)).save(buffer, kind)
    return buffer.getvalue()


def test_the_kind_of_a_picture_is_told_by_its_header(fake: FakeGemini) -> None:
    fake.plan(_image_answer(("image/png", _picture("JPEG"))))

    assert _draw(fake, Scenery("a lighthouse", 640, 360)).suffix == ".jpg"


def test_of_several_pictures_the_last_is_taken(fake: FakeGemini) -> None:
    fake.plan(_image_answer(("image/png", _picture("PNG")), ("image/jpeg", _picture("JPEG"))))

    assert _draw(fake, Scenery("a lighthouse", 640, 360)).suffix == ".jpg"


@pytest.mark.parametrize(
    "blob",
    [
        pytest.param(("image/png", b"\x89PNG\r\n\x1a\n"), id="only the start"),
        pytest.param(("image/png", b"<svg/>"), id="text"),
        pytest.param(("image/gif", _picture("GIF")), id="a GIF"),
        pytest.param(("image/png", _picture("PNG", 3)), id="tiny"),
        pytest.param(("audio/wav", _picture("PNG")), id="called something else"),
    ],
)
def test_what_is_no_picture_is_unusable(fake: FakeGemini, blob: tuple[str, bytes]) -> None:
    fake.plan(_image_answer(blob))

    with pytest.raises(ProviderUnusable):
        _draw(fake, Scenery("a lighthouse", 640, 360))


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        pytest.param(
            "something declined",
            "gemini answered with words instead of a picture",
            id="only words",
        ),
        pytest.param(
            "an endless stair",
            "gemini made nothing of the request for a picture (NO_IMAGE)",
            id="nothing",
        ),
    ],
)
def test_no_picture_is_unusable(fake: FakeGemini, prompt: str, message: str) -> None:
    with pytest.raises(ProviderUnusable) as caught:
        _draw(fake, Scenery(prompt, 640, 360))

    assert caught.value.message == message


# Speech


@pytest.mark.parametrize(
    ("model", "speed", "part"),
    [
        pytest.param(NEWER, 1.0, {"text": TEXT}, id="newer"),
        pytest.param(
            NEWER,
            1.2,
            {
                "text": TEXT,
                "speech_metadata": {
                    "style": "Speak faster than usual, at about 1.2 times the natural rate"
                },
            },
            id="newer, faster",
        ),
        pytest.param(
            OLDER,
            1.0,
            {"text": f"Read aloud word for word, adding nothing, in a natural voice:\n{TEXT}"},
            id="older",
        ),
        pytest.param(
            OLDER,
            0.5,
            {
                "text": "Read aloud word for word, adding nothing, speak much slower than usual, "
                f"at about 0.5 times the natural rate:\n{TEXT}"
            },
            id="older, slower",
        ),
    ],
)
def test_each_generation_is_told_how_to_speak_in_its_own_way(
    fake: FakeGemini, model: str, speed: float, part: dict[str, Any]
) -> None:
    _speak(fake, Line(TEXT, "en", None, speed, before="Before.", after="After."), model)

    assert fake.journal[0].json == {
        "contents": [{"role": "user", "parts": [part]}],
        "generationConfig": {
            "responseModalities": ["AUDIO"],
            "speechConfig": {
                "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}},
                "languageCode": "en-US",
            },
        },
    }


@pytest.mark.parametrize(
    ("voice", "config"),
    [
        pytest.param("Puck", {"prebuiltVoiceConfig": {"voiceName": "Puck"}}, id="prebuilt"),
        pytest.param("voice_7", {"voice": "voice_7"}, id="of one's own"),
    ],
)
def test_the_voice_of_a_line_is_asked_for(
    fake: FakeGemini, voice: str, config: dict[str, Any]
) -> None:
    _speak(fake, Line(TEXT, "en", voice, 1.0))

    assert fake.journal[0].json["generationConfig"]["speechConfig"]["voiceConfig"] == config


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        pytest.param("en", "en-US", id="no region"),
        pytest.param("en-GB", "en-GB", id="as it is"),
        pytest.param("de-AT", "de-DE", id="another region"),
        pytest.param("es-419", "es-US", id="a continent"),
        pytest.param("zh-Hant-TW", "cmn-CN", id="Chinese"),
        pytest.param("cy", None, id="not listed"),
    ],
)
def test_languages_are_named_as_the_service_names_them(tag: str, code: str | None) -> None:
    assert language_code(tag) == code


def test_a_language_that_is_not_listed_is_left_to_be_heard(fake: FakeGemini) -> None:
    _speak(fake, Line(TEXT, "cy", None, 1.0))

    assert "languageCode" not in fake.journal[0].json["generationConfig"]["speechConfig"]


def test_speech_costs_what_its_tokens_cost(fake: FakeGemini) -> None:
    sound = _speak(fake, Line("x" * 600, "en", None, 1.0))

    assert sound.cost_usd == pytest.approx((150 * 1.0 + 1000 * 9.0) / 1e6)


@pytest.mark.parametrize(
    ("mime_type", "rate", "channels"),
    [
        pytest.param("audio/L16;codec=pcm;rate=24000", 24_000, 1, id="as documented"),
        pytest.param("audio/l16; rate=16000; channels=2", 16_000, 2, id="as seen"),
        pytest.param("audio/L16", 24_000, 1, id="without a rate"),
    ],
)
def test_bare_samples_are_wrapped(
    fake: FakeGemini, mime_type: str, rate: int, channels: int
) -> None:
    fake.plan(_image_answer((mime_type, b"\1\0\2\0\3\0\4\0\5")))

    sound = _speak(fake, Line(TEXT, "en", None, 1.0))

    with wave.open(io.BytesIO(sound.data)) as file:
        assert (file.getframerate(), file.getnchannels()) == (rate, channels)
        assert file.readframes(9) == b"\1\0\2\0\3\0\4\0"


@pytest.mark.parametrize(
    "blob",
    [
        pytest.param(("audio/wav", b"RIFF\0\0\0\0WAVE"), id="only a header"),
        pytest.param(("audio/L16", b"\1"), id="half a sample"),
        pytest.param(("audio/L16;rate=many", b"\1\0"), id="odd rate"),
        pytest.param(("audio/L16;channels=9", b"\1\0"), id="odd channels"),
        pytest.param(("audio/mp3", b"ID3\4"), id="another kind"),
        pytest.param(("video/mp4", b"\1\0"), id="no sound"),
    ],
)
def test_what_is_no_speech_is_unusable(fake: FakeGemini, blob: tuple[str, bytes]) -> None:
    fake.plan(_image_answer(blob))

    with pytest.raises(ProviderUnusable):
        _speak(fake, Line(TEXT, "en", None, 1.0))
