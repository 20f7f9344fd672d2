"""Shots: where the frames of one scene come from."""

from dataclasses import dataclass
from typing import Protocol

from media.planes import Planes, yuv_of


class Shot(Protocol):
    """The frames of one scene, asked for in ascending order."""

    def draw(self, frame: int, onto: Planes) -> None:
        """Draws the shot's frame of that number, counted from its own first one."""
        ...


@dataclass(frozen=True)
class ColorShot:
    """One plain colour, `#rrggbb`."""

    color: str

    def draw(self, frame: int, onto: Planes) -> None:  # noqa: ARG002 all frames are alike
        onto.fill(yuv_of(self.color))
