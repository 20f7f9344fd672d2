"""All fakes on this machine, and the settings under which AIPROD asks them instead of the world."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.freesound import FakeFreesound
from tests.fakes.gemini import FakeGemini
from tests.fakes.gemini_media import FakeGeminiMedia
from tests.fakes.google_speech import FakeGoogleSpeech
from tests.fakes.service import FakeService
from tests.fakes.suno import FakeSuno

KEY = "fake-key"


@dataclass(frozen=True)
class Fakes:
    """Every paid service, each on a socket of its own."""

    freesound: FakeFreesound
    elevenlabs: FakeElevenLabs
    gemini: FakeGemini
    media: FakeGeminiMedia
    suno: FakeSuno
    google: FakeGoogleSpeech

    @property
    def all(self) -> tuple[FakeService, ...]:
        return (
            self.freesound, self.elevenlabs, self.gemini, self.media, self.suno, self.google,
        )  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """Settings and keys."""
        return {
            "FREESOUND_API_KEY": KEY,
            "AIPROD_FREESOUND_URL": self.freesound.url,
            "AIPROD_FREESOUND_AGREEMENT": "1",
            "ELEVENLABS_API_KEY": KEY,
            "AIPROD_ELEVENLABS_URL": self.elevenlabs.url,
            "GEMINI_API_KEY": KEY,
            "AIPROD_GEMINI_URL": self.gemini.url,
            "AIPROD_LYRIA_URL": self.media.url,
            "AIPROD_OMNI_URL": self.media.url,
            "AIPROD_OMNI_EVERY_S": "0.2",
            "SUNO_API_KEY": KEY,
            "AIPROD_SUNO_URL": self.suno.url,
            "AIPROD_PROVIDERS": "google",
            "VERTEX_ACCESS_TOKEN": KEY,
            "AIPROD_VERTEX_PROJECT": "film-studio",
            "AIPROD_VEO_URL": self.media.url,
            "AIPROD_GOOGLE_URL": self.google.url,
            "AIPROD_SUNO_EVERY_S": "0.2",  # fakes are not done by the clock
        }


@contextlib.contextmanager
def everybody() -> Iterator[Fakes]:
    """Serves all of them until the end of the block."""
    fakes = Fakes(
        FakeFreesound(KEY),
        FakeElevenLabs(KEY),
        FakeGemini(KEY),
        FakeGeminiMedia(KEY),
        FakeSuno(KEY),
        FakeGoogleSpeech(KEY),
    )
    with contextlib.ExitStack() as stack:
        for fake in fakes.all:
            stack.enter_context(fake.serving())
        yield fakes
