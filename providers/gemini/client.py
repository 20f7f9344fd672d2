"""Gemini: scripts, pictures and speech.

The contract, how sure it is, prices and terms: docs/providers/gemini.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from jobs.casting import Choice
from jobs.errors import Charged, InvalidInput, ProviderUnusable
from jobs.stages import Stage
from providers.gemini.generation import Generation, generate
from providers.gemini.images import SIZES, picture_in, picture_request, size_for, sizes_up_to
from providers.gemini.plan import MOST_SCENES
from providers.gemini.script import (
    MOST_TOKENS,
    most_tokens_in,
    plan_request,
    repair_request,
)
from providers.gemini.speech import (
    LONGEST_PIECE,
    VOICES,
    most_tokens,
    speech_in,
    speech_request,
)
from providers.gemini.wire import KEY, TERMS, VERTEX_KEY, Door, Wire
from providers.prices import need_price, price
from providers.service import Access
from providers.takes import Commission, Line, Picture, Scenery, Sound, Written

NAME = "gemini"


@dataclass(frozen=True)
class Gemini:
    """Configuration.

    Attributes:
      largest_image: The largest size of picture that is ordered; smaller frames get a smaller one.
      voice_id: Who speaks where a job names nobody.
      most_scenes: Of a script.
      most_open: Calls that may be under way together.
      silence_s, total_s: The longest wait for a byte, and for a whole answer: a model thinks for
        minutes before it sends the first.
    """

    door: Door = field(default_factory=Door)
    text_model: str = "gemini-3.8-flash"
    image_model: str = "gemini-nano-banana-2.1"
    largest_image: str = "2K"
    speech_model: str = "gemini-3.8-flash-lite-tts"
    voice_id: str = "Kore"
    most_scenes: int = 20
    most_open: int = 4
    silence_s: float = 240.0
    total_s: float = 300.0

    KEY: ClassVar[str] = KEY
    licence: ClassVar[str] = TERMS

    @classmethod
    def configured(cls, variables: Mapping[str, str]) -> "Gemini":
        """From settings `AIPROD_GEMINI_...`. Raises `InvalidInput` naming one that is wrong."""
        text_model = variables.get("AIPROD_GEMINI_TEXT_MODEL", cls.text_model)
        image_model = variables.get("AIPROD_GEMINI_IMAGE_MODEL", cls.image_model)
        speech_model = variables.get("AIPROD_GEMINI_SPEECH_MODEL", cls.speech_model)
        largest = variables.get("AIPROD_GEMINI_IMAGE_SIZE", cls.largest_image).upper()
        if largest not in SIZES:
            raise InvalidInput(
                f"AIPROD_GEMINI_IMAGE_SIZE is {largest!r}; give one of {', '.join(SIZES)}"
            )
        # What has no price is not bought.
        for kind, model in (("text", text_model), ("speech", speech_model)):
            setting = f"AIPROD_GEMINI_{kind.upper()}_MODEL"
            need_price(setting, NAME, kind, "input", model)
            need_price(setting, NAME, kind, "output", model)
        for size in sizes_up_to(largest):
            setting = f"AIPROD_GEMINI_IMAGE_MODEL with AIPROD_GEMINI_IMAGE_SIZE {largest}"
            need_price(setting, NAME, "image", image_model, size)
        voice = variables.get("AIPROD_GEMINI_VOICE", cls.voice_id)
        if voice not in VOICES and not voice.startswith("voice_"):
            raise InvalidInput(
                f"AIPROD_GEMINI_VOICE is {voice!r}; give one of {', '.join(VOICES)}, or the id of "
                "a voice of your own, voice_..."
            )
        return cls(
            door=Door.configured(variables),
            text_model=text_model,
            image_model=image_model,
            largest_image=largest,
            speech_model=speech_model,
            voice_id=voice,
            most_scenes=_whole(variables, "AIPROD_GEMINI_SCENES", cls.most_scenes, MOST_SCENES),
            most_open=_whole(variables, "AIPROD_GEMINI_CALLS", cls.most_open, 100),
        )

    @property
    def key_name(self) -> str:
        """The variable that has what opens the door."""
        return VERTEX_KEY if self.door.is_vertex else KEY

    @property
    def base_url(self) -> str:
        """Where its API begins."""
        return self.door.base_url

    def choices(self, stage: Stage) -> Iterator[Choice]:
        """What it can be cast for."""
        if stage is Stage.SCRIPT:
            settings: dict[str, Any] = {"most_scenes": self.most_scenes}
            yield Choice(NAME, self.text_model, ("prompt", "language"), settings)
        elif stage is Stage.VOICE:
            needs = ("text", "language", "voice_id", "speed")
            yield Choice(NAME, self.speech_model, needs, {"default_voice_id": self.voice_id})
        elif stage is Stage.VISUAL:
            settings = {"largest_image": self.largest_image}
            yield Choice(NAME, self.image_model, ("prompt", "width", "height"), settings)

    @property
    def longest_piece(self) -> int:
        """Characters of a narration that are asked for in one request."""
        return LONGEST_PIECE

    def quote_usd(self, stage: Stage, params: Mapping[str, Any]) -> float:
        """What one call costs at most. Of the repair of a script, `params` have `text` and
        `mistakes`, too."""
        if stage is Stage.SCRIPT:
            return self._usd("text", self.text_model, (most_tokens_in(params), MOST_TOKENS))
        if stage is Stage.VOICE:
            tokens = most_tokens(params["text"], params["language"], params["speed"])
            return self._usd("speech", self.speech_model, tokens)
        if stage is Stage.VISUAL:
            size = size_for(params["width"], params["height"], self.largest_image)
            return price(NAME, "image", self.image_model, size).of(1)
        raise ValueError(f"{NAME} makes no {stage.value}")

    def cost_usd(self, kind: str, model: str, generation: Generation) -> float | None:
        """What an answer cost, by the tokens that it counts; None: it does not count them."""
        return None if generation.tokens is None else self._usd(kind, model, generation.tokens)

    def open(self, access: Access) -> "GeminiSession":
        """A session, which asks for its key with every request."""
        return GeminiSession(self, access)

    def _usd(self, kind: str, model: str, tokens: tuple[int, int]) -> float:
        asked, made = tokens
        return (
            price(NAME, kind, "input", model).of(asked)
            + price(NAME, kind, "output", model).of(made)
        )  # fmt: skip


class GeminiSession:
    """Requests to Gemini. Safe for several threads. Every method is one call that is paid for, and
    raises `ProviderError` of the kind, with whether it was charged."""

    def __init__(self, config: Gemini, access: Access) -> None:
        self._config = config
        self._wire = Wire(
            NAME, config.door, access, silence_s=config.silence_s, total_s=config.total_s
        )

    def plan(self, commission: Commission) -> Written:
        """Writes the plan of a video: JSON for `check_plan`, which may find mistakes in it."""
        return self._written(plan_request(commission))

    def repair(self, commission: Commission, text: str, mistakes: Sequence[str]) -> Written:
        """Writes a plan anew, without the mistakes that `check_plan` found in it."""
        return self._written(repair_request(commission, text, mistakes))

    def draw(self, scenery: Scenery) -> Picture:
        """Draws a still picture: PNG or JPEG, in the ratio and size nearest to the frame."""
        config = self._config
        made = generate(
            self._wire,
            config.image_model,
            picture_request(scenery, config.largest_image),
            "a picture",
        )
        data, suffix = picture_in(made, NAME)
        return Picture(data, suffix, made.request_id)

    def speak(self, line: Line) -> Sound:
        """Speaks a piece: mono 16-bit WAV at 24 kHz, without times of its words."""
        model = self._config.speech_model
        body = speech_request(line, model, line.voice_id or self._config.voice_id)
        made = generate(self._wire, model, body, "speech")
        return Sound(
            speech_in(made, NAME),
            ".wav",
            (),
            made.request_id,
            self._config.cost_usd("speech", model, made),
        )

    def close(self) -> None:
        """Lets go of the connections."""
        self._wire.close()

    def _written(self, body: Mapping[str, Any]) -> Written:
        model = self._config.text_model
        made = generate(self._wire, model, body, "a plan")
        if not made.text.strip():
            raise ProviderUnusable(f"{NAME} sent an empty plan", charged=Charged.YES, provider=NAME)
        return Written(made.text, made.request_id, self._config.cost_usd("text", model, made))


def _whole(variables: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = variables.get(name, str(default))
    is_number = text.isascii() and text.isdigit() and len(text) <= 6
    if not is_number or not 1 <= int(text) <= most:
        raise InvalidInput(f"{name} is {text!r}; give a whole number, 1 to {most}")
    return int(text)
