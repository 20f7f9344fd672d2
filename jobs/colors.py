"""Colours in the job document."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from jobs.model import refusal


def _color(color: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", color):
        raise refusal("is not a colour", "six hexadecimal digits after #, such as #1a2b3c")
    return color.lower()


HexColor = Annotated[
    str,
    AfterValidator(_color),
    Field(json_schema_extra={"pattern": "^#[0-9a-fA-F]{6}$", "examples": ["#1a2b3c"]}),
]
"""An sRGB colour as `#rrggbb`, in lower case."""
