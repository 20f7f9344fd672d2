"""A lower third: who is seen, by name and role."""

from typing import Annotated

from pydantic import Field

from jobs.model import Model, Prose


class LowerThird(Model):
    """A name and a role in a bar over the picture, above the captions."""

    text: Annotated[Prose, Field(max_length=80)] = Field(description="Usually a name.")
    subtitle: Annotated[Prose, Field(max_length=120)] | None = Field(
        default=None, description="Smaller text below it: a role, a place."
    )
