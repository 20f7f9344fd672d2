"""ElevenLabs: speech with the time of every character, sound effects, music.

The contract, how sure it is, prices and terms: docs/providers/elevenlabs.md.
"""

import contextlib
import math
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from jobs.casting import Choice, Clearance
from jobs.errors import (
    Charged,
    InvalidInput,
    ProviderAccess,
    ProviderRejected,
    ProviderUnusable,
)
from jobs.stages import Stage
from providers.account import Account
from providers.elevenlabs.account import (
    CALLS_AT_ONCE,
    Subscription,
    Voice,
    models_of,
    subscription_of,
    voices_of,
)
from providers.elevenlabs.answers import NAME, SAMPLE_RATE_HZ, explain, spoken
from providers.prices import need_price, price
from providers.remote import Answer, Remote
from providers.service import Access, Call
from providers.settings import address, one_of
from providers.takes import Line, Music, Offer, Sound

SLOWEST, FASTEST = 0.7, 1.2
_VOICE = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Characters in one request, by model; `GET /v1/models` has the last word.
MOST_CHARACTERS = {
    "eleven_multilingual_v2": 10_000,
    "eleven_flash_v2_5": 40_000,
    "eleven_turbo_v2_5": 40_000,
    "eleven_v3": 5_000,
    "eleven_v4": 10_000,
    "eleven_v4_turbo": 10_000,
}
# Below what the models take: a request of minutes is lost whole when it is lost.
LONGEST_PIECE = 2_500
_NO_LANGUAGE_CODE = frozenset({"eleven_multilingual_v2"})
SOUND_MODELS = ("eleven_text_to_sound_v2", "eleven_text_to_sound_v3")
MUSIC_MODELS = ("music_v1", "music_v2", "music_v2_5")
SHORTEST_MUSIC_S, LONGEST_MUSIC_S = 3, 600
LONGEST_SOUND_TEXT, LONGEST_MUSIC_TEXT = 450, 2_000  # what was seen to be accepted, and our own
_MP3 = "mp3_44100_128"  # the best that every plan has
ATTRIBUTION = "Made with ElevenLabs -- https://elevenlabs.io"


@dataclass(frozen=True)
class ElevenLabs:
    """Configuration.

    Attributes:
      plan: Of the account, which decides how many calls may be under way.
      voice_id: Who speaks where a job names nobody.
      silence_s, total_s: The longest wait for a byte, and for a whole answer. Music of ten minutes
        takes some two to make.
    """

    base_url: str = "https://api.elevenlabs.io"
    plan: str = "creator"
    speech_model: str = "eleven_multilingual_v2"
    voice_id: str = "JBFqnCBsd6RMkjVDRZzb"
    sound_model: str = "eleven_text_to_sound_v2"
    music_model: str = "music_v2"
    silence_s: float = 240.0
    total_s: float = 300.0

    KEY: ClassVar[str] = "ELEVENLABS_API_KEY"

    @property
    def licence(self) -> str:
        """The terms under which it makes things: they differ by plan."""
        return f"ElevenLabs terms, {self.plan} plan"

    @property
    def attribution(self) -> tuple[str, ...]:
        """What has to be said of what it makes: on the free plan, who made it."""
        return (ATTRIBUTION,) if self.plan == "free" else ()

    @property
    def key_name(self) -> str:
        """The variable that has its key."""
        return self.KEY

    @classmethod
    def configured(cls, variables: Mapping[str, str]) -> "ElevenLabs":
        """From settings `AIPROD_ELEVENLABS_...`. Raises `InvalidInput` naming one that is wrong."""
        plan = one_of(variables, "AIPROD_ELEVENLABS_PLAN", cls.plan, tuple(CALLS_AT_ONCE))
        model = variables.get("AIPROD_ELEVENLABS_SPEECH_MODEL", cls.speech_model)
        need_price(
            "AIPROD_ELEVENLABS_SPEECH_MODEL", NAME, "tts", model
        )  # what has no price is not bought
        voice = variables.get("AIPROD_ELEVENLABS_VOICE", cls.voice_id)
        if not _VOICE.fullmatch(voice):
            raise InvalidInput(f"AIPROD_ELEVENLABS_VOICE is {voice!r}; give the id of a voice")
        return cls(
            base_url=address(variables, ("AIPROD_ELEVENLABS_URL",), cls.base_url),
            plan=plan,
            speech_model=model,
            voice_id=voice,
            sound_model=one_of(
                variables, "AIPROD_ELEVENLABS_SOUND_MODEL", cls.sound_model, SOUND_MODELS
            ),
            music_model=one_of(
                variables, "AIPROD_ELEVENLABS_MUSIC_MODEL", cls.music_model, MUSIC_MODELS
            ),
        )

    def choices(self, stage: Stage) -> Iterator[Choice]:
        """What it can be cast for."""
        if stage is Stage.VOICE:
            needs: tuple[str, ...] = ("text", "language", "voice_id", "speed")
            settings = {"default_voice_id": self.voice_id}
            yield Choice(NAME, self.speech_model, needs, settings, clearance=self._clearance)
        elif stage is Stage.MUSIC:
            needs = ("prompt", "length_s")
            yield Choice(NAME, self.music_model, needs, clearance=self._clearance)
        elif stage is Stage.EFFECT:
            yield Choice(NAME, self.sound_model, ("query",), clearance=self._clearance)

    @property
    def _clearance(self) -> Clearance:
        """Rights to use it commercially come with a plan that is paid for."""
        return Clearance.PERSONAL if self.plan == "free" else Clearance.CLEAR

    @property
    def most_open(self) -> int:
        """Calls that may be under way together."""
        fast = any(word in self.speech_model for word in ("flash", "turbo"))
        return CALLS_AT_ONCE[self.plan] * (2 if fast else 1)

    @property
    def longest_piece(self) -> int:
        """Characters of a narration that are asked for in one request."""
        return min(LONGEST_PIECE, MOST_CHARACTERS.get(self.speech_model, LONGEST_PIECE))

    def quote_usd(self, stage: Stage, params: Mapping[str, Any]) -> float:
        """What making something costs at most."""
        if stage is Stage.VOICE:
            return price(NAME, "tts", self.speech_model).of(self.billed_characters(params["text"]))
        if stage is Stage.MUSIC:
            return price(NAME, "music").of(music_s(params["length_s"]))
        if stage is Stage.EFFECT:
            return price(NAME, "sound").of(1)
        raise ValueError(f"{NAME} makes no {stage.value}")

    def voice_of(self, params: Mapping[str, Any], voices: frozenset[str]) -> str:  # noqa: ARG002
        """Who speaks a narration, whichever voices there are."""
        return params["voice_id"] or self.voice_id

    def billed_characters(self, text: str) -> int:
        """How many characters are billed for a narration: all of it, and none of what is sent along
        with its pieces."""
        return len(text)

    def open(self, access: Access) -> "ElevenLabsSession":
        """A session, which asks for its key with every request."""
        return ElevenLabsSession(self, access)


