"""Clients of paid services as the table of faults asks them: by the makers of a worker, for one
thing, at a strict fake."""

import io
import random
import wave
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from PIL import Image

from jobs.elements import Run, Task
from jobs.stages import Stage
from providers.elevenlabs.client import ElevenLabs
from providers.freesound import Freesound
from providers.gemini.client import Gemini
from providers.gemini.lyria import Lyria
from providers.gemini.omni import Omni
from providers.gemini.veo import Veo
from providers.gemini.wire import Door
from providers.google_speech import GoogleSpeech
from providers.roster import Roster
from providers.suno import Suno
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.films import black_film, film, silent_mp3, song_mp3
from tests.fakes.freesound import FakeFreesound
from tests.fakes.gemini import FakeGemini
from tests.fakes.gemini_media import FakeGeminiMedia
from tests.fakes.google_speech import FakeGoogleSpeech
from tests.fakes.service import FakeService
from tests.fakes.suno import FakeSuno
from transforms.perform import Made
from transforms.remote_effect import sound_remotely
from transforms.remote_music import compose_remotely
from transforms.remote_script import write_remotely
from transforms.remote_visual import picture_remotely
from transforms.remote_voice import speak_remotely
from transforms.studio import Studio

# What a line of some ten seconds says, or a picture shows.
WORDS = (
    "twice a day the sea forgets these rocks, and all that lives on them waits for it to come back "
    "again, as it has always done, and will do"
)
MAKERS: Mapping[Stage, Callable[[Task, Studio], Made]] = MappingProxyType(
    {
        Stage.SCRIPT: write_remotely,
        Stage.VOICE: speak_remotely,
        Stage.VISUAL: picture_remotely,
        Stage.EFFECT: sound_remotely,
        Stage.MUSIC: compose_remotely,
    }
)
FAKES: tuple[type[FakeService], ...] = (
    FakeElevenLabs, FakeFreesound, FakeGemini, FakeGeminiMedia, FakeGoogleSpeech, FakeSuno,
)  # fmt: skip
PATIENCE_S = 60.0  # for work that is asked after; of the clock of the test, which waits for nothing
Media = Callable[[], bytes]


@dataclass(frozen=True)
class Client:
    """Something that a client of a service can be asked for.

    Attributes:
      provider: As jobs name it.
      service: Name of the fake.
      hire: Its configuration, from the address of the fake and limits of time.
      asks_for: The parameter that has the words.
      order, question, file: How paths end where it orders, asks after its work, and fetches files.
      media: What may come instead, by what is wrong with it.
      words: What it is asked for.
      is_paid: Whether what it orders costs anything.
      is_earlier: Whether it is the earlier of two models that one service cannot both be cast for.
    """

    provider: str
    service: str
    key: str
    stage: Stage
    hire: Callable[..., Any]
    params: Mapping[str, Any]
    asks_for: str
    order: str
    question: str = ""
    file: str = ""
    media: Mapping[str, Media] = field(default_factory=dict)
    words: str = WORDS
    is_paid: bool = True
    is_earlier: bool = False

    def path(self, request: str) -> str:
        """How the path of a request ends: `order`, `question` or `file`."""
        return {"order": self.order, "question": self.question, "file": self.file}[request]

    def make(self, run: Run, words: str, studio: Studio) -> Made:
        """Has the thing made of words, as a worker does."""
        stage = self.stage
        params = {"provider": self.provider, "model": "a-model", **self.params}
        task = Task(
            run,
            f"{stage.value}/000",
            stage,
            1,
            True,
            "0" * 64,
            "",
            "",
            {**params, self.asks_for: words},
        )
        return MAKERS[stage](task, studio)


def roster(fakes: Mapping[str, FakeService], *, is_earlier: bool, **limits: float) -> Roster:
    """All clients, at their fakes, with the later or the earlier models."""
    hires = {
        client.provider: client.hire(fakes[client.service].url, **limits)
        for client in CLIENTS.values()
        if client.is_earlier is is_earlier
    }
    return Roster(**hires)


@contextmanager
def all_fakes() -> Iterator[Mapping[str, FakeService]]:
    """Serves every fake until the end of the block, by its name."""
    with ExitStack() as stack:
        fakes = [stack.enter_context(fake().serving()) for fake in FAKES]
        yield {fake.name: fake for fake in fakes}


def _noise() -> bytes:
    """Bytes of no format."""
    return random.Random(7).randbytes(20_000)


def _tone(seconds: float) -> bytes:
    """16-bit samples at 24 kHz."""
    at = np.arange(round(seconds * 24_000)) / 24_000
    return (0.3 * 32767 * np.sin(2 * np.pi * 200 * at)).astype("<i2").tobytes()


def _wav(samples: bytes) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(samples)
    return buffer.getvalue()


def _black_png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (1376, 768)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


_SILENCE = bytes(2 * 24_000 * 9)
_SAMPLES: Mapping[str, Media] = {
    "noise": _noise, "silence": lambda: _SILENCE, "a second": lambda: _tone(1.0),
}  # fmt: skip
_WAVES: Mapping[str, Media] = {
    "noise": _noise, "silence": lambda: _wav(_SILENCE), "a second": lambda: _wav(_tone(1.0)),
}  # fmt: skip
_MP3S: Mapping[str, Media] = {
    "noise": _noise,
    "silence": partial(silent_mp3, 9.0),
    "a second": partial(song_mp3, 1.0),
}


