"""Voices, effects and music become one stereo track, block by block.

The blocks are a matter of memory alone: each sample is the same sum of the same products, in the
same order, wherever a block begins.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.errors import UnsupportedMedia
from media.ducking import ducking_gain, gain_between
from media.silence import Levels
from media.timeline import SAMPLE_RATE_HZ
from media.wave import FloatWave, Samples, Wave, open_wave

BLOCK_SAMPLES = SAMPLE_RATE_HZ  # a second: 400 kB, and a cancel check often enough

Music = Callable[[int, int], NDArray[np.float32]]


@dataclass(frozen=True)
class Clip:
    """A WAV file, mono or stereo at 48 kHz, at its place in the programme.

    Attributes:
      start: Sample of the programme at which it begins.
      gain_db: Applied to the clip as it is.
      pan: -1 left to 1 right, at equal power: a mono clip keeps its loudness wherever it stands.
        A stereo clip is unchanged at 0; off centre, its sides are weighted against each other.
      fade_in_ms, fade_out_ms: Ramps of equal power. A clip that the programme's end cuts short
        fades out before that end.
      length: Samples used from the beginning of the file; all when None.
      ducks: Whether it steps back while someone speaks, as the music does.
    """

    path: Path
    start: int
    gain_db: float
    pan: float = 0.0
    fade_in_ms: float = 5.0
    fade_out_ms: float = 5.0
    length: int | None = None
    ducks: bool = False

    def __post_init__(self) -> None:
        if self.start < 0:
            raise ValueError(f"a clip starts at sample {self.start}; 0 is the first")
        if not -1.0 <= self.pan <= 1.0:
            raise ValueError(f"a clip is panned to {self.pan:g}; -1 is left, 1 is right")
        if min(self.fade_in_ms, self.fade_out_ms) < 0:
            raise ValueError("a fade is shorter than nothing")
        if self.length is not None and self.length < 0:
            raise ValueError(f"a clip is {self.length} samples long")


@dataclass(frozen=True)
class MixPlan:
    """What sounds when. Samples at 48 kHz.

    Attributes:
      total_samples: Length of the programme.
      speech: Spans in which someone speaks; the music steps back for them by `ducking_db`.
      music_gain_db: Applied to the music everywhere.
    """

    total_samples: int
    voices: tuple[Clip, ...]
    effects: tuple[Clip, ...]
    speech: tuple[tuple[int, int], ...]
    music_gain_db: float
    ducking_db: float

    def __post_init__(self) -> None:
        if self.total_samples < 1:
            raise ValueError(f"a programme of {self.total_samples} samples")


@dataclass(frozen=True)
class Stems:
    """Where the buses of a mix are written beside it; None: that one is not.

    Their sum, voice and effects first and then the music, is the mix, sample by sample.
    """

    voice: Path | None = None
    effects: Path | None = None
    music: Path | None = None


def write_mix(
    plan: MixPlan,
    music: Music | None,
    destination: Path,
    check: Callable[[], None],
    block_samples: int = BLOCK_SAMPLES,
    stems: Stems | None = None,
) -> Levels:
    """Mixes into a float32 stereo WAV file of exactly `total_samples`, not limited to full scale.

    Memory does not depend on the length. Nothing is added where nothing sounds: gaps are exact
    zeros.

    Args:
      music: Samples `start` to `stop` of the music, shape (stop - start, 2); None without music.
      check: Called for each block and each clip; what it raises ends the mix.
      stems: Written beside the mix, in its form.

    Returns:
      How loud the mix is, all along.

    Raises:
      UnsupportedMedia: A clip is not a mono or stereo WAV file at 48 kHz.
      ResourceLimit: The disk is full.
    """
    total, stems = plan.total_samples, stems or Stems()
    voices = _Bus(_tracks(plan.voices, total, check))
    effects = _Bus(_tracks((clip for clip in plan.effects if not clip.ducks), total, check))
    ducked = _Bus(_tracks((clip for clip in plan.effects if clip.ducks), total, check))
    ducking = ducking_gain(plan.speech, total, plan.ducking_db)
    music_gain = _factor(plan.music_gain_db)
    levels = Levels(total)
    with ExitStack() as stack:
        mix, voice_stem, effects_stem, music_stem = (
            stack.enter_context(FloatWave(path, total)) if path else None
            for path in (destination, stems.voice, stems.effects, stems.music)
        )
        for start, stop in _blocks(total, block_samples):
            check()
            stepping = gain_between(ducking, start, stop)[:, np.newaxis]
            voice = voices.block(start, stop)
            effect = effects.block(start, stop) + ducked.block(start, stop) * stepping
            under = np.zeros((stop - start, 2), np.float32)
            if music:
                under = music(start, stop) * music_gain * stepping
            together = voice + effect + under
            levels.hear(start, together)
            for file, block in (
                (mix, together),
                (voice_stem, voice),
                (effects_stem, effect),
                (music_stem, under),
            ):
                if file:
                    file.write(block)
    return levels


class _Bus:
    """Tracks that sound together."""

    def __init__(self, tracks: Sequence["_Track"]) -> None:
        self._waiting, self._sounding = deque(tracks), list[_Track]()

    def block(self, start: int, stop: int) -> Samples:
        """Samples `start` to `stop` of their sum; blocks are asked for in order."""
        block = np.zeros((stop - start, 2), np.float32)
        while self._waiting and self._waiting[0].start < stop:
            self._sounding.append(self._waiting.popleft())
        for track in self._sounding:
            track.add_to(block, start)
        self._sounding = [track for track in self._sounding if track.end > stop]
        return block


@dataclass(frozen=True)
class _Track:
    """A clip, opened, cut to the programme, with everything known that its samples need."""

    wave: Wave
    start: int
    end: int
    fade_in: int
    fade_out: int
    offset: NDArray[np.float32]
    gains: NDArray[np.float32]

    def add_to(self, block: Samples, block_start: int) -> None:
        first = max(self.start, block_start)
        last = min(self.end, block_start + len(block))
        if first >= last:
            return
        samples = self.wave[first - self.start : last - self.start] - self.offset
        samples *= self._fades(first - self.start, last - self.start)[:, np.newaxis]
        # One channel spreads over both; two channels meet their own gains.
        block[first - block_start : last - block_start] += samples * self.gains

    def _fades(self, first: int, last: int) -> NDArray[np.float32]:
        length = self.end - self.start
        fade = np.ones(last - first, np.float32)
        if (rising := self.fade_in - first) > 0:
            fade[:rising] = _ramp(np.arange(first, min(self.fade_in, last)), self.fade_in)
        if (steady := length - self.fade_out - first) < last - first:
            head = max(steady, 0)
            fade[head:] *= _ramp(length - 1 - np.arange(first + head, last), self.fade_out)
        return fade


def _tracks(
    clips: Iterable[Clip], total_samples: int, check: Callable[[], None]
) -> tuple[_Track, ...]:
    tracks = []
    for clip in clips:
        check()
        wave = open_wave(clip.path)
        if wave.layout.rate_hz != SAMPLE_RATE_HZ or wave.layout.channels > 2:
            raise UnsupportedMedia(
                f"{clip.path.name} has {wave.layout.channels} channels at {wave.layout.rate_hz} "
                f"Hz; a mix takes mono and stereo at {SAMPLE_RATE_HZ} Hz"
            )
        length = min(len(wave), total_samples - clip.start)
        if clip.length is not None:
            length = min(length, clip.length)
        if length > 0:
            tracks.append(_track(clip, wave, length))
    return tuple(sorted(tracks, key=lambda track: track.start))


def _track(clip: Clip, wave: Wave, length: int) -> _Track:
    angle = (clip.pan + 1) * pi / 4
    # The power of both gains sums to 1 for mono, so it is as loud in the mix as by itself; to 2
    # for stereo, which has two channels already.
    level = _factor(clip.gain_db) * (1.0 if wave.layout.channels == 1 else sqrt(2))
    return _Track(
        wave=wave,
        start=clip.start,
        end=clip.start + length,
        fade_in=min(round(clip.fade_in_ms * SAMPLE_RATE_HZ / 1000), length),
        fade_out=min(round(clip.fade_out_ms * SAMPLE_RATE_HZ / 1000), length),
        offset=_offset(wave, length),
        gains=np.array([level * cos(angle), level * sin(angle)], np.float32),
    )


def _offset(wave: Wave, length: int) -> NDArray[np.float32]:
    # A recording's constant offset is silent by itself but thumps where the clip begins and ends.
    total = sum(
        wave[start:stop].sum(axis=0, dtype=np.float64)
        for start, stop in _blocks(length, BLOCK_SAMPLES)
    )
    return np.asarray(total / length, np.float32)


def _blocks(total: int, block: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + block, total)) for start in range(0, total, block))


def _ramp(position: NDArray[np.int64], length: int) -> NDArray[np.float32]:
    # The square root of a smoothstep: two of them crossing keep constant power, it has no corner
    # at its top, and, unlike a sine, IEEE 754 rounds it alike in every block.
    t = position / length
    return np.sqrt(t * t * (3.0 - 2.0 * t)).astype(np.float32)


def _factor(gain_db: float) -> float:
    return float(10.0 ** (gain_db / 20))
