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
      has_ground: Whether a title stands on its background alone, with no need of a shadow.
      font: Family of the font; empty for the usual one.
      font_file: Blob name of a font file, which goes before the family.
    """

    text: str = WHITE
    accent: str = GOLD
    background: str = NIGHT
    has_ground: bool = False
    font: str = ""
    font_file: str = ""