class ElevenLabsSession:
    """Requests to ElevenLabs. Safe for several threads."""

    def __init__(self, config: ElevenLabs, access: Access) -> None:
        self._config = config
        self._access = access
        self._remote = Remote(
            NAME,
            config.base_url,
            explain,
            silence_s=config.silence_s,
            total_s=config.total_s,
        )
        self._checking = threading.Lock()
        self._is_checked = config.plan == "free"  # whose work nobody takes for more than it is

    def speak(self, line: Line) -> Sound:
        """Speaks a piece: mono 16-bit WAV at 24 kHz, with a mark for every character.

        Raises:
          ProviderError: Of the kind, with whether it was charged.
        """
        model = self._config.speech_model
        if not SLOWEST <= line.speed <= FASTEST:
            raise ProviderRejected(
                f"{NAME} speaks at {SLOWEST:g} to {FASTEST:g} of the natural rate, not at "
                f"{line.speed:g}",
                charged=Charged.NO,
                provider=NAME,
            )
        body: dict[str, Any] = {
            "text": line.text,
            "model_id": model,
            "voice_settings": {"speed": line.speed},
        }
        if model not in _NO_LANGUAGE_CODE:
            body["language_code"] = line.language.partition("-")[0].lower()
        if line.before:
            body["previous_text"] = line.before
        if line.after:
            body["next_text"] = line.after
        voice = line.voice_id or self._config.voice_id
        if not _VOICE.fullmatch(voice):  # it becomes a part of the path
            raise ProviderRejected(
                f"{NAME} has no voice {voice[:60]!r}; give the id of one", charged=Charged.NO,
                provider=NAME,
            )  # fmt: skip
        answer = self._buy(
            f"/v1/text-to-speech/{voice}/with-timestamps", f"pcm_{SAMPLE_RATE_HZ}", body
        )
        sound = spoken(answer, line.text, self._cost_usd(answer))
        return replace(sound, attribution=self._config.attribution)

    def effect(self, params: Mapping[str, Any]) -> Sound:
        """Makes a sound: MP3, as long as the model finds right."""
        body = {
            "text": str(params["query"])[:LONGEST_SOUND_TEXT],
            "model_id": self._config.sound_model,
        }
        return self._heard(self._buy("/v1/sound-generation", _MP3, body))

    def offers(self, params: Mapping[str, Any]) -> Iterator[Offer]:
        """The one sound that it makes for a query: each is paid for, however it turns out."""
        yield Offer(NAME, partial(self.effect, params))

    def compose(self, music: Music, _call: Call) -> Sound:
        """Makes instrumental music of the length that is needed: MP3, with the answer itself."""
        body = {
            "prompt": music.prompt[:LONGEST_MUSIC_TEXT],
            "music_length_ms": music_s(music.duration_s) * 1000,
            "force_instrumental": True,
            "model_id": self._config.music_model,
        }
        return self._heard(self._buy("/v1/music", _MP3, body))

    def account(self) -> Account:
        """The plan, what is left of it, and what of the configuration does not fit it."""
        had, config = self.subscription(), self._config
        voices = {one.voice_id: one.name for one in self.voices()}
        model = next(
            (one for one in models_of(self._told) if one.model_id == config.speech_model), None
        )
        warnings = []
        if had.plan not in (None, config.plan):
            warnings.append(
                f"{NAME}: the account is on the {had.tier} plan, AIPROD_ELEVENLABS_PLAN says "
                f"{config.plan}; rights and calls at once are those of the plan"
            )
        if config.voice_id not in voices:
            warnings.append(
                f"{NAME}: the account has no voice {config.voice_id} (AIPROD_ELEVENLABS_VOICE)"
            )
        if model is None:
            warnings.append(
                f"{NAME}: the account has no model {config.speech_model} "
                "(AIPROD_ELEVENLABS_SPEECH_MODEL)"
            )
        elif model.longest < config.longest_piece:
            warnings.append(
                f"{NAME}: {model.model_id} takes {model.longest:,} characters in a request, pieces "
                f"have up to {config.longest_piece:,}"
            )
        speaker = voices.get(config.voice_id, "nobody")
        return Account(
            f"{had.tier} plan, {had.characters:,} characters left, {config.most_open} calls at "
            f"once; {speaker} speaks",
            frozenset(voices),
            tuple(warnings),
            had.characters,
            model.credits_a_character if model else 1.0,
        )

    def subscription(self) -> Subscription:
        """What the account has left. Asking is free."""
        return subscription_of(self._told)

    def voices(self) -> tuple[Voice, ...]:
        """All voices that the account can use. Asking is free."""
        return voices_of(self._told)

    def close(self) -> None:
        """Lets go of the connections."""
        self._remote.close()

    def _heard(self, answer: Answer) -> Sound:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not kind.startswith("audio/") or not answer.body:
            raise ProviderUnusable(
                f"{NAME} sent {kind or 'something'} instead of sound",
                charged=Charged.YES,
                provider=NAME,
            )
        return Sound(
            answer.body,
            ".mp3",
            request_id=answer.headers.get("request-id", ""),
            attribution=self._config.attribution,
        )

    def _cost_usd(self, answer: Answer) -> float | None:
        try:
            characters = float(answer.headers.get("character-cost", ""))
        except ValueError:
            return None
        if not 0 <= characters < math.inf:
            return None
        return price(NAME, "tts", self._config.speech_model).of(characters)

    def _buy(self, path: str, output_format: str, body: Mapping[str, Any]) -> Answer:
        self._check_plan()
        return self._ask(
            "POST", path, params={"output_format": output_format}, body=body, is_paid=True
        )

    def _check_plan(self) -> None:
        """Looks, before the first thing is bought, that the account is not on the free plan when it
        is configured as another: what it makes would be taken for cleared, and is not.

        Raises:
          ProviderAccess: It is.
          ProviderError: It cannot be told now. Nothing is charged.
        """
        with self._checking:
            if self._is_checked:
                return
            plan = None
            # A key may be restricted to making things; then the setting is believed.
            with contextlib.suppress(ProviderAccess, ProviderRejected):
                plan = self.subscription().plan
            if plan == "free":
                raise ProviderAccess(
                    f"{NAME}: the account is on the free plan, which allows no commercial use, but "
                    f"AIPROD_ELEVENLABS_PLAN says {self._config.plan}; set it to free",
                    charged=Charged.NO,
                    provider=NAME,
                )
            self._is_checked = True

    def _told(self, path: str, params: Mapping[str, str | int]) -> Answer:
        return self._ask("GET", path, params=params, is_paid=False)

    def _ask(self, method: str, path: str, **how: Any) -> Answer:
        return self._access.with_key(
            NAME, lambda key: self._remote.ask(method, path, headers={"xi-api-key": key}, **how)
        )


def music_s(wanted_s: float) -> int:
    """How long music is ordered that is needed for so long, in whole seconds."""
    return min(max(math.ceil(wanted_s), SHORTEST_MUSIC_S), LONGEST_MUSIC_S)
