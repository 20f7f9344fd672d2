"""Google Cloud Text-to-Speech: voices with the time of every word, by marks in SSML.

The contract, how sure it is, prices and terms: docs/providers/google-speech.md.
"""

import base64
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from jobs.casting import Choice
from jobs.errors import Charged, ProviderRejected, ProviderUnusable
from jobs.stages import Stage
from providers.account import Account
from providers.gemini.errors import explain
from providers.gemini.wire import VERTEX_KEY
from providers.prices import price
from providers.remote import Answer, Remote
from providers.service import Access
from providers.settings import address, one_of, whole
from providers.takes import Line, Sound
from providers.tokens import Kind, units

NAME = "google"
KINDS = ("neural2", "wavenet", "standard")  # those that know marks, the best and dearest first
MODES = ("token", "key")
SAMPLE_RATE_HZ = 24_000
SLOWEST, FASTEST = 0.25, 2.0
LONGEST_PIECE = 800  # characters
MOST_BYTES = 4900  # of an input, of which 5,000 are accepted
# Where a language is spoken when its tag does not say, of those with voices from several regions.
_REGIONS = {"cmn": "CN", "en": "US", "es": "ES", "fr": "FR", "nl": "NL", "pt": "BR"}
_NAMES = {"zh": "cmn", "no": "nb"}  # what the names of voices begin with, where tags differ
_VOICES_S = 3600.0  # a list of voices is good for that long: they come and go within months
# Text may hold them, XML 1.0 may not (production 2, Char); controls are gone from narrations.
_NO_XML = dict.fromkeys((0xFFFE, 0xFFFF), " ")


@dataclass(frozen=True)
class GoogleSpeech:
    """Configuration.

    Attributes:
      kind: Of voices, where a job names none: this one, or the next in `KINDS` that speaks a
        language.
      has_key: Whether an API key lets requests in, rather than the token of an account.
      most_open: Calls that may be under way together.
      voices: Those that there are, where the service was asked for them; else None.
    """

    base_url: str = "https://texttospeech.googleapis.com"
    kind: str = "neural2"
    has_key: bool = False
    most_open: int = 8
    silence_s: float = 60.0
    total_s: float = 120.0
    voices: frozenset[str] | None = None

    KEY: ClassVar[str] = "GOOGLE_TTS_API_KEY"  # without it, AIPROD_PROVIDERS names the service
    licence: ClassVar[str] = "Google Cloud terms"

    @classmethod
    def configured(cls, variables: Mapping[str, str]) -> "GoogleSpeech":
        """From settings `AIPROD_GOOGLE_...`. Raises `InvalidInput` naming one that is wrong."""
        kind = one_of(variables, "AIPROD_GOOGLE_VOICES", cls.kind, KINDS)
        price(NAME, "tts", kind)  # what has no price is not bought
        usual = "key" if variables.get(cls.KEY) else "token"
        return cls(
            base_url=address(variables, ("AIPROD_GOOGLE_URL",), cls.base_url),
            kind=kind,
            has_key=one_of(variables, "AIPROD_GOOGLE_MODE", usual, MODES) == "key",
            most_open=whole(variables, "AIPROD_GOOGLE_CALLS", cls.most_open, 1, 100),
        )

    @property
    def key_name(self) -> str:
        """The variable that has its key, or its token where one is given."""
        return self.KEY if self.has_key else VERTEX_KEY

    @property
    def longest_piece(self) -> int:
        """Characters of a narration that are asked for in one request."""
        return LONGEST_PIECE

    def choices(self, stage: Stage) -> Iterator[Choice]:
        """What it can be cast for."""
        if stage is Stage.VOICE:
            yield Choice(NAME, self.kind, ("text", "language", "voice_id", "speed"))

    def quote_usd(self, stage: Stage, params: Mapping[str, Any]) -> float:
        """What making something costs at most. Marks are charged for like what is spoken.

        It is the price of the voice that speaks where `voices` are known, and else that of the
        kind, of which there may be none in a language: then a cheaper one speaks.
        """
        if stage is not Stage.VOICE:
            raise ValueError(f"{NAME} makes no {stage.value}")
        kind = kind_of(params.get("voice_id")) or self.kind
        if self.voices is not None and not params.get("voice_id"):
            spoken = voices_for(params["language"], self.kind, self.voices)
            kind = (kind_of(spoken[0]) if spoken else None) or kind
        return price(NAME, "tts", kind).of(self.billed_characters(params["text"]))

    def voice_of(self, params: Mapping[str, Any], voices: frozenset[str]) -> str:
        """Who speaks a narration, of the voices that there are. Raises `ProviderRejected` as
        `voice_name` does."""
        return params["voice_id"] or voice_name(params["language"], self.kind, voices)

    def billed_characters(self, text: str) -> int:
        """How many characters are billed for a narration: marks are, too."""
        return len(ssml(text))

    def open(self, access: Access) -> "GoogleSpeechSession":
        """A session, which asks for its token with every request."""
        return GoogleSpeechSession(self, access)


