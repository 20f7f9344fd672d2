"""The fake refuses what the service refuses: else tests of the client would prove nothing."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from providers.takes import Line
from tests.fakes.gemini import FakeGemini
from tests.fakes.service import Reply
from tests.providers.gemini_desk import plain, session_of

MESSAGE = {"contents": [{"role": "user", "parts": [{"text": "The sea."}]}]}
SPEECH = {
    "responseModalities": ["AUDIO"],
    "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
}
KEY = {"x-goog-api-key": "fake-key"}
TOKEN = {"Authorization": "Bearer fake-key"}
VERTEX = "/v1/projects/p/locations/global/publishers/google/models/gemini-3.8-flash:generateContent"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeGemini]:
    with FakeGemini().serving() as serving:
        yield serving


def _ask(fake: FakeGemini, path: str, body: Any, headers: dict[str, str] = KEY) -> httpx.Response:
    return httpx.post(f"{fake.url}{path}", json=body, headers=headers, trust_env=False)


def _config(**members: Any) -> dict[str, Any]:
    return {**MESSAGE, "generationConfig": members}


def _schema(**members: Any) -> dict[str, Any]:
    return _config(responseMimeType="application/json", responseSchema=members)


@pytest.mark.parametrize(
    ("model", "body"),
    [
        pytest.param("gemini-3.8-flash", {}, id="no contents"),
        pytest.param("gemini-3.8-flash", {**MESSAGE, "tools": []}, id="an unknown field"),
        pytest.param(
            "gemini-3.8-flash", _schema(type="ARRAY", items={}, maxItems=3), id="bounds of a list"
        ),
        pytest.param("gemini-3.8-flash", _schema(type="object", properties={}), id="lower case"),
        pytest.param(
            "gemini-3.8-flash", _config(responseSchema={"type": "STRING"}), id="no media type"
        ),
        pytest.param(
            "gemini-3.8-flash-tts", _config(**SPEECH, temperature=1.0), id="temperature of 3.8"
        ),
        pytest.param("gemini-3.8-flash-tts", _config(**{**SPEECH, "speechConfig": {}}), id="mute"),
        pytest.param("gemini-3.8-flash-tts", MESSAGE, id="speech as text"),
        pytest.param(
            "gemini-nano-banana-2.1",
            _config(responseModalities=["IMAGE"], imageConfig={"aspectRatio": "16:10"}),
            id="a ratio there is not",
        ),
        pytest.param(
            "gemini-nano-banana-2.1",
            _config(responseModalities=["IMAGE"], responseMimeType="application/json"),
            id="a picture as JSON",
        ),
    ],
)
def test_bodies_that_break_the_contract_are_refused(
    fake: FakeGemini, model: str, body: dict[str, Any]
) -> None:
    answer = _ask(fake, f"/v1beta/models/{model}:generateContent", body)

    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"


def test_older_voices_ignore_temperature(fake: FakeGemini) -> None:
    path = "/v1/models/gemini-2.5-flash-preview-tts:generateContent"

    assert _ask(fake, path, _config(**SPEECH, temperature=1.0)).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        pytest.param("/v1/models/gemini-3.8-flash:generateContent", KEY, 200, id="v1"),
        pytest.param("/v2/models/gemini-3.8-flash:generateContent", KEY, 404, id="v2"),
        pytest.param("/v1/models/gemini-1.5-pro:generateContent", KEY, 404, id="retired"),
        pytest.param("/v1/models/gemini-3.8-flash:generateContent", TOKEN, 403, id="a token"),
        pytest.param(VERTEX, TOKEN, 200, id="vertex"),
        pytest.param(VERTEX, KEY, 401, id="vertex with a key"),
        pytest.param(
            VERTEX.replace("publishers/google/", ""), TOKEN, 404, id="vertex without publisher"
        ),
    ],
)
def test_each_door_has_its_paths_and_its_key(
    fake: FakeGemini, path: str, headers: dict[str, str], status: int
) -> None:
    answer = _ask(fake, path, MESSAGE, headers)

    assert answer.status_code == status
    assert isinstance(answer.json(), list) == ("projects" in path and status != 200)


def test_a_fake_learns_further_routes() -> None:
    with FakeGemini().serving() as fake:
        fake.add(
            "GET", re.compile("files/(?P<name>[a-z]+)"), lambda call: Reply(call.found["name"])
        )

        answer = httpx.get(f"{fake.url}/v1beta/files/film", headers=KEY, trust_env=False)
        denied = httpx.get(f"{fake.url}/v1beta/files/film", trust_env=False)

    assert (answer.json(), denied.status_code) == ("film", 403)


def test_a_session_may_be_used_by_several_threads(fake: FakeGemini) -> None:
    texts = [f"Line {number}, which is said." + " And more." * number for number in range(12)]

    with session_of(plain(fake)) as session, ThreadPoolExecutor(6) as pool:
        sounds = list(pool.map(lambda text: session.speak(Line(text, "en", None, 1.0)), texts))

    sizes = [len(sound.data) for sound in sounds]
    assert sizes == sorted(sizes)
    assert len({sound.request_id for sound in sounds}) == 12
