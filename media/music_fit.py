"""Lays the sections of a composition under a video, so that the music ends exactly with it.

    bars      |1 |2 |3 |4 |5 |6 |7 |8 |9 |10|11|12|
    music     |intro|a          |link|ending |chord ~~~~~~
    video     |---------------------------------------|
                                              ^ final chord, 1.5 s to 1.5 s + one bar before the end

Music starts with the video. The number of bars up to the final chord follows from the length;
intro, middle sections and fillers are chosen to make exactly that number, so no section is ever
cut, except that a video of a few seconds enters the ending at one of its later bar lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from media.timeline import SAMPLE_RATE_HZ
from media.wave import Wave

RING_SAMPLES = SAMPLE_RATE_HZ * 3 // 2  # a final chord shorter than 1.5 s sounds like a mistake
FADE_IN_SAMPLES = SAMPLE_RATE_HZ // 100  # 10 ms: no click when the music enters inside a section
FADE_OUT_SAMPLES = SAMPLE_RATE_HZ * 6 // 5  # 1.2 s: shorter than the ring, so the chord is heard
BODY_BARS = 3  # sections at least this long are music; shorter ones only fill up

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Section:
    """A stretch of music inside a composition's audio; positions in samples at 48 kHz.

    Attributes:
      name: `intro`, `ending`, or anything else for a section that may stand between them.
      start: Its first sample in the audio.
      bars: Bars it fills, at least 1.
      length: What these bars take, in samples: the next section starts that much later.
      tail: Samples after `length` in which it rings into whatever follows.
    """

    name: str
    start: int
    bars: int
    length: int
    tail: int


@dataclass(frozen=True)
class Placed:
    """A stretch of the audio, `[source_start, source_stop)`, and where in the video it starts.

    Attributes:
      section: Its index in the sections that were arranged.
      start: Sample of the video at which `source_start` sounds.
    """

    section: int
    start: int
    source_start: int
    source_stop: int

    @property
    def stop(self) -> int:
        """The sample of the video after its last one; may lie after the video's end."""
        return self.start + self.source_stop - self.source_start


def arrange(
    sections: Sequence[Section], bar_samples: int, ending_downbeat: int, total_samples: int
) -> tuple[Placed, ...]:
    """Chooses sections for a video of `total_samples`, in the order in which they start.

    Args:
      sections: With an `ending` and at least one section of one bar, so that any number of bars
        can be made. Middle sections are used in the given order, then in other orders.
      bar_samples: Length of a bar.
      ending_downbeat: Where in the ending its final chord starts; a multiple of `bar_samples`.
      total_samples: Length of the video, from one sample to hours.

    Raises:
      ValueError: No `ending`, no section of one bar, or lengths that are not positive.
    """
    if total_samples < 1 or bar_samples < 1:
        raise ValueError(f"music of {total_samples} samples in bars of {bar_samples}")
    if "ending" not in (section.name for section in sections):
        raise ValueError("a composition needs a section named 'ending'")
    ending = next(i for i, section in enumerate(sections) if section.name == "ending")
    bars = max(total_samples - RING_SAMPLES, 0) // bar_samples
    ending_bars = ending_downbeat // bar_samples
    skipped = max(ending_bars - bars, 0) * bar_samples
    order = _fill(sections, bars - ending_bars) if bars > ending_bars else ()
    placed = []
    at = 0
    for index in (*order, ending):
        section = sections[index]
        skip = skipped if index == ending else 0
        source = section.start + skip
        stop = section.start + section.length + section.tail
        placed.append(Placed(index, at, source, min(stop, source + total_samples - at)))
        at += section.length - skip
    return tuple(placed)


def bed(
    audio: npt.NDArray[Any] | Wave,
    placed: Sequence[Placed],
    total_samples: int,
    start: int,
    stop: int,
) -> Samples:
    """Samples `[start, stop)` of the arranged music, shape (stop - start, 2), full scale 1.

    The music fades in over 10 ms and out over the last 1.2 s: its final sample is 0. Samples
    outside `[0, total_samples)` are 0. A sample does not depend on the block it is read with.

    Args:
      audio: The composition, shape (n, 2), int16 or float; a memory map is read block by block.
      placed: What `arrange` returned.
      total_samples: The length given to `arrange`.
      start: First sample wanted.
      stop: The sample after the last one wanted.
    """
    block = np.zeros((max(stop - start, 0), 2), np.float32)
    for piece in placed:
        low, high = max(start, piece.start), min(stop, piece.stop)
        if low < high:
            offset = piece.source_start - piece.start
            block[low - start : high - start] += audio[low + offset : high + offset]
    scale = 1 / 32768 if np.issubdtype(audio.dtype, np.integer) else 1.0
    block *= (scale * envelope(total_samples, start, start + len(block)))[:, np.newaxis]
    return block


def envelope(total: int, start: int, stop: int) -> Samples:
    """Gain of samples `[start, stop)` of music that ends with the video: in over 10 ms, out over
    the last 1.2 s; the last of `total` samples is 0."""
    at = np.arange(start, stop)
    left = np.clip((total - 1 - at) / min(FADE_OUT_SAMPLES, total), 0, 1)
    gain = np.sin(np.pi / 2 * left) ** 2 * np.clip((at + 1) / FADE_IN_SAMPLES, 0, 1)
    return gain.astype(np.float32)


def _fill(sections: Sequence[Section], bars: int) -> tuple[int, ...]:
    """Indices of sections that together have exactly `bars` bars, in playing order."""
    between = [i for i, s in enumerate(sections) if s.name not in ("intro", "ending")]
    fillers = sorted(
        (i for i in between if sections[i].bars < BODY_BARS), key=lambda i: -sections[i].bars
    )
    if not any(sections[i].bars == 1 for i in fillers):
        raise ValueError("a composition needs a section of one bar")
    opening = [i for i, s in enumerate(sections) if s.name == "intro" and s.bars <= bars]
    left = bars - sum(sections[i].bars for i in opening)
    middle = []
    body = [i for i in between if sections[i].bars >= BODY_BARS]
    for index in _endless(body):
        if left < min(sections[i].bars for i in body):
            break
        if sections[index].bars <= left:
            middle.append(index)
            left -= sections[index].bars
    vamps: list[int] = []
    links: list[int] = []
    for index in fillers:
        count, left = divmod(left, sections[index].bars)
        (links if sections[index].bars == 1 else vamps).extend([index] * count)
    return (*opening, *vamps, *middle, *links)


def _endless(body: Sequence[int]) -> Iterator[int]:
    """The middle sections in their order first, then rotated: an hour has no fixed round."""
    first = 0
    while body:
        yield from body[first:]
        yield from body[:first]
        first = (first + 2) % len(body)
