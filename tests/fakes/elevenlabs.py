"""ElevenLabs: speech with timestamps, sound generation, music, voices, the subscription.

What a text says decides what becomes of it: `forbidden` is refused by the content policy,
`swallowed` is spoken as one second, `mute` comes as silence.
"""

import base64
import re
import threading
from typing import Any

import numpy as np

from tests.fakes.films import song_mp3
from tests.fakes.service import Asked, FakeService, Refused, Reply, only

DEFAULT_VOICE = "JBFqnCBsd6RMkjVDRZzb"
VOICES = (*(f"voice{number:017d}" for number in range(249)), DEFAULT_VOICE)
NAMES = {DEFAULT_VOICE: "George"}
LONGEST = {
    "eleven_multilingual_v2": 10_000,
    "eleven_flash_v2_5": 40_000,
    "eleven_turbo_v2_5": 40_000,
    "eleven_v3": 5_000,
    "eleven_v4": 10_000,
    "eleven_v4_turbo": 10_000,
}
SOUND_MODELS = ("eleven_text_to_sound_v2", "eleven_text_to_sound_v3")
MUSIC_MODELS = ("music_v1", "music_v2", "music_v2_5")
PRICES_USD = {"speech": 0.0001, "sound": 0.12, "music": 0.005}  # a character; one; a second
SECONDS_A_CHARACTER = 0.07
SOUND_S = 2.0
_RATE = re.compile(r"pcm_(\d+)")
_SPEAK = re.compile(r"/v1/text-to-speech/([^/]+)/with-timestamps")
_SETTINGS = ("stability", "similarity_boost", "style", "use_speaker_boost", "speed")


class FakeElevenLabs(FakeService):
    """The service on a socket.

    Attributes:
      most: Calls that it makes side by side; one more is refused.
      tier: Of the account.
      left: Characters that the account still has.
    """

    name = "elevenlabs"

    def __init__(self, key: str = "fake-key", port: int = 0, most: int = 10) -> None:
        super().__init__(key, port)
        self.most = most
        self.left = 100_000
        self.tier = "creator"
        self.busy = threading.Semaphore(most)
        self._answered = 0

    def clear(self) -> None:
        super().clear()
        self.left, self.tier = 100_000, "creator"

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("xi-api-key") != self.key:
            raise refused(401, "invalid_api_key", "Invalid API key")
        if asked.method == "GET":
            return self._told(asked)
        if not self.busy.acquire(blocking=False):
            raise refused(429, "too_many_concurrent_requests", "Too many at once")
        try:
            return self._made(asked)
        finally:
            self.busy.release()

    def _told(self, asked: Asked) -> Reply:
        if asked.path == "/v1/models":
            return Reply([_model(name) for name in (*LONGEST, "scribe_v1")])
        if asked.path == "/v1/user/subscription":
            count = 100_000 - self.left
            return Reply({"tier": self.tier, "character_count": count, "character_limit": 100_000})
        if asked.path != "/v2/voices":
            raise refused(404, "not_found", "Not found")
        query = only(dict(asked.query), "page_size", "next_page_token")
        size, start = int(query.get("page_size", 10)), int(query.get("next_page_token", 0))
        if not 1 <= size <= 100:
            raise invalid("page_size")
        page = VOICES[start : start + size]
        has_more = start + size < len(VOICES)
        return Reply(
            {
                "voices": [{"voice_id": one, "name": NAMES.get(one, "Ann")} for one in page],
                "has_more": has_more,
                "total_count": 7,  # is not to be relied on
                "next_page_token": str(start + size) if has_more else None,
            }
        )

    def _made(self, asked: Asked) -> Reply:
        self._answered += 1
        headers = {
            "request-id": f"req-{self._answered}",
            "current-concurrent-requests": "1",
            "maximum-concurrent-requests": str(self.most),
        }
        query = only(dict(asked.query), "output_format", "enable_logging")
        output = query.get("output_format", "mp3_44100_128")
        if found := _SPEAK.fullmatch(asked.path):
            return self._spoken(found[1], asked, output, headers)
        if not output.startswith("mp3_44100_"):
            raise invalid("output_format")
        if asked.path == "/v1/sound-generation":
            data = self._sound(asked)
        elif asked.path == "/v1/music":
            data = self._music(asked)
        else:
            raise refused(404, "not_found", "Not found")
        return Reply(data, headers={**headers, "Content-Type": "audio/mpeg"})

    def _spoken(self, voice: str, asked: Asked, output: str, headers: dict[str, str]) -> Reply:
        body = checked(
            asked.json,
            *("model_id", "language_code", "voice_settings", "seed", "previous_text", "next_text"),
            *("previous_request_ids", "next_request_ids", "apply_text_normalization"),
            needed=("text",),
        )
        text, model = body["text"], body.get("model_id", "eleven_multilingual_v2")
        settings = checked(body.get("voice_settings", {}), *_SETTINGS)
        rate = _RATE.fullmatch(output)
        if voice not in VOICES:
            raise refused(404, "voice_not_found", f"A voice with id {voice} was not found.")
        if model not in LONGEST:
            raise refused(400, "invalid_parameters", "model_id", "model_id")
        if len(text) > LONGEST[model]:
            raise refused(400, "max_character_limit_exceeded", "The text is too long")
        if not 0.7 <= settings.get("speed", 1.0) <= 1.2 or rate is None:
            raise invalid("speed")
        if "language_code" in body and model == "eleven_multilingual_v2":
            raise refused(400, "invalid_parameters", "language_code is not supported")
        check_policy(text)
        if len(text) > self.left:
            raise refused(401, "quota_exceeded", "This request exceeds your quota")
        self.left -= len(text)
        self.charge("speech", f"speech {model} {text}", PRICES_USD["speech"] * len(text))
        hz = int(rate[1])
        seconds = 1.0 if "swallowed" in text else self._seconds(text, settings.get("speed", 1.0))
        step = seconds / max(len(text), 1)
        starts = [round(number * step, 3) for number in range(len(text))]
        alignment = {
            "characters": list(text),
            "character_start_times_seconds": starts,
            "character_end_times_seconds": [round(start + step, 3) for start in starts],
        }
        pcm = _voice(text, seconds, hz) if "mute" not in text else bytes(2 * round(seconds * hz))
        answer = {
            "audio_base64": base64.b64encode(self.made(pcm)).decode(),
            "alignment": alignment,
            "normalized_alignment": None,
        }
        return Reply(answer, headers={**headers, "character-cost": str(len(text))})

    def _seconds(self, text: str, speed: float) -> float:
        return max(0.3, len(text) * SECONDS_A_CHARACTER / speed)

    def _sound(self, asked: Asked) -> bytes:
        body = checked(
            asked.json, "duration_seconds", "prompt_influence", "loop", "model_id", needed=("text",)
        )
        if body.get("model_id", SOUND_MODELS[0]) not in SOUND_MODELS:
            raise invalid("model_id")
        seconds = body.get("duration_seconds")
        if seconds is not None and not 0.5 <= seconds <= 30:
            raise invalid("duration_seconds")
        check_policy(body["text"])
        self.charge("sound", f"sound {body['text']}", PRICES_USD["sound"])
        return self.made(song_mp3(float(seconds or SOUND_S)))

    def _music(self, asked: Asked) -> bytes:
        body = checked(
            asked.json, "prompt", "composition_plan", "music_length_ms", "force_instrumental",
            "seed", "model_id",
        )  # fmt: skip
        if ("prompt" in body) == ("composition_plan" in body):
            raise invalid("prompt")
        length_ms = body.get("music_length_ms")
        if not isinstance(length_ms, int) or not 3000 <= length_ms <= 600_000:
            raise invalid("music_length_ms")
        if body.get("model_id") not in MUSIC_MODELS or "seed" in body:
            raise invalid("model_id")
        check_policy(body["prompt"])
        cost_usd = PRICES_USD["music"] * length_ms / 1000
        self.charge("music", f"music {length_ms} {body['prompt']}", cost_usd)
        return self.made(song_mp3(length_ms / 1000))


