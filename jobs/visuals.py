"""Where generated pictures come from."""

from enum import Enum
from typing import Annotated

from pydantic import Field

from jobs.model import Lax, Model


class VisualProviderName(Enum):
    """Who can make pictures (`local`, `gemini`) or moving ones (`omni`, `veo`); `auto` is the first
    maker of pictures that is configured, at last the local painter."""

    AUTO = "auto"
    LOCAL = "local"
    GEMINI = "gemini"
    OMNI = "omni"
    VEO = "veo"


class Visuals(Model):
    """Where the pictures that are made from prompts come from."""

    provider: Annotated[VisualProviderName, Lax] = Field(
        default=VisualProviderName.AUTO,
        description="Who makes them. auto takes the first provider that is configured.",
    )
