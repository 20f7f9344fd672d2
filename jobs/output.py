"""The finished file: its size, rate, quality, loudness and captions."""

from enum import Enum
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from jobs.formats import Format
from jobs.model import Lax, Model, Once, Unique, refusal


class AspectRatio(Enum):
    """Width to height of the picture."""

    WIDE = "16:9"
    TALL = "9:16"
    SQUARE = "1:1"
    PORTRAIT = "4:5"

    @property
    def parts(self) -> tuple[int, int]:
        """Width and height as the smallest whole numbers."""
        width, height = self.value.split(":")
        return int(width), int(height)


class Quality(Enum):
    """How much time the encoder takes: `draft` x264 veryfast, `standard` medium at crf 20."""

    DRAFT = "draft"
    STANDARD = "standard"


class Loudness(Enum):
    """Loudness of the finished sound, by destination.

    web: streaming services; podcast: Apple Podcasts; ebu: EBU R 128; atsc: ATSC A/85.
    """

    WEB = "web"
    PODCAST = "podcast"
    EBU = "ebu"
    ATSC = "atsc"

    @property
    def lufs(self) -> float:
        """Integrated loudness, in LUFS (ITU-R BS.1770)."""
        return {"web": -14.0, "podcast": -16.0, "ebu": -23.0, "atsc": -24.0}[self.value]

    @property
    def peak_dbtp(self) -> float:
        """Highest true peak, in dBTP."""
        return -2.0 if self is Loudness.ATSC else -1.0


class CaptionStyle(Enum):
    """How captions look in the picture."""

    BLOCK = "block"
    KARAOKE = "karaoke"


class SidecarFormat(Enum):
    """Format of a caption file beside the video."""

    SRT = "srt"
    VTT = "vtt"


def _is_false(value: object) -> bool:
    return value is False


class Captions(Model):
    """The narration as text: in the picture, and in files beside it."""

    burn_in: bool = Field(default=True, description="Whether captions are drawn into the picture.")
    style: Annotated[CaptionStyle, Lax] = Field(
        default=CaptionStyle.BLOCK,
        description="block shows whole lines; karaoke marks each word as it is spoken.",
    )
    sidecar: Annotated[tuple[Annotated[SidecarFormat, Lax], ...], Lax, Unique, Once] = Field(
        default=(SidecarFormat.SRT, SidecarFormat.VTT),
        description="Caption files to write; [] for none.",
    )
    soft: bool = Field(
        default=False,
        description="Whether the mp4 has the captions as a track, too, which players can show.",
        exclude_if=_is_false,
    )


def _exact_rate(fps: Any) -> Any:
    if isinstance(fps, float):
        for rate in (24, 30, 60):
            if abs(fps - rate / 1.001) < 0.006:
                raise refusal("is a rounded rate", f'"{rate}000/1001", which is exact')
    return fps


class Output(Model):
    """The finished video."""

    aspect_ratio: Annotated[AspectRatio, Lax] = Field(
        default=AspectRatio.WIDE, description="Width to height of the picture."
    )
    height: Annotated[int, Field(ge=144, le=2160, multiple_of=2)] = Field(
        default=1080,
        description="The shorter side of the picture, in pixels: 1080 gives 1920x1080 at 16:9, "
        "1080x1920 at 9:16, 1080x1080 at 1:1 and 1080x1350 at 4:5.",
    )
    fps: Annotated[
        Literal[24, 25, 30, 50, 60, "24000/1001", "30000/1001", "60000/1001"],
        BeforeValidator(_exact_rate),
    ] = Field(default=30, description="Frames a second; 29.97 is written 30000/1001.")
    quality: Annotated[Quality, Lax] = Field(
        default=Quality.STANDARD, description="draft encodes quickly; standard looks better."
    )
    loudness: Annotated[Loudness, Lax] = Field(
        default=Loudness.WEB,
        description="web -14 LUFS and at most -1 dBTP, podcast -16 and -1, ebu -23 and -1, "
        "atsc -24 and -2.",
    )
    stems: bool = Field(
        default=False,
        description="Whether voice, music and effects are delivered as files of their own, too.",
        exclude_if=_is_false,
    )
    formats: Annotated[
        tuple[Annotated[Format, Lax], ...], Lax, Field(min_length=1), Unique, Once
    ] = Field(
        default=(Format.MP4,),
        description="What is delivered: mp4 the film, hls a stream in several sizes, webm AV1 and "
        "Opus, m4a the sound, gif and webp a preview of some seconds, sheet a page of frames. "
        "What is left out is not delivered, the mp4 neither.",
    )

    @field_validator("formats")
    @classmethod
    def _has_a_whole_video(cls, formats: tuple[Format, ...]) -> tuple[Format, ...]:
        if all(one.is_preview for one in formats):
            raise refusal("has previews only", "one of mp4, hls, webm, m4a, too")
        return formats

    strict: bool = Field(
        default=False,
        description="Whether a video in which something is found wanting, such as a character that "
        "no font has, fails instead of being delivered with a note.",
        exclude_if=_is_false,
    )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, both even (4:2:0 halves them); `height` is the shorter."""
        across, down = self.aspect_ratio.parts
        short, long = min(across, down), max(across, down)
        longer = 2 * ((self.height * long + short) // (2 * short))
        return (longer, self.height) if across >= down else (self.height, longer)

    @property
    def frame_rate(self) -> Fraction:
        """Frames a second, exactly."""
        return Fraction(self.fps)
