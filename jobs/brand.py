"""A brand kit: what makes videos of one sender look alike."""

import re
from enum import Enum
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from jobs.colors import HexColor
from jobs.contrast import LEAST, contrast
from jobs.model import Lax, Model, refusal
from jobs.scene import Clip, Image
from jobs.uri import MediaUri, media_uri

_FONT_FILE = re.compile(r"\.(ttf|otf)$|^[a-z]+://", re.I)


class Corner(Enum):
    """Where a logo stands."""

    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"


class Logo(Model):
    """A picture over every frame, within the safe area."""

    uri: MediaUri = Field(
        description="The logo, best a PNG with transparency: a path, or a gs:// or https:// "
        "address."
    )
    corner: Annotated[Corner, Lax] = Field(
        default=Corner.TOP_RIGHT, description="Where it stands; below, over the captions."
    )
    width: Annotated[float, Field(ge=0.02, le=0.4)] = Field(
        default=0.12, description="Its width, as a share of the width of the picture."
    )
    opacity: Annotated[float, Field(ge=0.05, le=1)] = Field(
        default=1.0, description="1 as it is, less lets the picture through."
    )
    margin: Annotated[float, Field(ge=0, le=0.2)] = Field(
        default=0.0,
        description="How far inside the safe area, as a share of the shorter side of the picture.",
    )


class Colors(Model):
    """The colours of drawn text and of what is behind it."""

    primary: HexColor = Field(
        default="#ffd23f",
        description="What stands out: the edge of lower thirds, the rule of titles, the spoken "
        "word of karaoke captions.",
    )
    text: HexColor = Field(default="#ffffff", description="Letters of titles and lower thirds.")
    background: HexColor = Field(
        default="#101014",
        description="Behind titles and lower thirds; at least 4.5:1 from text.",
        validate_default=True,
    )

    @field_validator("background")
    @classmethod
    def _can_be_read_on(cls, value: str, info: ValidationInfo) -> str:
        text = info.data.get("text")
        if text and (ratio := contrast(text, value)) < LEAST:
            raise refusal(
                f"has a contrast of {ratio:.1f}:1 to text ({text})",
                f"colours that have {LEAST}:1 or more",
            )
        return value


def _font(name: str, info: ValidationInfo) -> str:
    if not name.strip() or not name.isprintable():
        raise refusal("names no font", "a font family, or a .ttf or .otf file")
    return media_uri(name, info) if is_font_file(name) else " ".join(name.split())


def is_font_file(name: str) -> bool:
    """Whether a font is named by its file, and not by its family."""
    return bool(_FONT_FILE.search(name))


FontName = Annotated[str, Field(max_length=4096, examples=["Noto Sans"]), AfterValidator(_font)]


class Fonts(Model):
    """Fonts by family, as installed where videos are made, or by file."""

    titles: FontName | None = Field(
        default=None, description="Of titles and lower thirds: a family, or a .ttf or .otf file."
    )
    captions: FontName | None = Field(
        default=None, description="Of captions: a family, or a .ttf or .otf file."
    )


Bookend = Annotated[Image | Clip, Field(discriminator="type")]


class Brand(Model):
    """A brand kit. In a job file, it may be the path of a JSON file that has it."""

    logo: Logo | None = Field(default=None, description="A picture over every frame.")
    colors: Colors | None = Field(default=None, description="Colours of drawn text.")
    fonts: Fonts = Field(default=Fonts(), description="Fonts of drawn text.")
    intro: Bookend | None = Field(
        default=None,
        description="An image or a clip before the first scene, without captions.",
    )
    outro: Bookend | None = Field(
        default=None,
        description="An image or a clip behind the last scene, without captions.",
    )
