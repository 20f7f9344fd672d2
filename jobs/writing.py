"""Who makes scenes of a prompt."""

from enum import Enum
from typing import Annotated

from pydantic import Field

from jobs.model import Lax, Model


class WriterName(Enum):
    """Who can write; `auto` is the first that is configured, at last the local outline."""

    AUTO = "auto"
    LOCAL = "local"
    GEMINI = "gemini"


class Writing(Model):
    """Who makes scenes of the prompt."""

    provider: Annotated[WriterName, Lax] = Field(
        default=WriterName.AUTO,
        description="Who writes. local divides the prompt into scenes and speaks it as it is; "
        "gemini writes a script about it. auto takes the first that is configured.",
    )
