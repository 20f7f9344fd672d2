"""Lyria: music without singing, through the Interactions API; `lyria-002` through Vertex AI.

The contract, how sure it is, prices and terms: docs/providers/google-media.md.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from jobs.casting import Choice
from jobs.errors import Charged, ProviderUnusable
from jobs.stages import Stage
from providers.gemini.interactions import MOST_BYTES, Interactions
from providers.gemini.kinds import sound_suffix
from providers.gemini.wire import KEY, TERMS, VERTEX_KEY, Door, Wire
from providers.prices import price
from providers.service import Access, Call
from providers.settings import one_of, seed, whole
from providers.takes import Music, Sound

NAME = "lyria"
MODELS = ("lyria-3.5", "lyria-3-clip-preview", "lyria-3-pro-preview", "lyria-002")
ON_VERTEX = "lyria-002"
HALF_A_MINUTE = ("lyria-3-clip-preview", "lyria-002")  # as long as that, whatever is asked for
MANNER = "Instrumental background music only: no vocals, no singing, no speech."
UNWANTED = "vocals, singing, choir, speech"


@dataclass(frozen=True)
class Lyria:
    """Configuration.

    Attributes:
      seed: Of `lyria-002`, which alone takes one; None: every piece is another.
      most_open: Calls that may be under way together.
      every_s, at_most_s: How long to wait between two questions, and for the piece at all.
      silence_s, total_s: The longest wait for a byte, and for a whole answer. The request is
        answered when the music is made.
    """

    door: Door
    model: str = "lyria-3.5"
    seed: int | None = None
    most_open: int = 4
    every_s: float = 10.0
    at_most_s: float = 600.0
    silence_s: float = 420.0
    total_s: float = 480.0

    KEY: ClassVar[str] = KEY
    licence: ClassVar[str] = TERMS

    @classmethod
    def configured(cls, variables: Mapping[str, str]) -> "Lyria":
        """From settings `AIPROD_LYRIA_...` and those of Gemini. Raises `InvalidInput`."""
        model = one_of(variables, "AIPROD_LYRIA_MODEL", cls.model, MODELS)
        price("gemini", "music", model)  # what has no price is not bought
        door = Door.vertex if model == ON_VERTEX else Door.configured
        return cls(
            door=door(variables, "AIPROD_LYRIA_URL"),
            model=model,
            seed=seed(variables, "AIPROD_LYRIA_SEED"),
            most_open=whole(variables, "AIPROD_LYRIA_CALLS", cls.most_open, 1, 100),
        )

    @property
    def key_name(self) -> str:
        """The variable that has what opens the door."""
        return VERTEX_KEY if self.door.is_vertex else KEY

    def choices(self, stage: Stage) -> Iterator[Choice]:
        """What it can be cast for."""
        if stage is Stage.MUSIC:
            has_length = self.model not in HALF_A_MINUTE
            needs = ("prompt", "length_s") if has_length else ("prompt",)
            yield Choice(NAME, self.model, needs, {"seed": self.seed})

    def quote_usd(self, stage: Stage, params: Mapping[str, Any]) -> float:  # noqa: ARG002
        """What making something costs: a piece has one price, however long."""
        if stage is not Stage.MUSIC:
            raise ValueError(f"{NAME} makes no {stage.value}")
        return price("gemini", "music", self.model).of(1)

    def order(self, music: Music) -> dict[str, Any]:
        """The body of the request for a piece."""
        if self.model == ON_VERTEX:
            instance: dict[str, Any] = {"prompt": music.prompt, "negative_prompt": UNWANTED}
            if self.seed is not None:
                instance["seed"] = self.seed
            return {"instances": [instance], "parameters": {}}
        text = f"{music.prompt}\n\n{MANNER}"
        if self.model not in HALF_A_MINUTE:
            text += f" About {music.duration_s:.0f} seconds long."
        return {"model": self.model, "input": text}

    def open(self, access: Access) -> "LyriaSession":
        """A session, which asks for its key with every request."""
        return LyriaSession(self, access)


class LyriaSession:
    """Requests for music. Safe for several threads."""

    def __init__(self, config: Lyria, access: Access) -> None:
        self._config = config
        self._wire = Wire(
            NAME, config.door, access, silence_s=config.silence_s, total_s=config.total_s
        )
        self._interactions = Interactions(self._wire, config.every_s, config.at_most_s)

    def compose(self, music: Music, call: Call) -> Sound:
        """A piece without singing: stereo MP3 at 44.1 kHz, of `lyria-002` WAV at 48 kHz.

        Raises:
          ProviderError: Of the kind, with whether it was charged.
        """
        body = self._config.order(music)
        if self._config.model == ON_VERTEX:
            return self._predicted(body)
        made = self._interactions.make(body, "audio", call)
        return Sound(made.data, sound_suffix(NAME, made.data), request_id=made.request_id)

    def close(self) -> None:
        """Lets go of the connections."""
        self._wire.close()

    def _predicted(self, body: Mapping[str, Any]) -> Sound:
        path = self._wire.model_path(ON_VERTEX, "predict")
        answer = self._wire.ask("POST", path, is_paid=True, body=body, most_bytes=MOST_BYTES)
        try:
            piece = answer.json()["predictions"][0]
            # The reference has the one name, examples the other.
            encoded = piece.get("audioContent") or piece["bytesBase64Encoded"]
            data = base64.b64decode(encoded, validate=True)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise ProviderUnusable(
                f"{NAME} sent something else than music ({type(error).__name__})",
                charged=Charged.YES,
                provider=NAME,
            ) from error
        return Sound(data, sound_suffix(NAME, data), seed=self._config.seed)
