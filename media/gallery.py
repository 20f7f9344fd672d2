"""Pictures that were opened lately, for chunks that are drawn one after the other.

A chunk begins with the end of the scene before, for the transition between them: that picture has
just been decoded for another chunk, and looked at for what it shows.
"""

import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.pictures import read_picture
from media.subject import Subject, find_subject

# Three pictures of 2880x1620: with two chunks at a time, what each needs of the one before.
MOST_BYTES = 48_000_000


@dataclass(frozen=True, eq=False)
class Opened:
    """A picture, RGB, and its subject, found when it is first asked for."""

    pixels: NDArray[np.uint8]

    @cached_property
    def subject(self) -> Subject:
        return find_subject(self.pixels)


@dataclass(eq=False)
class _Place:
    """Where a picture hangs; it is opened under the lock, once for all who ask meanwhile."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    picture: Opened | None = None

    @property
    def size_bytes(self) -> int:
        return self.picture.pixels.nbytes if self.picture else 0


class Gallery:
    """Keeps the pictures that were asked for last. Safe for several threads.

    Args:
      most_bytes: Of all that are kept; a larger picture is not.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._places: dict[str, _Place] = {}  # the one asked for last is the last
        self._lock = threading.Lock()

    def picture(self, name: str, path: Path) -> Opened:
        """The picture of this name, which always has the same content, from this file unless kept.

        Raises `UnsupportedMedia` as `read_picture` does.
        """
        with self._lock:
            place = self._places.pop(name, None) or _Place()
            self._places[name] = place
        with place.lock:
            try:
                picture = place.picture or Opened(read_picture(path))
            except BaseException:
                with self._lock:
                    self._places.pop(name, None)
                raise
            place.picture = picture
        with self._lock:
            self._let_go()
        return picture

    def _let_go(self) -> None:
        kept_bytes = 0
        for name, place in reversed(list(self._places.items())):
            kept_bytes += place.size_bytes
            if place.picture and kept_bytes > self._most_bytes:
                del self._places[name]
