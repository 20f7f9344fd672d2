"""Text that belongs to a shot and goes under its transitions: titles and lower thirds."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.caption_look import CaptionLook
from media.collisions import Placed
from media.drawn_text import DrawnText
from media.entrance import pose
from media.lettering import draw_title
from media.lower_third import LowerThirdLayout, draw_lower_third, lay_out_lower_third
from media.overlay import Overlay
from media.own_fonts import own_font
from media.planes import Planes
from media.run import Workspace
from media.sprite import Area
from media.text_style import TextStyle

_RISE, _PUSH = 0.03, 0.04  # how far text moves, of the frame's height and width
_PLAIN = TextStyle()


@dataclass(frozen=True)
class Title:
    """Words drawn over a shot; `language` as in the job document.

    Attributes:
      captions: Style of the captions that are drawn below it; empty without any.
    """

    text: str
    subtitle: str | None = None
    language: str = "en"
    captions: str = ""
    style: TextStyle = _PLAIN


@dataclass(frozen=True)
class LowerThird:
    """A name and a role over a shot.

    Attributes:
      first, frames: When it is seen, in frames of the shot.
      captions: As of a title.
    """

    text: str
    subtitle: str | None
    language: str
    first: int
    frames: int
    captions: str = ""
    style: TextStyle = _PLAIN


class ShotText:
    """The drawn text of one shot.

    Args:
      frame_size: Width and height, even.
      frames: Length of the shot.
      files: Local files by the blob names that styles name.
      logo: What a lower third stands clear of.
    """

    def __init__(
        self,
        space: Workspace,
        frame_size: tuple[int, int],
        rate: Fraction,
        frames: int,
        title: Title | None,
        lower_third: LowerThird | None,
        files: Mapping[str, Path],
        logo: Area | None = None,
    ) -> None:
        self._space, self._size, self._files = space, frame_size, files
        self._rate, self._frames = rate, frames
        self._rise, self._push = (
            _even(share * side) for share, side in ((_RISE, frame_size[1]), (_PUSH, frame_size[0]))
        )
        self._missing: set[str] = set()
        self._bar = self._title = None
        self._first = self._stay = 0
        above = None
        if lower_third:
            layout = self._layout(lower_third, logo)
            above = layout.box.top - layout.em_px / 2
            self._first, self._stay = lower_third.first, lower_third.frames
            self._push *= -1 if layout.is_mirrored else 1
            self._bar = self._overlay(
                draw_lower_third(space, frame_size, layout, lower_third.style)
            )
        if title:
            self._title = self._overlay(self._drawn(title, above))

    @property
    def missing_glyphs(self) -> Set[str]:
        """Characters that no installed font could draw."""
        return self._missing

    def draw(self, frame: int, onto: Planes) -> None:
        """Draws what is seen in a frame of the shot."""
        for opacity, placed in self._placed(frame):
            placed.overlay.draw(onto, opacity, placed.dx, placed.dy)

    def readable(self, frame: int) -> Iterator[Placed]:
        """What can be read in a frame of the shot: what is there by more than half."""
        return (placed for opacity, placed in self._placed(frame) if opacity > 0.5)

    def _placed(self, frame: int) -> Iterator[tuple[float, Placed]]:
        if self._title:
            now = pose(frame, self._frames, self._rate)
            way = -1 if now.leaves else 1  # it rises into its place, and on out of it
            rise = _even(way * now.away * self._rise)
            yield now.opacity, Placed("the title", self._title, dy=rise)
        if self._bar:
            now = pose(frame - self._first, self._stay, self._rate)
            push = _even(-now.away * self._push)
            yield now.opacity, Placed("a lower third", self._bar, dx=push)

    def _layout(self, asked: LowerThird, logo: Area | None) -> LowerThirdLayout:
        floor = _floor(self._size, asked.captions, asked.language)
        own = own_font(asked.style, self._files)
        texts = (asked.text, asked.subtitle or "", asked.language)
        layout = lay_out_lower_third(*self._size, *texts, floor, own)
        if logo and layout.box.meets(logo):
            layout = lay_out_lower_third(*self._size, *texts, logo.top, own)
        return layout

    def _drawn(self, title: Title, above: float | None) -> DrawnText:
        floor = _floor(self._size, title.captions, title.language) if above is None else above
        own = own_font(title.style, self._files)
        texts = (title.text, title.subtitle, title.language)
        return draw_title(self._space, self._size, *texts, floor, title.style, own)

    def _overlay(self, drawn: DrawnText) -> Overlay:
        self._missing.update(drawn.missing_glyphs)
        return Overlay.of(drawn.sprite.x, drawn.sprite.y, drawn.sprite.rgba)


def _floor(size: tuple[int, int], captions: str, language: str) -> float | None:
    """Where captions begin that are drawn below; None where none are."""
    return CaptionLook(captions, *size, language).top if captions else None


def _even(value: float) -> int:
    return round(value / 2) * 2
