"""The remote services that are configured, and what they can be cast for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from jobs.casting import LOCAL_CHOICES, Casting, Choice
from jobs.errors import InvalidInput
from jobs.stages import Stage
from providers.elevenlabs.client import ElevenLabs
from providers.freesound import Freesound
from providers.gemini.client import Gemini
from providers.gemini.lyria import Lyria
from providers.gemini.omni import Omni
from providers.gemini.script import dearest_repair
from providers.gemini.veo import Veo
from providers.google_speech import GoogleSpeech
from providers.pieces import pieces
from providers.piper import Piper
from providers.service import Access
from providers.suno import Suno


class Hire(Protocol):
    """The configuration of a service: a value without keys, opened on the worker.

    Attributes:
      KEY: The variable whose key, when it is there, configures the service.
      key_name: The variable that has what its requests are let in by.
      licence: The terms under which it makes things, in few words.
      most_open: Calls that may be under way together, in all workers.
      longest_piece: Characters of a narration that are asked for in one call.
    """

    KEY: ClassVar[str]

    @property
    def licence(self) -> str: ...

    @property
    def key_name(self) -> str: ...

    @property
    def most_open(self) -> int: ...

    @property
    def longest_piece(self) -> int: ...

    def choices(self, stage: Stage) -> Iterator[Choice]:
        """What it can be cast for."""

    def quote_usd(self, stage: Stage, params: Mapping[str, Any]) -> float:
        """What a call with these parameters of its choice costs at most."""

    def open(self, access: Access) -> Any:
        """A session."""


@dataclass(frozen=True)
class Roster:
    """Configurations of services, each None where it is not configured. A value without keys.

    Attributes are named as jobs name providers, in the order in which `auto` asks them.
    """

    freesound: Freesound | None = None
    elevenlabs: ElevenLabs | None = None
    gemini: Gemini | None = None
    lyria: Lyria | None = None
    suno: Suno | None = None
    google: GoogleSpeech | None = None
    piper: Piper | None = None
    omni: Omni | None = None
    veo: Veo | None = None

    @property
    def has_loopback(self) -> bool:
        """Whether one of them is on this machine, as a fake is: its files are, too."""
        urls = (getattr(hire, "base_url", "") for _, hire in self.hired())
        return any(urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1") for url in urls)

    def casting(self) -> Casting:
        """Who can make what, in the order in which `auto` asks."""
        return Casting(
            {stage: (*self._remote(stage), *local) for stage, local in LOCAL_CHOICES.items()}
        )

    def of(self, provider: str) -> Hire | None:
        """The service of that name; None for local providers and for what is not configured."""
        found: Hire | None = getattr(self, provider, None) if provider in _NAMES else None
        return found

    def hired(self) -> Iterator[tuple[str, Hire]]:
        """All services that are configured, by name."""
        for name in _NAMES:
            if hire := self.of(name):
                yield name, hire

    def named(self, provider: str) -> Hire:
        """The service of that name.

        Raises:
          InvalidInput: It is not configured.
        """
        found = self.of(provider)
        if found is None:
            raise InvalidInput(f"{provider} is not configured here")
        return found

    def quote_usd(self, stage: Stage, params: Mapping[str, Any]) -> float:
        """What making something costs at most, in US dollars, by the price book.

        A narration is bought in pieces, each of which has its price; a script may need a repair,
        which most do not. What cannot be used and is asked for once more comes on top.
        """
        hire = self.of(str(params.get("provider", "")))
        if hire is None:
            return 0.0
        if stage is Stage.VOICE:
            parted = pieces(params["text"], hire.longest_piece)
            calls: list[Mapping[str, Any]] = [{**params, "text": one.text} for one in parted]
        elif stage is Stage.SCRIPT:
            calls = [params, dearest_repair(params)]
        else:
            calls = [params]
        return sum(hire.quote_usd(stage, call) for call in calls)

    def billed_characters(self, params: Mapping[str, Any]) -> int:
        """How many characters are billed for a narration; 0 for all else, and for services that
        bill otherwise."""
        hire = self.of(str(params.get("provider", "")))
        if isinstance(hire, ElevenLabs | GoogleSpeech) and "text" in params:
            return hire.billed_characters(params["text"])
        return 0

    def _remote(self, stage: Stage) -> Iterator[Choice]:
        for _, hire in self.hired():
            yield from hire.choices(stage)


_NAMES = tuple(field.name for field in fields(Roster))
_CLASSES: Mapping[str, Any] = MappingProxyType(
    {
        "freesound": Freesound,
        "elevenlabs": ElevenLabs,
        "gemini": Gemini,
        "lyria": Lyria,
        "suno": Suno,
        "google": GoogleSpeech,
        "piper": Piper,
        "omni": Omni,
        "veo": Veo,
    }
)

KEYS = tuple(
    dict.fromkeys(kind.KEY for kind in _CLASSES.values() if kind.KEY.endswith("_API_KEY"))
)  # variables of keys that Secret Manager may have, each under a name of its own


def configured(variables: Mapping[str, str]) -> Roster:
    """The roster of a process, from its environment.

    A service is configured when its key is in the environment, or when `AIPROD_PROVIDERS` names it:
    then the key is read from Secret Manager where it is used.

    Raises:
      InvalidInput: A setting is wrong.
    """
    text = variables.get("AIPROD_PROVIDERS", "")
    named = frozenset(name.strip().lower() for name in text.split(",") if name.strip())
    if unknown := named - set(_CLASSES):
        raise InvalidInput(
            f"AIPROD_PROVIDERS names {sorted(unknown)[0]!r}; give some of {', '.join(_CLASSES)}"
        )
    return Roster(
        **{
            name: kind.configured(variables)
            for name, kind in _CLASSES.items()
            if name in named or variables.get(kind.KEY)
        }
    )
