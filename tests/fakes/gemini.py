"""Gemini: `generateContent` of models for text, pictures and speech, through both doors.

`/v1/...` and `/v1beta/...` with `x-goog-api-key`, and `/v1/projects/...` or `/v1beta1/projects/...`
with a bearer token; the same value serves for both. Further methods are added as routes.

What a prompt says decides what becomes of it: `forbidden` is blocked, `filtered` is made and
withheld, `endless` is cut off, `declined` is answered with words (pictures, speech); a plan about
something `sloppy` has mistakes until it is repaired, about something `hopeless` always; one about
something `in detail` has sounds and music, too.
"""

import base64
import io
import json
import re
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from tests.fakes.service import Asked, FakeService, Refused, Reply, only

TEXT_MODELS = ("gemini-3.8-flash", "gemini-3.5-flash", "gemini-3.5-flash-lite")
IMAGE_MODELS = ("gemini-nano-banana-2.1", "gemini-3-pro-image", "gemini-3.1-flash-lite-image")
VERBATIM_SPEECH = ("gemini-3.8-flash-tts", "gemini-3.8-flash-lite-tts")
PROMPTED_SPEECH = ("gemini-3.1-flash-tts-preview", "gemini-2.5-flash-preview-tts")
RATIOS = (
    *("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"),
    *("1:4", "4:1", "1:8", "8:1"),
)
SIDES = {"1K": 1024, "2K": 2048, "4K": 4096}
VOICES = (
    *("Achernar", "Achird", "Algenib", "Algieba", "Alnilam", "Aoede", "Autonoe", "Callirrhoe"),
    *("Charon", "Despina", "Enceladus", "Erinome", "Fenrir", "Gacrux", "Iapetus", "Kore"),
    *("Laomedeia", "Leda", "Orus", "Puck", "Pulcherrima", "Rasalgethi", "Sadachbia"),
    *("Sadaltager", "Schedar", "Sulafat", "Umbriel", "Vindemiatrix", "Zephyr", "Zubenelgenubi"),
)
SAMPLE_RATE_HZ = 24_000

_MODEL = re.compile(r"(?:publishers/google/)?models/(?P<model>[^/:]+):generateContent")
_VERTEX = re.compile(r"/(?:v1|v1beta1)/projects/[^/]+/locations/[^/]+/(?P<rest>.+)")
_PLAIN = re.compile(r"/(?:v1|v1beta)/(?P<rest>.+)")
_SAMPLING = ("temperature", "topP", "topK")


@dataclass(frozen=True)
class Call:
    """A request that was let in: what was asked, by which door, and what the route matched."""

    asked: Asked
    is_vertex: bool
    found: re.Match[str]


Route = Callable[[Call], Reply]