def _model(name: str) -> dict[str, Any]:
    is_fast = "flash" in name or "turbo" in name
    return {
        "model_id": name,
        "name": name,
        "can_do_text_to_speech": name in LONGEST,
        "can_use_style": True,
        "can_use_speaker_boost": True,
        "maximum_text_length_per_request": LONGEST.get(name, 0),
        "languages": [{"language_id": "en", "name": "English"}],
        "model_rates": {"character_cost_multiplier": 0.5 if is_fast else 1.0},
        "concurrency_group": "turbo" if is_fast else "standard",
    }


def refused(status: int, code: str, message: str, param: str | None = None) -> Refused:
    """An error as the service words it."""
    detail: dict[str, Any] = {
        "type": "error", "code": code, "status": code, "message": message, "request_id": "r-0",
    }  # fmt: skip
    return Refused(status, {"detail": {**detail, **({"param": param} if param else {})}})


def invalid(field: str) -> Refused:
    """What its validation says: a list."""
    said = [{"loc": ["body", field], "msg": "Input should be valid", "type": "value_error"}]
    return Refused(422, {"detail": said})


def checked(given: Any, *names: str, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        return only(given, *names, needed=needed)
    except Refused as error:
        raise invalid(str(error)) from error


def check_policy(text: str) -> None:
    if "forbidden" in text:
        raise refused(400, "content_policy_violation", "This violates our terms")


def _voice(text: str, seconds: float, hz: int) -> bytes:
    """A tone that is silent where the text has spaces."""
    at = np.arange(round(seconds * hz))
    spoken = np.array([0.0 if character.isspace() else 1.0 for character in text] or [1.0])
    index = np.minimum((at * len(spoken) / len(at)).astype(int), len(spoken) - 1)
    tone = 0.4 * np.sin(2 * np.pi * 180 * at / hz) * spoken[index]
    return bytes((tone * 32767).astype("<i2").tobytes())
