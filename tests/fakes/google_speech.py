"""Google Cloud Text-to-Speech: `text:synthesize`, with time points of marks in v1beta1."""

import base64
import io
import re
import wave
from typing import Any
from xml.etree import ElementTree

import numpy as np

from tests.fakes.service import Asked, FakeService, Refused, Reply, only

MOST_BYTES = 5000
SECONDS_A_CHARACTER = 0.06
PRICES_USD = {"Standard": 4e-6, "Wavenet": 16e-6, "Neural2": 16e-6}
VOICES = (
    "cmn-CN-Wavenet-A", "cmn-TW-Wavenet-A", "en-GB-Neural2-A", "en-GB-Standard-A",
    "en-US-Chirp3-HD-Kore", "en-US-Neural2-A", "en-US-Studio-O", "en-US-Wavenet-F",
    "fr-FR-Neural2-A", "is-IS-Chirp3-HD-Kore", "pt-BR-Standard-B", "pt-BR-Standard-A",
    "pt-PT-Wavenet-A",
)  # fmt: skip
_WRONG_KEY = {
    "error": {
        "code": 400,
        "message": "API key not valid. Please pass a valid API key.",
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
            }
        ],
    }
}
_VOICE = re.compile(r"[a-z]{2,3}-[A-Z]{2}-(Standard|Wavenet|Neural2|Studio)-[A-Z]")


class FakeGoogleSpeech(FakeService):
    """The service on a socket; `key` is both the token and the API key."""

    name = "google"

    def answer(self, asked: Asked) -> Reply:
        self._check_key(asked)
        if (asked.method, asked.path) == ("GET", "/v1/voices"):
            return _voices(_only(dict(asked.query), "languageCode").get("languageCode", ""))
        if (asked.method, asked.path) != ("POST", "/v1beta1/text:synthesize"):
            raise _refused(404, "NOT_FOUND", "Not found.")
        body = _only(asked.json, "enableTimePointing", needed=("input", "voice", "audioConfig"))
        ssml = _only(body["input"], needed=("ssml",))["ssml"]
        voice = _only(body["voice"], needed=("languageCode", "name"))
        config = _only(
            body["audioConfig"], "speakingRate", needed=("audioEncoding", "sampleRateHertz")
        )
        found = _VOICE.fullmatch(voice["name"])
        is_there = voice["name"] in VOICES and voice["name"].startswith(voice["languageCode"])
        if found is None or not is_there:
            raise _refused(400, "INVALID_ARGUMENT", f"Voice '{voice['name']}' does not exist.")
        if len(ssml.encode()) > MOST_BYTES:
            raise _refused(400, "INVALID_ARGUMENT", "Either `input.text` or `input.ssml` is longer")
        if config["audioEncoding"] != "LINEAR16" or not 0.25 <= config["speakingRate"] <= 2.0:
            raise _refused(400, "INVALID_ARGUMENT", "audioConfig")
        if body["enableTimePointing"] != ["SSML_MARK"] or found[1] == "Studio":
            raise _refused(400, "INVALID_ARGUMENT", "This voice does not support marks.")
        text, marks = _read(ssml)
        self.charge("synthesize", f"synthesize {text}", PRICES_USD[found[1]] * len(ssml))
        step = SECONDS_A_CHARACTER / config["speakingRate"]
        points = [{"markName": name, "timeSeconds": round(at * step, 3)} for name, at in marks]
        sound = self.made(_wav(max(0.2, len(text) * step), config["sampleRateHertz"]))
        return Reply({"audioContent": base64.b64encode(sound).decode(), "timepoints": points})

    def _check_key(self, asked: Asked) -> None:
        token, key = asked.headers.get("authorization"), asked.headers.get("x-goog-api-key")
        if key is not None and token is None:
            if key != self.key:
                raise Refused(400, _WRONG_KEY)
        elif key is not None or token != f"Bearer {self.key}":
            raise _refused(401, "UNAUTHENTICATED", "Request had invalid credentials.")


def _voices(language: str) -> Reply:
    """The voices, of which a part is enough for tests: they are some 2,000."""
    shown = [
        {
            "languageCodes": ["-".join(name.split("-")[:2])],
            "name": name,
            "ssmlGender": "FEMALE",
            "naturalSampleRateHertz": 24_000,
        }
        for name in VOICES
        if name.startswith(language)
    ]
    return Reply({"voices": shown} if shown else {})


def _read(ssml: str) -> tuple[str, list[tuple[str, int]]]:
    """The text, and where its marks stand in it."""
    try:
        speak = ElementTree.fromstring(ssml)  # noqa: S314 of our own client
    except ElementTree.ParseError as error:
        raise _refused(400, "INVALID_ARGUMENT", "Invalid SSML.") from error
    if speak.tag != "speak" or any(one.tag != "mark" for one in speak):
        raise _refused(400, "INVALID_ARGUMENT", "Invalid SSML.")
    text, marks = speak.text or "", []
    for one in speak:
        marks.append((one.attrib["name"], len(text)))
        text += one.tail or ""
    return text, marks


def _wav(seconds: float, rate_hz: int) -> bytes:
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((0.3 * 32767 * np.sin(2 * np.pi * 200 * at)).astype("<i2").tobytes())
    return buffer.getvalue()


def _refused(status: int, code: str, message: str) -> Refused:
    return Refused(status, {"error": {"code": status, "status": code, "message": message}})


def _only(given: Any, *names: str, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        return only(given, *names, needed=needed)
    except Refused as error:
        raise _refused(400, "INVALID_ARGUMENT", str(error)) from error
