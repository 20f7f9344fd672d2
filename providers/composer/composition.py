"""A piece of music from a prompt, as a WAV of sections that can be laid in any order."""

import io
import wave
from dataclasses import dataclass

import numpy as np

from providers.composer.arrangement import write_score
from providers.composer.instruments import INSTRUMENTS
from providers.composer.mood import Brief, read_brief
from providers.composer.render import Rendered, bar_samples, rendered
from providers.composer.tone import RATE


@dataclass(frozen=True)
class MusicRequest:
    """What to compose.

    Attributes:
      prompt: Mood, tempo, key, metre, instruments, in words: "calm, piano and soft strings, in D
        major, 72 bpm, no drums". Anything is understood as far as it can be.
      seed: Another number gives another piece on the same prompt.
    """

    prompt: str
    seed: int = 0


@dataclass(frozen=True)
class Section:
    """A section inside the WAV; positions in samples.

    Attributes:
      name: `intro`, `a` to `f`, `turn` (2 bars) and `link` (1 bar) to fill up, `ending`.
      start: Its first sample.
      bars: Its whole bars.
      length: What these take; the next section starts that much later.
      tail: Samples after `length` in which it rings into whatever follows.
    """

    name: str
    start: int
    bars: int
    length: int
    tail: int


@dataclass(frozen=True)
class Composition:
    """A finished piece.

    Attributes:
      wav: Stereo, 48 kHz, 16 bit: all sections one after the other, each with its tail. Laid over
        each other at their bar lines they sound as played in one go. About -18 LUFS, peaks below
        -1 dBFS.
      sections: Intro first, ending last. Any may follow any, but the ending is the end.
      bar_samples: Length of a bar.
      ending_downbeat: Where in the ending its final chord starts, a multiple of `bar_samples`.
      tempo_bpm: Quarter notes per minute.
      key: "D major".
      summary: "calm, 72 bpm, D major, piano and strings".
    """

    wav: bytes
    sections: tuple[Section, ...]
    bar_samples: int
    ending_downbeat: int
    tempo_bpm: float
    key: str
    summary: str


def compose(request: MusicRequest) -> Composition:
    """Composes, plays and mixes a piece; the same request gives the same bytes."""
    brief = read_brief(request.prompt, request.seed)
    score = write_score(brief)
    sounds = rendered(score, brief.seed)
    return Composition(
        wav=_wav(sounds),
        sections=_sections(sounds),
        bar_samples=bar_samples(score),
        ending_downbeat=sounds[-1].length,
        tempo_bpm=brief.tempo_bpm,
        key=str(brief.key),
        summary=_summary(brief),
    )


def _sections(sounds: tuple[Rendered, ...]) -> tuple[Section, ...]:
    sections = []
    start = 0
    for sound in sounds:
        tail = len(sound.wave) - sound.length
        sections.append(Section(sound.name, start, sound.bars, sound.length, tail))
        start += len(sound.wave)
    return tuple(sections)


def _wav(sounds: tuple[Rendered, ...]) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.setnframes(sum(len(sound.wave) for sound in sounds))
        for sound in sounds:
            file.writeframesraw(np.round(sound.wave * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def _summary(brief: Brief) -> str:
    mood = brief.mood
    names = brief.named or (mood.lead if brief.has_lead else "", mood.comp, mood.pad)
    spoken = list(dict.fromkeys(INSTRUMENTS[name].spoken for name in names if name))[:3]
    players = " and ".join(filter(None, (", ".join(spoken[:-1]), *spoken[-1:])))
    metre = ["3/4"] if mood.beats == 3 else []
    return ", ".join(
        [mood.name, f"{brief.tempo_bpm:g} bpm", *metre, str(brief.key), players or "percussion"]
    )
