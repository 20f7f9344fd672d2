"""What sessions of Gemini are given in tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from providers.gemini.client import Gemini, GeminiSession
from providers.gemini.wire import Door
from providers.service import Access
from tests.fakes.gemini import FakeGemini

PATIENT_S = 20.0


@dataclass
class Desk:
    """Keys, and how often they were read anew. `fresh_key`: what the key is after that."""

    key: str = "fake-key"
    fresh_key: str = "fake-key"
    renewed: list[str] = field(default_factory=list)

    @property
    def access(self) -> Access:
        return Access(key=lambda: self.key, renew=self._renew, fetch=_nothing)

    def _renew(self, refused: str) -> bool:
        self.renewed.append(refused)
        self.key = self.fresh_key
        return self.key != refused


def plain(fake: FakeGemini, version: str = "v1beta") -> Gemini:
    """Gemini through its own door."""
    door = Door(fake.url, version)
    return Gemini(door=door, silence_s=PATIENT_S, total_s=PATIENT_S)


def vertex(fake: FakeGemini) -> Gemini:
    """Gemini through Vertex AI."""
    door = Door(fake.url, "v1beta1", "my-project", "europe-west4")
    return replace(plain(fake), door=door)


@contextmanager
def session_of(config: Gemini, desk: Desk | None = None) -> Iterator[GeminiSession]:
    session = config.open((desk or Desk()).access)
    try:
        yield session
    finally:
        session.close()


def _nothing(url: str, most_bytes: int) -> bytes:
    raise AssertionError("Gemini sends everything inside its answers")
