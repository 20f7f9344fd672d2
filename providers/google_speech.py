"""Google Cloud Text-to-Speech: voices with the time of every word, by marks in SSML.

The contract, how sure it is, prices and terms: docs/providers/google-speech.md.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from jobs.casting import Choice
from jobs.errors import Charged, ProviderAccess, ProviderRejected, ProviderUnusable
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
KINDS = ("standard", "wavenet", "neural2")  # those that know marks
MODES = ("token", "key")
SAMPLE_RATE_HZ = 24_000
SLOWEST, FASTEST = 0.25, 2.0
LONGEST_PIECE = 800  # characters
MOST_BYTES = 4900  # of an input, of which 5,000 are accepted
# Where a language is spoken when its tag does not say.
_REGIONS = {
    "ar": "XA", "cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "en": "US", "es": "ES", "fi": "FI",
    "fr": "FR", "he": "IL", "hi": "IN", "hu": "HU", "id": "ID", "it": "IT", "ja": "JP", "ko": "KR",
    "nb": "NO", "nl": "NL", "pl": "PL", "pt": "BR", "ro": "RO", "ru": "RU", "sv": "SE", "th": "TH",
    "tr": "TR", "uk": "UA", "vi": "VN",
}  # fmt: skip
_CHINESE = ("zh", "cmn")
# Text may hold them, XML 1.0 may not (production 2, Char); controls are gone from narrations.
_NO_XML = dict.fromkeys((0xFFFE, 0xFFFF), " ")


@dataclass(frozen=True)
class GoogleSpeech:
    """Configuration.

    Attributes:
      kind: Of voices, where a job names none.
      has_key: Whether an API key lets requests in, rather than the token of an account.
      most_open: Calls that may be under way together.
    """

    base_url: str = "https://texttospeech.googleapis.com"
    kind: str = "neural2"
    has_key: bool = False
    most_open: int = 8
    silence_s: float = 60.0
    total_s: float = 120.0

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
        """What making something costs at most. Marks are charged for like what is spoken."""
        if stage is not Stage.VOICE:
            raise ValueError(f"{NAME} makes no {stage.value}")
        kind = kind_of(params.get("voice_id")) or self.kind
        return price(NAME, "tts", kind).of(self.billed_characters(params["text"]))

    def voice_of(self, params: Mapping[str, Any]) -> str:
        """Who speaks a narration. Raises `ProviderRejected` as `voice_name` does."""
        return params["voice_id"] or voice_name(params["language"], self.kind)

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

    def speak(self, line: Line) -> Sound:
        """Speaks a piece: mono 16-bit WAV at 24 kHz, with a mark for every word.

        Raises:
          ProviderError: Of the kind, with whether it was charged.
        """
        kind = kind_of(line.voice_id) if line.voice_id else self._config.kind
        if kind is None:
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
        voice = line.voice_id or voice_name(line.language, self._config.kind)
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
        return _spoken(answer, line.text, price(NAME, "tts", kind).of(len(marked)))

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
        return frozenset(name for name in names if kind_of(name))

    def close(self) -> None:
        """Lets go of the connections."""
        self._remote.close()

    def _ask(self, method: str, path: str, **how: Any) -> Answer:
        key = self._access.key_of(NAME)
        try:
            return self._remote.ask(method, path, headers=self._headers(key), **how)
        except ProviderAccess as error:
            # A wrong token is a 401, a wrong key a 400.
            if error.facts.get("is_key_wrong") is not True or not self._access.renew(key):
                raise
        return self._remote.ask(
            method, path, headers=self._headers(self._access.key_of(NAME)), **how
        )

    def _headers(self, key: str) -> dict[str, str]:
        if self._config.has_key:
            return {"x-goog-api-key": key}
        return {"Authorization": f"Bearer {key}"}


def voice_name(language: str, kind: str) -> str:
    """The first voice of a kind that speaks a language: `en-US-Neural2-A`.

    Raises:
      ProviderRejected: Nobody knows where the language is spoken.
    """
    base, _, rest = language.partition("-")
    base = base.lower()
    region = next((part.upper() for part in rest.split("-") if len(part) == 2), "")
    if base in _CHINESE:
        base, region = "cmn", region if region == "TW" else "CN"
    region = region or _REGIONS.get(base, "")
    if not region:
        raise ProviderRejected(
            f"{NAME} needs to know where {language} is spoken; give the language with its region",
            charged=Charged.NO,
            provider=NAME,
        )
    return f"{base}-{region}-{kind.capitalize()}-A"


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


def _spoken(answer: Answer, text: str, cost_usd: float) -> Sound:
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
    return Sound(data, ".wav", marks, cost_usd=cost_usd)
