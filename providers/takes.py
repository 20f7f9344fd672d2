"""What sessions of remote services take and give: text in, media as it came out."""

from collections.abc import Callable
from dataclasses import dataclass, field

GENERATED = "trainedAlgorithmicMedia"  # IPTC: by a model


@dataclass(frozen=True)
class Line:
    """A piece of narration to be spoken in one call.

    Attributes:
      language: BCP 47 tag.
      voice_id: A voice of the provider; None: the one it is configured with.
      speed: 1 is the natural rate.
      before, after: What the same voice says around it: for its tone, not spoken.
    """

    text: str
    language: str
    voice_id: str | None
    speed: float
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Sound:
    """Audio as a service sent it, with what is to be known of it.

    Attributes:
      suffix: What kind of file it is: `.wav`, `.mp3`.
      marks: Where in the text and when, in seconds from its start, something begins to be said.
      request_id: The service's own name of the request.
      cost_usd: What it says that it charged; None: it does not say.
      model: What made it, where that was chosen when it was asked for.
      licence, attribution: Of what was found rather than made.
      is_verified: Whether the rights to it are documented.
      source_type: Digital source type of IPTC.
      others: What came beside it and is paid for, too.
    """

    data: bytes = field(repr=False)
    suffix: str
    marks: tuple[tuple[int, float], ...] = ()
    request_id: str = ""
    cost_usd: float | None = None
    model: str = ""
    title: str = ""
    licence: str = ""
    attribution: tuple[str, ...] = ()
    seed: int | None = None
    is_verified: bool = True
    source_type: str = GENERATED
    others: tuple["Sound", ...] = ()


@dataclass(frozen=True)
class Offer:
    """A sound that may be had, the best of several first.

    Attributes:
      name: Whose it is and where it is found, for messages.
      bring: Makes or fetches it. Raises `ProviderError`.
    """

    name: str
    bring: Callable[[], Sound]


@dataclass(frozen=True)
class Picture:
    """A picture or clip as a service sent it.

    Attributes:
      suffix: `.png`, `.jpg`, `.mp4`.
      ordered_s: How long a clip was ordered.
    """

    data: bytes = field(repr=False)
    suffix: str
    request_id: str = ""
    cost_usd: float | None = None
    seed: int | None = None
    licence: str = ""
    attribution: tuple[str, ...] = ()
    source_type: str = GENERATED
    ordered_s: float | None = None


@dataclass(frozen=True)
class Music:
    """A piece of music to be composed, without singing. `duration_s`: how long it is needed; a
    service that cannot be told gives what it likes."""

    prompt: str
    duration_s: float


@dataclass(frozen=True)
class Scenery:
    """Something to be seen. `width`, `height`: pixels of the video; a service that has only some
    formats takes the nearest. `duration_s`: of a clip; None: a still picture."""

    prompt: str
    width: int
    height: int
    duration_s: float | None = None


@dataclass(frozen=True)
class Commission:
    """A script to be written. `prompt`: what the video is about, or a draft of its script;
    `language`: BCP 47 tag of what is said in it."""

    prompt: str
    language: str
    most_scenes: int


@dataclass(frozen=True)
class Written:
    """Text as a service sent it."""

    text: str = field(repr=False)
    request_id: str = ""
    cost_usd: float | None = None
