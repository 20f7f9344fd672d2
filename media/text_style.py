"""Colours and font of drawn text, as a brand kit may choose them."""

from dataclasses import dataclass

WHITE, GOLD, NIGHT = "#ffffff", "#ffd23f", "#101014"


@dataclass(frozen=True)
class TextStyle:
    """What text looks like; sRGB colours as `#rrggbb`.

    Attributes:
      text: Colour of the letters.
      accent: Of what stands out: the spoken word, a rule, the edge of a lower third.
      background: Of the box of a lower third.
    """

    text: str = WHITE
    accent: str = GOLD
    background: str = NIGHT
