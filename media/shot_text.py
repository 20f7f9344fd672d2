"""Text that belongs to a shot and goes under its transitions: titles and lower thirds."""

from collections.abc import Set
from dataclasses import dataclass
from fractions import Fraction

from media.caption_look import CaptionLook
from media.entrance import pose
from media.lettering import draw_title
from media.lower_third import LowerThirdLayout, draw_lower_third, lay_out_lower_third
from media.overlay import Overlay
from media.planes import Planes
from media.run import Workspace
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
    """

    def __init__(
        self,
        space: Workspace,
        frame_size: tuple[int, int],
        rate: Fraction,
        frames: int,
        title: Title | None,
        lower_third: LowerThird | None,
    ) -> None:
        self._rate, self._frames = rate, frames
        self._rise, self._push = (
            round(share * side / 2) * 2
            for share, side in ((_RISE, frame_size[1]), (_PUSH, frame_size[0]))
        )
        self._time = lower_third and (lower_third.first, lower_third.frames)
        self._missing: set[str] = set()
        layout = _layout(frame_size, lower_third)
        self._title = self._drawn_title(space, frame_size, title, layout)
        self._bar = self._drawn_bar(space, frame_size, lower_third, layout)
        if layout and layout.is_mirrored:
            self._push = -self._push

    @property
    def missing_glyphs(self) -> Set[str]:
        """Characters that no installed font could draw."""
        return self._missing

    def draw(self, frame: int, onto: Planes) -> None:
        """Draws what is seen in a frame of the shot."""
        if self._title:
            now = pose(frame, self._frames, self._rate)
            way = -1 if now.leaves else 1  # it rises into its place, and on out of it
            self._title.draw(onto, now.opacity, dy=_even(way * now.away * self._rise))
        if self._bar and self._time:
            first, frames = self._time
            now = pose(frame - first, frames, self._rate)
            self._bar.draw(onto, now.opacity, dx=_even(-now.away * self._push))

    def _drawn_title(
        self,
        space: Workspace,
        size: tuple[int, int],
        title: Title | None,
        below: LowerThirdLayout | None,
    ) -> Overlay | None:
        if title is None:
            return None
        floor = _floor(size, title.captions, title.language)
        if below:
            floor = below.box.top - below.em_px / 2
        drawn = draw_title(
            space, size, title.text, title.subtitle, title.language, floor, title.style
        )
        self._missing.update(drawn.missing_glyphs)
        return Overlay.of(drawn.sprite.x, drawn.sprite.y, drawn.sprite.rgba)

    def _drawn_bar(
        self,
        space: Workspace,
        size: tuple[int, int],
        lower_third: LowerThird | None,
        layout: LowerThirdLayout | None,
    ) -> Overlay | None:
        if not lower_third or not layout:
            return None
        drawn = draw_lower_third(space, size, layout, lower_third.style)
        self._missing.update(drawn.missing_glyphs)
        return Overlay.of(drawn.sprite.x, drawn.sprite.y, drawn.sprite.rgba)


def _layout(size: tuple[int, int], asked: LowerThird | None) -> LowerThirdLayout | None:
    if asked is None:
        return None
    floor = _floor(size, asked.captions, asked.language)
    return lay_out_lower_third(*size, asked.text, asked.subtitle or "", asked.language, floor)


def _floor(size: tuple[int, int], captions: str, language: str) -> float | None:
    """Where captions begin that are drawn below; None where none are."""
    return CaptionLook(captions, *size, language).top if captions else None


def _even(value: float) -> int:
    return round(value / 2) * 2
