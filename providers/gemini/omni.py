"""Gemini Omni: films of up to fifteen seconds, through the Interactions API.

The contract, how sure it is, prices and terms: docs/providers/google-media.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from jobs.casting import Choice
from jobs.errors import InvalidInput
from jobs.stages import Stage
from providers.gemini.formats import (
    SIDES,
    long_enough,
    nearest_ratio,
    nearest_resolution,
    up_to,
)
from providers.gemini.interactions import Interactions
from providers.gemini.kinds import film_suffix
from providers.gemini.wire import KEY, TERMS, VERTEX_KEY, Door, Wire
from providers.prices import price
from providers.service import Access, Call
from providers.settings import one_of, seconds, seed, whole
from providers.takes import Picture, Scenery

NAME = "omni"
RESOLUTIONS = tuple(SIDES)
# Seconds of a film, by model.
LENGTHS_S = {
    "gemini-omni-1.2-flash": range(3, 16),
    "gemini-omni-1.1-flash": range(3, 11),
    "gemini-omni-1.1-flash-preview": range(3, 11),  # its name on Vertex AI
}
# There is no field for what is not wanted, and left alone the model cuts between several shots.
MANNER = (
    "In a single continuous shot without cuts. "
    "No captions, no subtitles, no lettering, no dialogue, no music."
)


@dataclass(frozen=True)
class Omni:
    """Configuration.

    Attributes:
      largest: The largest resolution that is asked for; a smaller video gets a smaller film.
      seed: What makes films alike that are ordered alike; None: every film is another.
      most_open: Calls that may be under way together.
      every_s, at_most_s: How long to wait between two questions, and for the film at all.
      silence_s, total_s: The longest wait for a byte, and for a whole answer with a film in it.
    """

    door: Door
    model: str = "gemini-omni-1.2-flash"
    largest: str = "1080p"
    seed: int | None = None
    most_open: int = 4
    every_s: float = 10.0
    at_most_s: float = 600.0
    silence_s: float = 60.0
    total_s: float = 300.0

    KEY: ClassVar[str] = KEY
    licence: ClassVar[str] = TERMS

    @classmethod
    def configured(cls, variables: Mapping[str, str]) -> "Omni":
        """From settings `AIPROD_OMNI_...` and those of Gemini. Raises `InvalidInput`."""
        model = variables.get("AIPROD_OMNI_MODEL", cls.model)
        if model not in LENGTHS_S:
            raise InvalidInput(
                f"AIPROD_OMNI_MODEL is {model!r}; give one of {', '.join(LENGTHS_S)}"
            )
        largest = one_of(variables, "AIPROD_OMNI_RESOLUTION", cls.largest, RESOLUTIONS)
        for resolution in up_to(largest, RESOLUTIONS):
            price("gemini", "video", model, resolution)  # what has no price is not bought
        return cls(
            door=Door.configured(variables, "AIPROD_OMNI_URL"),
            model=model,
            largest=largest,
            seed=seed(variables, "AIPROD_OMNI_SEED"),
            most_open=whole(variables, "AIPROD_OMNI_CALLS", cls.most_open, 1, 100),
            every_s=seconds(variables, "AIPROD_OMNI_EVERY_S", cls.every_s),
        )

    @property
    def key_name(self) -> str:
        """The variable that has what opens the door."""
        return VERTEX_KEY if self.door.is_vertex else KEY

    def choices(self, stage: Stage) -> Iterator[Choice]:
        """What it can be cast for."""
        if stage is Stage.VISUAL:
            needs = ("prompt", "width", "height", "length_s")
            settings = {"largest": self.largest, "seed": self.seed}
            yield Choice(NAME, self.model, needs, settings, is_automatic=False)

    def quote_usd(self, stage: Stage, params: Mapping[str, Any]) -> float:
        """What making something costs at most."""
        if stage is not Stage.VISUAL:
            raise ValueError(f"{NAME} makes no {stage.value}")
        resolution = self.resolution(params["width"], params["height"])
        length_s = self.seconds(params["length_s"])
        return price("gemini", "video", self.model, resolution).of(length_s)

    def resolution(self, width: int, height: int) -> str:
        """Of a film for a video of this size."""
        return nearest_resolution(width, height, up_to(self.largest, RESOLUTIONS))

    def seconds(self, wanted_s: float | None) -> int:
        """The length of a film for a scene of this length."""
        return long_enough(wanted_s, LENGTHS_S[self.model])

    def order(self, scenery: Scenery) -> dict[str, Any]:
        """The body of the request for a film."""
        generation: dict[str, Any] = {"video_config": {"task": "text_to_video"}}
        if self.seed is not None:
            generation["seed"] = self.seed
        film = {
            "type": "video",
            "aspect_ratio": nearest_ratio(scenery.width, scenery.height),
            "resolution": self.resolution(scenery.width, scenery.height),
            "duration": f"{self.seconds(scenery.duration_s)}s",
        }
        if not self.door.is_vertex:  # there it would need a bucket
            film["delivery"] = "uri"  # an answer holds no more than 4 MB inline
        return {
            "model": self.model,
            "input": f"{scenery.prompt}\n\n{MANNER}",
            "background": True,
            "response_format": film,
            "generation_config": generation,
        }

    def open(self, access: Access) -> "OmniSession":
        """A session, which asks for its key with every request."""
        return OmniSession(self, access)


class OmniSession:
    """Requests for films. Safe for several threads."""

    def __init__(self, config: Omni, access: Access) -> None:
        self._config = config
        self._wire = Wire(
            NAME, config.door, access, silence_s=config.silence_s, total_s=config.total_s
        )
        self._interactions = Interactions(self._wire, config.every_s, config.at_most_s)

    def film(self, scenery: Scenery, call: Call) -> Picture:
        """A clip with sound of its own, MP4 at 24 frames a second; as long as is wished, if it can
        be.

        Raises:
          ProviderError: Of the kind, with whether it was charged.
        """
        body = self._config.order(scenery)
        made = self._interactions.make(body, "video", call)
        suffix = film_suffix(NAME, made.data)
        return Picture(
            made.data, suffix, made.request_id, seed=self._config.seed,
            ordered_s=self._config.seconds(scenery.duration_s),
        )  # fmt: skip

    def close(self) -> None:
        """Lets go of the connections."""
        self._wire.close()