class GoogleSpeechSession:
    """Requests to Text-to-Speech. Safe for several threads."""

    def __init__(self, config: GoogleSpeech, access: Access) -> None:
        self._config = config
        self._access = access
        self._remote = Remote(
            NAME,
            config.base_url,
            lambda failure, is_paid: explain(NAME, failure, is_paid),
            silence_s=config.silence_s,
            total_s=config.total_s,
        )
        self._lock = threading.Lock()
        self._voices: tuple[float, frozenset[str]] | None = None

    def speak(self, line: Line) -> Sound:
        """Speaks a piece: mono 16-bit WAV at 24 kHz, with a mark for every word.

        Raises:
          ProviderError: Of the kind, with whether it was charged.
        """
        if line.voice_id and not kind_of(line.voice_id):
            raise ProviderRejected(
                f"the voice {line.voice_id!r} has no times of words at {NAME}; give one of "
                f"{', '.join(KINDS)}",
                charged=Charged.NO,
                provider=NAME,
            )
        if not SLOWEST <= line.speed <= FASTEST:
            raise ProviderRejected(
                f"{NAME} speaks at {SLOWEST:g} to {FASTEST:g} of the natural rate, not at "
                f"{line.speed:g}",
                charged=Charged.NO,
                provider=NAME,
            )
        voice = line.voice_id or voice_name(line.language, self._config.kind, self._known())
        kind = kind_of(voice) or self._config.kind
        marked = ssml(line.text)
        body = {
            "input": {"ssml": marked},
            "voice": {"languageCode": "-".join(voice.split("-")[:2]), "name": voice},
            "audioConfig": {
                "audioEncoding": "LINEAR16",
                "sampleRateHertz": SAMPLE_RATE_HZ,
                "speakingRate": line.speed,
            },
            "enableTimePointing": ["SSML_MARK"],
        }
        answer = self._ask("POST", "/v1beta1/text:synthesize", is_paid=True, body=body)
        return _spoken(answer, line.text, voice, price(NAME, "tts", kind).of(len(marked)))

    def account(self) -> Account:
        """The voices that may be used; it has no other limits that can be asked for."""
        found = self.voices()
        return Account(f"{len(found)} voices that tell when words are spoken", found)

    def voices(self) -> frozenset[str]:
        """The names of all voices that tell when words are spoken. Asking is free.

        Raises:
          ProviderError: Of the kind.
        """
        answer = self._ask("GET", "/v1/voices", is_paid=False)
        try:
            names = [str(one["name"]) for one in answer.json()["voices"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ProviderUnusable(
                f"{NAME} sent something else than voices ({type(error).__name__})",
                charged=Charged.NO,
                provider=NAME,
            ) from error
        return frozenset(name for name in names if kind_of(name) and name.count("-") >= 3)

    def close(self) -> None:
        """Lets go of the connections."""
        self._remote.close()

    def _known(self) -> frozenset[str]:
        """The voices, asked for once an hour."""
        with self._lock:
            if self._voices is None or time.monotonic() > self._voices[0]:
                self._voices = time.monotonic() + _VOICES_S, self.voices()
            return self._voices[1]

    def _ask(self, method: str, path: str, **how: Any) -> Answer:
        return self._access.with_key(
            NAME, lambda key: self._remote.ask(method, path, headers=self._headers(key), **how)
        )

    def _headers(self, key: str) -> dict[str, str]:
        if self._config.has_key:
            return {"x-goog-api-key": key}
        return {"Authorization": f"Bearer {key}"}


def voice_name(language: str, kind: str, voices: frozenset[str]) -> str:
    """Who speaks a language: `en-US-Neural2-A`. See `voices_for`.

    Raises:
      ProviderRejected: There is nobody.
    """
    found = voices_for(language, kind, voices)
    if not found:
        base = language.partition("-")[0]
        others = sorted({"-".join(one.split("-")[:2]) for one in voices_for(base, kind, voices)})
        raise ProviderRejected(
            f"{NAME} has no voice for {language} that tells when words are spoken"
            f" ({' or '.join(KINDS[KINDS.index(kind) :])})"
            + (f"; it has some for {', '.join(others)}" if others else ""),
            charged=Charged.NO,
            provider=NAME,
        )
    return found[0]


def voices_for(language: str, kind: str, voices: frozenset[str]) -> list[str]:
    """The voices that speak a language, of a kind or of cheaper ones, in this order: those of its
    usual region before others, where its tag names none; by kind; by name. So nobody speaks who
    costs more than was quoted, and the same one speaks whenever the same voices are there.
    """
    base, _, rest = language.partition("-")
    base = _NAMES.get(base.lower(), base.lower())
    named = next((part.upper() for part in rest.split("-") if len(part) == 2), "")
    if base == "cmn" and named != "TW":
        named = "CN"
    kinds = KINDS[KINDS.index(kind) :]

    def rank(voice: str) -> tuple[bool, int, str]:
        region = voice.split("-")[1]
        return region != _REGIONS.get(base, region), kinds.index(kind_of(voice) or ""), voice

    speaking = (
        one
        for one in voices
        if one.split("-")[0] == base and kind_of(one) in kinds and named in ("", one.split("-")[1])
    )
    return sorted(speaking, key=rank)


def kind_of(voice: str | None) -> str | None:
    """The kind in the name of a voice; None for those without times of words."""
    parts = (voice or "").lower().split("-")
    return next((kind for kind in KINDS if kind in parts), None)


def ssml(text: str) -> str:
    """The text with a mark before each word, named by its place; fewer marks where they would not
    fit. Nothing in the text is markup."""
    places = [unit.at for unit in units(text) if unit.kind is not Kind.SILENT]
    while len((marked := _marked(text, places)).encode()) > MOST_BYTES and places:
        places = places[::2] if len(places) > 1 else []
    return marked


def _marked(text: str, places: Sequence[int]) -> str:
    edges = [0, *places, len(text)]
    pieces = [escape(text[: edges[1]])]
    for at, stop in zip(places, edges[2:], strict=True):
        pieces.append(f'<mark name="{at}"/>{escape(text[at:stop])}')
    return f"<speak>{''.join(pieces)}</speak>".translate(_NO_XML)


def _spoken(answer: Answer, text: str, voice: str, cost_usd: float) -> Sound:
    try:
        found = answer.json()
        data = base64.b64decode(found["audioContent"], validate=True)
        marks = tuple(
            (int(point["markName"]), float(point.get("timeSeconds", 0.0)))
            for point in found.get("timepoints") or ()
        )
        if not data or not all(0 <= at < len(text) for at, _ in marks):
            raise ValueError("no sound, or marks that nobody made")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderUnusable(
            f"{NAME} sent something else than speech ({type(error).__name__})",
            charged=Charged.YES,
            provider=NAME,
        ) from error
    return Sound(data, ".wav", marks, cost_usd=cost_usd, model=voice)
