"""How the camera moves over a still picture, and where it looks."""

from enum import Enum
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from jobs.model import Lax, Model

MAX_ZOOM = 4


class Motion(Enum):
    """How the camera moves over a still picture."""

    AUTO = "auto"
    NONE = "none"
    ZOOM_IN = "zoom_in"
    ZOOM_OUT = "zoom_out"
    PAN_LEFT = "pan_left"
    PAN_RIGHT = "pan_right"
    PAN_UP = "pan_up"
    PAN_DOWN = "pan_down"


Focus = Annotated[
    tuple[Annotated[float, Field(ge=0, le=1)], ...],
    Lax,
    Field(min_length=2, max_length=2, json_schema_extra={"examples": [[0.3, 0.4]]}),
]
"""A point of a picture: shares of its width, from the left, and of its height, from the top."""


class CameraView(Model):
    """What is seen at an end of a movement."""

    zoom: Annotated[float, Field(ge=1, le=MAX_ZOOM)] = Field(
        default=1.0, description="How much closer than the largest part that fills the frame."
    )
    focus: Focus | None = Field(
        default=None,
        description="The middle of the view, as shares of width and height of the whole picture, "
        "from its upper left; gives way at the edges. The visual's own when left out.",
    )


class CameraPath(Model):
    """A movement from one view to another."""

    start: CameraView = Field(
        default=CameraView(), description="What is seen first; all that fits when left out."
    )
    end: CameraView = Field(description="What is seen last.")


def _form(value: Any) -> str:
    return "path" if isinstance(value, dict | CameraPath) else "name"


Movement = Annotated[
    Annotated[Motion, Lax, Tag("name")] | Annotated[CameraPath, Tag("path")], Discriminator(_form)
]
"""A name, or an object; which of both it is stands in the place of mistakes, as pydantic has it."""
