"""How captions look: size of the type, place on the frame, reading width."""

from dataclasses import dataclass

from media.fonts import OwnFont, cjk_region
from media.text_style import GOLD


@dataclass(frozen=True)
class CaptionLook:
    """How captions look on a frame of some size.

    Sizes follow the shape of the frame: 16:9 has about 42 characters a line above the bottom
    margin; tall frames about 25, in larger type at two thirds of the height, clear of what apps lay
    over video: their buttons take a ninth of the width on the right, their texts a fifth of the
    height below.

    Attributes:
      kind: `block` (white on a dark box) or `karaoke` (outlined, the spoken word lit).
      width, height: Of the frame, in pixels, even.
      language: BCP 47 tag; decides forms of Han characters and the reading direction.
      lit: Colour of the spoken word, `#rrggbb`.
      own: Font of the brand.
    """

    kind: str
    width: int
    height: int
    language: str = "en"
    lit: str = GOLD
    own: OwnFont | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("block", "karaoke"):
            raise ValueError(f"captions are block or karaoke, not {self.kind!r}")
        if min(self.width, self.height) < 16 or self.width % 2 or self.height % 2:
            raise ValueError(f"a frame of {self.width}x{self.height} cannot carry captions")

    @property
    def em_px(self) -> float:
        """Size of the type."""
        share = 0.052 if self._aspect > 1.2 else 0.048 if self._aspect > 0.9 else 0.054
        larger = 1.14 if self.is_karaoke else 1.0
        return share * min(self.width, self.height) * larger

    @property
    def text_width(self) -> float:
        """Widest a line may be, in pixels."""
        if self._is_tall:
            # With its box or outline, and as far from the left edge as from the right.
            width = 0.78 * self.width - (0.3 if self.is_karaoke else 1.0) * self.em_px
        else:
            width = (0.74 if self._aspect > 1.2 else 0.8) * self.width
        # 16 to 18 wide characters are a line in Chinese, Japanese and Korean.
        return min(width, 18 * self.em_px) if cjk_region(self.language) else width

    @property
    def is_karaoke(self) -> bool:
        return self.kind == "karaoke"

    @property
    def outline_px(self) -> float:
        return 0.075 * self.em_px if self.is_karaoke else 0.0

    @property
    def _aspect(self) -> float:
        return self.width / self.height

    @property
    def _is_tall(self) -> bool:
        return self._aspect < 0.7

    @property
    def top(self) -> float:
        """Where two lines of captions begin, in pixels from the top of the frame."""
        # The tallest lines are 1.6 em apart; ascenders and the box stand 1.3 em over a baseline.
        return self.baselines(2, 1.6 * self.em_px)[0] - 1.3 * self.em_px

    def baselines(self, lines: int, pitch_px: float) -> tuple[float, ...]:
        """Where lines stand, top to bottom, in pixels from the top of the frame."""
        if self._is_tall:
            first = 0.68 * self.height + 0.36 * self.em_px - (lines - 1) * pitch_px / 2
        else:
            margin = 0.08 if self._aspect > 1.2 else 0.12
            last = (1 - margin) * self.height - 0.5 * self.em_px
            first = last - (lines - 1) * pitch_px
        return tuple(first + number * pitch_px for number in range(lines))