class FakeGemini(FakeService):
    """The service on a socket. `add` teaches it more."""

    name = "gemini"

    def __init__(self, key: str = "fake-key", port: int = 0) -> None:
        super().__init__(key, port)
        self._routes: list[tuple[str, re.Pattern[str], Route]] = []
        self._answered = 0
        self.add("POST", _MODEL, self._generate)

    def add(self, method: str, rest: re.Pattern[str], route: Route) -> None:
        """Answers requests whose path, after the version or the location, is `rest`.

        A path that is asked for in the form of the other door is not found, as with the service:
        models of Vertex AI have a publisher.
        """
        self._routes.append((method, rest, route))

    def answer(self, asked: Asked) -> Reply:
        vertex = _VERTEX.fullmatch(asked.path)
        try:
            self._admit(asked, vertex is not None)
            return self._routed(asked, vertex or _PLAIN.fullmatch(asked.path), vertex is not None)
        except Refused as error:
            reply = error.reply
            if reply.status == 422:  # from `only`
                said = f"Invalid JSON payload received. {reply.body['error']}"
                reply = refusal(400, "INVALID_ARGUMENT", said).reply
            # Vertex AI wraps it in a list.
            body = [reply.body] if vertex else reply.body
            raise Refused(reply.status, body, reply.headers) from error

    def _admit(self, asked: Asked, is_vertex: bool) -> None:
        if is_vertex:
            if asked.headers.get("authorization") != f"Bearer {self.key}":
                raise refusal(401, "UNAUTHENTICATED", "Request had invalid credentials.")
            return
        given = asked.headers.get("x-goog-api-key")
        if given is None:
            raise refusal(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
        if given != self.key:
            info = {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
            }
            raise refusal(400, "INVALID_ARGUMENT", "API key not valid.", details=[info])

    def _routed(self, asked: Asked, address: re.Match[str] | None, is_vertex: bool) -> Reply:
        for method, pattern, route in self._routes if address else ():
            found = pattern.fullmatch(address["rest"]) if address else None
            if found and method == asked.method:
                return route(Call(asked, is_vertex, found))
        raise refusal(404, "NOT_FOUND", "Requested entity was not found.")

    # generateContent

    def _generate(self, call: Call) -> Reply:
        model = call.found["model"]
        has_publisher = call.found[0].startswith("publishers/")
        known = (*TEXT_MODELS, *IMAGE_MODELS, *VERBATIM_SPEECH, *PROMPTED_SPEECH)
        if model not in known or has_publisher != call.is_vertex:
            raise refusal(404, "NOT_FOUND", f"models/{model} is not found for this API version.")
        if call.asked.query:
            raise refusal(400, "INVALID_ARGUMENT", f"unknown: {sorted(call.asked.query)}")
        body = only(
            call.asked.json,
            *("systemInstruction", "safetySettings", "generationConfig"),
            needed=("contents",),
        )
        turns = _turns(body["contents"])
        prompt = turns[0]["parts"][0]["text"]
        if "forbidden" in prompt:
            self.charge("generateContent", f"{model} {prompt}", 0.0001)
            return self._reply(model, prompt, 0, blocked="PROHIBITED_CONTENT")
        if model in TEXT_MODELS:
            return self._text(model, body, turns)
        if len(turns) != 1:
            raise refusal(400, "INVALID_ARGUMENT", "Multiturn chat is not enabled for this model.")
        if model in IMAGE_MODELS:
            return self._picture(model, body, prompt)
        return self._speech(model, body, turns[0]["parts"][0])

    def _text(self, model: str, body: Mapping[str, Any], turns: list[dict[str, Any]]) -> Reply:
        config = only(
            body.get("generationConfig", {}),
            *("responseMimeType", "responseSchema", "maxOutputTokens", "seed", *_SAMPLING),
        )
        only(body.get("systemInstruction", {}), "role", "parts")
        prompt = turns[0]["parts"][0]["text"]
        schema = config.get("responseSchema")
        if schema is None:
            made: Any = "As you say."
        elif config.get("responseMimeType") != "application/json":
            raise refusal(400, "INVALID_ARGUMENT", "responseSchema needs application/json.")
        else:
            made = _conforming(schema, prompt)
        has_mistakes = "hopeless" in prompt or ("sloppy" in prompt and len(turns) == 1)
        if has_mistakes and isinstance(made, dict):
            made = {**made, "budget_usd": 1_000_000}
        text = made if isinstance(made, str) else json.dumps(made, ensure_ascii=False)
        what = f"{model} {json.dumps(turns)}"
        self.charge("generateContent", what, 0.01)
        asked, tokens = len(json.dumps(body)) // 4, len(text) // 4
        if "endless" in prompt:
            return self._reply(
                model, prompt, tokens, [{"text": text[: len(text) // 2]}], "MAX_TOKENS"
            )
        if "filtered" in prompt:
            return self._reply(model, prompt, tokens, None, "SAFETY")
        thought = {"text": "Let me think about scenes.", "thought": True}
        reply = self._reply(model, prompt, tokens, [thought, {"text": text}], "STOP")
        usage = {
            "promptTokenCount": asked,
            "candidatesTokenCount": tokens,
            "thoughtsTokenCount": 90,
        }
        usage["totalTokenCount"] = asked + tokens + 90
        return Reply({**reply.body, "usageMetadata": usage})

    def _picture(self, model: str, body: Mapping[str, Any], prompt: str) -> Reply:
        config = only(body.get("generationConfig", {}), "responseModalities", "imageConfig", "seed")
        if config.get("responseModalities") not in (["IMAGE"], ["TEXT", "IMAGE"]):
            raise refusal(400, "INVALID_ARGUMENT", "The model needs the modality IMAGE.")
        how = only(config.get("imageConfig", {}), "aspectRatio", "imageSize")
        ratio, size = how.get("aspectRatio", "1:1"), how.get("imageSize", "1K")
        if ratio not in RATIOS or size not in SIDES:
            raise refusal(400, "INVALID_ARGUMENT", "Unsupported imageConfig.")
        if model == "gemini-3.1-flash-lite-image" and size != "1K":
            raise refusal(400, "INVALID_ARGUMENT", "Unsupported imageConfig.")
        self.charge("generateContent", f"{model} {ratio} {size} {prompt}", 0.05)
        if "filtered" in prompt:
            return self._reply(model, prompt, 0, None, "IMAGE_SAFETY")
        if "endless" in prompt:
            return self._reply(model, prompt, 0, None, "NO_IMAGE")
        if "declined" in prompt:
            said = {"text": "I would rather describe it to you."}
            return self._reply(model, prompt, 9, [said], "STOP")
        picture = picture_png(ratio, size, prompt)
        inline = {"mimeType": "image/png", "data": _encoded(self.made(picture))}
        return self._reply(model, prompt, 1120, [{"inlineData": inline}], "STOP", "IMAGE")

    def _speech(self, model: str, body: Mapping[str, Any], part: Mapping[str, Any]) -> Reply:
        config = only(
            body.get("generationConfig", {}), "responseModalities", "speechConfig", *_SAMPLING
        )
        is_verbatim = model in VERBATIM_SPEECH
        if is_verbatim and (given := set(config) & set(_SAMPLING)):
            raise refusal(400, "INVALID_ARGUMENT", f"{sorted(given)} cannot be set.")
        if config.get("responseModalities") != ["AUDIO"]:
            raise refusal(400, "INVALID_ARGUMENT", "The model accepts the modality AUDIO.")
        if body.get("systemInstruction"):
            raise refusal(400, "INVALID_ARGUMENT", "Developer instruction is not enabled.")
        text = only(part, *(("speech_metadata",) if is_verbatim else ()), needed=("text",))["text"]
        only(part.get("speech_metadata", {}), "style", "speaker")
        _check_voice(config.get("speechConfig", {}), is_verbatim)
        if not text.strip():
            raise refusal(400, "INVALID_ARGUMENT", "There is nothing to be spoken.")
        self.charge("generateContent", f"{model} {text}", 0.001)
        if "filtered" in text:
            return self._reply(model, text, 0, None, "SAFETY")
        if "endless" in text:
            return self._reply(model, text, 16_384, None, "MAX_TOKENS")
        if "declined" in text:
            return self._reply(model, text, 0, None, "OTHER")
        pcm = speech_pcm(text if is_verbatim else text.partition(":\n")[2] or text)
        mime_type, data = "audio/L16;codec=pcm;rate=24000", pcm
        if is_verbatim:
            mime_type, data = "audio/wav", _wav(pcm)
        tokens = len(pcm) * 25 // (2 * SAMPLE_RATE_HZ)
        inline = {"mimeType": mime_type, "data": _encoded(self.made(data))}
        return self._reply(model, text, tokens, [{"inlineData": inline}], "STOP", "AUDIO")

    def _reply(
        self,
        model: str,
        prompt: str,
        tokens: int,
        parts: list[dict[str, Any]] | None = None,
        reason: str = "STOP",
        modality: str = "TEXT",
        *,
        blocked: str | None = None,
    ) -> Reply:
        asked = max(1, len(prompt) // 4)
        usage: dict[str, Any] = {"promptTokenCount": asked, "totalTokenCount": asked + tokens}
        with self._lock:
            self._answered += 1
            name = f"response-{self._answered:04d}"
        body: dict[str, Any] = {"modelVersion": model, "responseId": name, "usageMetadata": usage}
        if blocked:
            return Reply({**body, "promptFeedback": {"blockReason": blocked}})
        if tokens:
            usage["candidatesTokenCount"] = tokens
            usage["candidatesTokensDetails"] = [{"modality": modality, "tokenCount": tokens}]
        candidate: dict[str, Any] = {"finishReason": reason, "index": 0}
        if parts is not None:
            candidate["content"] = {"role": "model", "parts": parts}
        return Reply({"candidates": [candidate], **body})


def refusal(status: int, code: str, message: str, **more: Any) -> Refused:
    """An error as Google's services word it."""
    return Refused(status, {"error": {"code": status, "message": message, "status": code, **more}})


def speech_pcm(text: str) -> bytes:
    """Syllables of a voice that is none: 16-bit samples at 24 kHz, some 15 characters a second."""
    seconds = max(0.4, len(text) / 15)
    at = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    loud = 0.25 * np.abs(np.sin(np.pi * 4 * at))
    return (loud * np.sin(2 * np.pi * 160 * at) * 32767).astype("<i2").tobytes()


def picture_png(ratio: str, size: str, prompt: str) -> bytes:
    """Sky above ground, in the ratio, with as many pixels as a square of the size."""
    across, down = map(int, ratio.split(":"))
    side = SIDES[size] / (across * down) ** 0.5
    frame = round(side * across / 16) * 16, round(side * down / 16) * 16
    shade = sum(prompt.encode()) % 200
    buffer = io.BytesIO()
    picture = Image.new("RGB", frame, (shade, 90, 200 - shade))
    picture.paste((40, 60, 40), (0, frame[1] * 2 // 3, *frame))
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _turns(contents: Any) -> list[dict[str, Any]]:
    if not isinstance(contents, list) or not contents:
        raise refusal(400, "INVALID_ARGUMENT", "contents are not specified")
    turns = [only(turn, needed=("role", "parts")) for turn in contents]
    for index, turn in enumerate(turns):
        if turn["role"] != ("user", "model")[index % 2] or len(turn["parts"]) != 1:
            raise refusal(400, "INVALID_ARGUMENT", "Please use a valid role: user, model.")
        only(turn["parts"][0], "speech_metadata", needed=("text",))
        if not turn["parts"][0]["text"]:
            raise refusal(400, "INVALID_ARGUMENT", "Unable to submit request: empty text.")
    return turns


def _check_voice(config: Any, is_verbatim: bool) -> None:
    speech = only(config, "languageCode", needed=("voiceConfig",))
    voice = only(speech["voiceConfig"], "voice", "prebuiltVoiceConfig")
    if len(voice) != 1 or ("voice" in voice and not is_verbatim):
        raise refusal(400, "INVALID_ARGUMENT", "One voice is needed.")
    name = (
        voice.get("voice") or only(voice["prebuiltVoiceConfig"], needed=("voiceName",))["voiceName"]
    )
    if name not in VOICES and not (is_verbatim and name.startswith("voice_")):
        raise refusal(400, "INVALID_ARGUMENT", "Voice name is not supported.")
    if not re.fullmatch(r"[a-z]{2,3}-[A-Z]{2}", speech.get("languageCode", "en-US")):
        raise refusal(400, "INVALID_ARGUMENT", "Language code is not supported.")


def _conforming(schema: Any, prompt: str) -> Any:
    """Something that a schema accepts: of lists two, of objects what is required. Bounds are
    refused, as the models refuse them."""
    known = ("description", "properties", "required", "propertyOrdering", "items", "enum")
    only(schema, *known, needed=("type",))
    kind = schema["type"]
    if kind == "OBJECT":
        is_whole = "in detail" in prompt
        names = schema["properties"] if is_whole else schema.get("required", [])
        return {name: _named(schema["properties"][name], name, prompt) for name in names}
    if kind == "ARRAY":
        return [_conforming(schema["items"], f"{prompt} {word}") for word in ("begins", "ends")]
    if kind == "STRING":
        return prompt
    raise refusal(400, "INVALID_ARGUMENT", f"type {kind} is not supported here")


def _named(schema: Any, name: str, prompt: str) -> Any:
    words = " ".join(prompt.split())[-300:]
    said = {
        "narration": f"This is about {words}.",
        "query": " ".join(words.split()[:2]),
        "word": "about",  # which the narration has
    }
    return _conforming(schema, said.get(name, words))


def _wav(pcm: bytes) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(pcm)
    return buffer.getvalue()


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
