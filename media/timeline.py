"""When everything happens, in whole frames and whole samples.

    scene 0  |--lead--narration--tail--|
    scene 1                    |--lead--narration--tail--|
                               ^^^^^^^^ the transition: frames that both scenes share

A scene begins with its first visible frame. The frames of a transition belong to the later
scene's start and to the earlier scene's end, and count once in the video.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from jobs.errors import InvalidInput

SAMPLE_RATE_HZ = 48_000
LEAD_S = Fraction(1, 5)  # breath before the first word; a scene does not start in mid-sound
TAIL_S = Fraction(2, 5)  # and after the last one
MIN_CHUNK_S = 4  # shorter scenes are encoded together: an encoder needs a second to get going


@dataclass(frozen=True)
class SceneLength:
    """What decides how long a scene is.

    Attributes:
      speech_samples: Length of the narration at 48 kHz, 0 without one.
      wanted_s: `duration_s` of the job document; a floor, never a cut through speech.
      transition: Kind of the transition to the next scene; `cut` for none.
      transition_s: Its length; ignored for the last scene and for cuts.
    """

    speech_samples: int
    wanted_s: float | None
    transition: str
    transition_s: float


@dataclass(frozen=True)
class SceneTime:
    """Where a scene lies in the video.

    Attributes:
      start: First visible frame.
      frames: Length, with the transitions at both ends.
      transition, transition_frames: How it gives way to the next scene; 0 frames for a cut.
      speech_start: Frame at which the narration starts; on this frame's first sample.
    """

    start: int
    frames: int
    transition: str
    transition_frames: int
    speech_start: int

    @property
    def end(self) -> int:
        """The frame after the last visible one."""
        return self.start + self.frames


@dataclass(frozen=True)
class Timeline:
    """All scenes of a video, and its length in frames."""

    rate: Fraction
    scenes: tuple[SceneTime, ...]

    @property
    def frames(self) -> int:
        return self.scenes[-1].end

    @property
    def samples(self) -> int:
        """Length of the sound: that of the picture, to the nearest sample."""
        return sample_of(self.frames, self.rate)


def sample_of(frame: int, rate: Fraction) -> int:
    """The sample at 48 kHz on which a frame begins."""
    return round(frame * SAMPLE_RATE_HZ / rate)


def frames_for(seconds: Fraction, rate: Fraction) -> int:
    """The fewest whole frames that last at least so long."""
    return math.ceil(seconds * rate)


def lay_out(lengths: Sequence[SceneLength], rate: Fraction) -> Timeline:
    """Places scenes one after the other.

    A scene lasts as long as its narration with lead and tail, or `wanted_s` if that is longer.
    Lead and tail are at least as long as the transitions they lie in, so nobody speaks across one.
    """
    scenes: list[SceneTime] = []
    start, before = 0, 0
    for index, length in enumerate(lengths):
        is_last = index == len(lengths) - 1
        is_cut = is_last or length.transition == "cut"
        after = 0 if is_cut else max(1, round(_exact(length.transition_s) * rate))
        lead = max(frames_for(LEAD_S, rate), before)
        tail = max(frames_for(TAIL_S, rate), after)
        speech = frames_for(Fraction(length.speech_samples, SAMPLE_RATE_HZ), rate)
        frames = max(
            lead + speech + tail if speech else 0,
            frames_for(_exact(length.wanted_s or 0.0), rate),
            before + after + 1,
        )
        scenes.append(
            SceneTime(start, frames, "cut" if is_cut else length.transition, after, start + lead)
        )
        start, before = start + frames - after, after
    if not scenes:
        raise InvalidInput("a video needs at least one scene")
    return Timeline(rate, tuple(scenes))


def _exact(seconds: float) -> Fraction:
    # The decimal number of the document: the binary 1.1 is a little more, a frame more in the end.
    return Fraction(str(seconds))


@dataclass(frozen=True)
class ChunkRange:
    """Scenes `first` to `last` inclusive; frames `start` to `end` exclusive of the video."""

    first: int
    last: int
    start: int
    end: int


def cut_chunks(timeline: Timeline) -> tuple[ChunkRange, ...]:
    """Divides a video into chunks of whole scenes, each at least four seconds where possible.

    A chunk begins where its first scene becomes visible, so a transition is encoded with the
    later of its two scenes. A long scene always ends a chunk, so a changed scene moves the
    boundaries of few others.
    """
    least = MIN_CHUNK_S * timeline.rate
    chunks: list[ChunkRange] = []
    first = 0
    scenes = timeline.scenes
    for index in range(len(scenes)):
        end = scenes[index + 1].start if index + 1 < len(scenes) else timeline.frames
        if end - scenes[first].start >= least or index + 1 == len(scenes):
            chunks.append(ChunkRange(first, index, scenes[first].start, end))
            first = index + 1
    return tuple(chunks)