def _films(length_s: float) -> Mapping[str, Media]:
    return {
        "noise": _noise,
        "nothing to be seen": partial(black_film, 160, 90, length_s),
        "a second": partial(film, 160, 90, 1.0, False),
    }


def _gemini(stage: Stage, params: Mapping[str, Any], asks_for: str, **more: Any) -> Client:
    model = more.pop("model", "")
    changes = {"speech_model": model} if model else {}

    def hire(url: str, **limits: Any) -> Gemini:
        return Gemini(Door(url), **changes, **limits)

    return Client(
        "gemini", "gemini", "GEMINI_API_KEY", stage, hire, params, asks_for, ":generateContent",
        **more,
    )  # fmt: skip


def _elevenlabs(stage: Stage, params: Mapping[str, Any], asks_for: str, **more: Any) -> Client:
    def hire(url: str, **limits: Any) -> ElevenLabs:
        return ElevenLabs(url, "free", **limits)  # then no plan is looked up

    return Client(
        "elevenlabs", "elevenlabs", "ELEVENLABS_API_KEY", stage, hire, params, asks_for, **more
    )


def _omni(url: str, **limits: Any) -> Omni:
    return Omni(Door(url), largest="360p", at_most_s=PATIENCE_S, **limits)


def _veo(url: str, **limits: Any) -> Veo:
    return Veo(
        Door(url, "v1beta1", "studio", "us-central1"),
        largest="720p",
        at_most_s=PATIENCE_S,
        **limits,
    )


def _suno(url: str, **limits: Any) -> Suno:
    return Suno(url, at_most_s=PATIENCE_S, **limits)


def _lyria(url: str, **limits: Any) -> Lyria:
    return Lyria(Door(url), **limits)


def _older_lyria(url: str, **limits: Any) -> Lyria:
    return Lyria(Door(url, "v1beta1", "studio", "us-central1"), "lyria-002", **limits)


_SPOKEN = MappingProxyType({"language": "en", "voice_id": None, "speed": 1.0})
_FILMED = MappingProxyType({"width": 640, "height": 360, "length_s": 3.0})
_COMPOSED = MappingProxyType({"length_s": 30.0})

CLIENTS: Mapping[str, Client] = MappingProxyType(
    {
        "Gemini script": _gemini(
            Stage.SCRIPT, {"language": "en", "most_scenes": 5}, "prompt",
        ),
        "Gemini images": _gemini(
            Stage.VISUAL, {"width": 640, "height": 360}, "prompt",
            media={"noise": _noise, "nothing to be seen": _black_png},
        ),
        "Gemini speech": _gemini(Stage.VOICE, _SPOKEN, "text", media=_WAVES),
        "Gemini speech, earlier": _gemini(
            Stage.VOICE, _SPOKEN, "text", media=_SAMPLES, model="gemini-3.1-flash-tts-preview",
            is_earlier=True,
        ),
        "Omni": Client(
            "omni", "gemini_media", "GEMINI_API_KEY", Stage.VISUAL, _omni, _FILMED, "prompt",
            "/interactions", "0001", ":download", _films(3.0),
        ),
        "Veo": Client(
            "veo", "gemini_media", "VERTEX_ACCESS_TOKEN", Stage.VISUAL, _veo, _FILMED, "prompt",
            ":predictLongRunning", ":fetchPredictOperation", media=_films(4.0),
        ),
        "Lyria": Client(
            "lyria", "gemini_media", "GEMINI_API_KEY", Stage.MUSIC, _lyria, _COMPOSED, "prompt",
            "/interactions", media=_MP3S,
        ),
        "Lyria 002": Client(
            "lyria", "gemini_media", "VERTEX_ACCESS_TOKEN", Stage.MUSIC, _older_lyria, _COMPOSED,
            "prompt", ":predict", media=_WAVES, is_earlier=True,
        ),
        "ElevenLabs speech": _elevenlabs(
            Stage.VOICE, _SPOKEN, "text", order="/with-timestamps", media=_SAMPLES
        ),
        "ElevenLabs sounds": _elevenlabs(
            Stage.EFFECT, {}, "query", order="/sound-generation", media=_MP3S
        ),
        "ElevenLabs music": _elevenlabs(
            Stage.MUSIC, _COMPOSED, "prompt", order="/music", media=_MP3S
        ),
        "Suno": Client(
            "suno", "suno", "SUNO_API_KEY", Stage.MUSIC, _suno, _COMPOSED, "prompt", "/generate",
            "/record-info", ".mp3", _MP3S,
        ),
        "Freesound": Client(
            "freesound", "freesound", "FREESOUND_API_KEY", Stage.EFFECT, Freesound,
            {"is_commercial": True}, "query", "/search/", file=".mp3", media=_MP3S,
            words="ocean waves", is_paid=False,
        ),
        "Google speech": Client(
            "google", "google", "VERTEX_ACCESS_TOKEN", Stage.VOICE, GoogleSpeech, _SPOKEN, "text",
            ":synthesize", media=_WAVES,
        ),
    }
)  # fmt: skip
