"""Veo: films of four to eight seconds, made by an operation of Vertex AI that is asked after.

The contract, how sure it is, prices and terms: docs/providers/google-media.md.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from jobs.casting import Choice
from jobs.errors import Charged, ContentRefused, InvalidInput, ProviderError, ProviderUnusable
from jobs.stages import Stage
from providers.gemini.formats import long_enough, nearest_ratio, nearest_resolution, up_to
from providers.gemini.kinds import film_suffix
from providers.gemini.waiting import wait_for
from providers.gemini.wire import TERMS, VERTEX_KEY, Door, Wire
from providers.prices import need_price, price
from providers.remote import Answer
from providers.service import Access, Call, Pause
from providers.settings import one_of, seed, whole
from providers.takes import Picture, Scenery

NAME = "veo"
RESOLUTIONS = ("720p", "1080p", "4k")
LENGTHS_S = (4, 6, 8)
MOST_BYTES = 256 * 2**20  # eight seconds of 4K, as base64
# A film is a picture behind a text that is set elsewhere.
UNWANTED = "text, captions, subtitles, letters, watermark, logo, split screen"
_REFUSALS = re.compile(r"safety|polic|prohibited|sensitive|guideline|violat|filtered", re.I)
_NOT_CHARGED = re.compile(r"(not|n't) be charged", re.I)


@dataclass(frozen=True)
class Veo:
    """Configuration.

    Attributes:
      door: Vertex AI; Veo has no other.
      largest: The largest resolution that is asked for; a smaller video gets a smaller film.
      seed: What makes films alike that are ordered alike; None: every film is another.
      most_open: Calls that may be under way together.
      every_s, at_most_s: How long to wait between two questions, and for the film at all.
      silence_s, total_s: The longest wait for a byte, and for a whole answer with a film in it.
    """

    door: Door
    model: str = "veo-3.1-generate-001"
    largest: str = "1080p"
    seed: int | None = None
    most_open: int = 10
    every_s: float = 15.0
    at_most_s: float = 900.0
    silence_s: float = 60.0
    total_s: float = 300.0

    KEY: ClassVar[str] = VERTEX_KEY
    licence: ClassVar[str] = TERMS

    @classmethod
    def configured(cls, variables: Mapping[str, str]) -> "Veo":
        """From settings `AIPROD_VEO_...` and those of Vertex AI. Raises `InvalidInput`."""
        model = variables.get("AIPROD_VEO_MODEL", cls.model)
        if not model.startswith("veo-"):  # the price book has films of Omni, too
            raise InvalidInput(
                f"AIPROD_VEO_MODEL is {model!r}; give a model of Veo, such as {cls.model}"
            )
        largest = one_of(variables, "AIPROD_VEO_RESOLUTION", cls.largest, RESOLUTIONS)
        for resolution in up_to(largest, RESOLUTIONS):
            need_price("AIPROD_VEO_MODEL", "gemini", "video", model, resolution)
        return cls(
            door=Door.vertex(variables, "AIPROD_VEO_URL"),
            model=model,
            largest=largest,
            seed=seed(variables, "AIPROD_VEO_SEED"),
            most_open=whole(variables, "AIPROD_VEO_CALLS", cls.most_open, 1, 100),
        )

    @property
    def key_name(self) -> str:
        """The variable that has its token."""
        return VERTEX_KEY

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
        # The price is that of a film with sound: nobody says what one without costs.
        return price("gemini", "video", self.model, resolution).of(
            long_enough(params["length_s"], LENGTHS_S)
        )

    def resolution(self, width: int, height: int) -> str:
        """Of a film for a video of this size."""
        return nearest_resolution(width, height, up_to(self.largest, RESOLUTIONS))

    def order(self, scenery: Scenery) -> dict[str, Any]:
        """The body of the request for a film."""
        parameters: dict[str, Any] = {
            "sampleCount": 1,
            "durationSeconds": long_enough(scenery.duration_s, LENGTHS_S),
            "aspectRatio": nearest_ratio(scenery.width, scenery.height),
            "resolution": self.resolution(scenery.width, scenery.height),
            "generateAudio": False,  # the video has its own sound
            "personGeneration": "allow_adult",
            "negativePrompt": UNWANTED,
        }
        if self.seed is not None:
            parameters["seed"] = self.seed
        return {"instances": [{"prompt": scenery.prompt}], "parameters": parameters}

    def open(self, access: Access) -> "VeoSession":
        """A session, which asks for its token with every request."""
        return VeoSession(self, access)


class VeoSession:
    """Requests to Veo. Safe for several threads."""

    def __init__(self, config: "Veo", access: Access) -> None:
        self._config = config
        self._wire = Wire(
            NAME, config.door, access, silence_s=config.silence_s, total_s=config.total_s
        )

    def film(self, scenery: Scenery, call: Call) -> Picture:
        """A clip without sound, MP4 at 24 frames a second; as long as is wished, if it can be.

        Raises:
          ProviderError: Of the kind, with whether it was charged.
        """
        config, remote_id = self._config, call.remote_id
        if remote_id is None:
            answer = self._wire.ask(
                "POST",
                self._wire.model_path(config.model, "predictLongRunning"),
                is_paid=True,
                body=config.order(scenery),
            )
            remote_id = _operation_name(answer)
            call.started(remote_id)
            call.pause(config.every_s)
        operation = self._await(remote_id, call.pause)
        film = _film(operation)
        try:
            data = base64.b64decode(film.get("bytesBase64Encoded") or "", validate=True)
        except (ValueError, TypeError) as error:
            raise _unusable("a film that is no base64") from error
        return Picture(
            data, film_suffix(NAME, data), remote_id, seed=config.seed,
            ordered_s=long_enough(scenery.duration_s, LENGTHS_S),
        )  # fmt: skip

    def close(self) -> None:
        """Lets go of the connections."""
        self._wire.close()

    def _await(self, name: str, pause: Pause) -> dict[str, Any]:
        path = self._wire.model_path(self._config.model, "fetchPredictOperation")

        def look() -> dict[str, Any] | None:
            answer = self._wire.ask(
                "POST",
                path,
                is_paid=False,
                body={"operationName": name},
                most_bytes=MOST_BYTES,
            )
            operation = _object(answer, Charged.NO)
            return operation if operation.get("done") or "error" in operation else None

        return wait_for(
            NAME, look, pause, every_s=self._config.every_s, at_most_s=self._config.at_most_s
        )


def _operation_name(answer: Answer) -> str:
    name = _object(answer, Charged.YES).get("name")
    if not isinstance(name, str) or "/operations/" not in name:
        raise _unusable("no name of an operation")
    return name


def _film(operation: Mapping[str, Any]) -> dict[str, Any]:
    """The film of an operation that is done. Raises what became of it otherwise."""
    error = operation.get("error")
    try:
        if error:
            raise _failed(str(error.get("code"))[:20], str(error.get("message")))
        response = operation["response"]
        if response.get("raiMediaFilteredCount"):
            reasons = " ".join(map(str, response.get("raiMediaFilteredReasons") or ()))
            raise _refused(reasons)
        return dict(response["videos"][0])
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as problem:
        raise _unusable("an operation without a film") from problem


def _failed(code: str, message: str) -> ProviderError:
    """The error of work that came to nothing. It is over: asked again, it says the same."""
    if _REFUSALS.search(message):
        return _refused(message)
    return _unusable(f"a film that could not be made (code {code})")


def _refused(said: str) -> ContentRefused:
    charged = Charged.NO if _NOT_CHARGED.search(said) else Charged.YES
    return ContentRefused(
        f"{NAME} refused to make a film of this prompt", charged=charged, provider=NAME
    )


def _object(answer: Answer, charged: Charged) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError as error:
        raise _unusable("something else than JSON", charged) from error
    if not isinstance(found, dict):
        raise _unusable("something else than an object", charged)
    return found


def _unusable(what: str, charged: Charged = Charged.YES) -> ProviderUnusable:
    return ProviderUnusable(f"{NAME} sent {what}", charged=charged, provider=NAME)
