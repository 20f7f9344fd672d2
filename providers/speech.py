"""What every voice provider takes and gives, and how long a text takes to say."""

import math
from dataclasses import dataclass
from typing import Protocol

from jobs.errors import InvalidInput
from jobs.words import Word

LONG_PAUSES, SHORT_PAUSES = ".!?;:…。！？；：", ",،、，—–"
# First and last code, seconds a letter. Short vowels are not written in the first row, and not
# counted as letters in the second.
SCRIPTS = (
    (0x0590, 0x07BF, 0.11),  # Hebrew, Arabic
    (0x0900, 0x109F, 0.15),  # Indic scripts, Thai, Burmese
    (0x1780, 0x17FF, 0.15),  # Khmer
    (0xAC00, 0xD7AF, 0.2),  # Hangul: a syllable each
)
MIN_SPEED, MAX_SPEED = 0.5, 2.0  # limits of the job document; intelligible at both ends


@dataclass(frozen=True)
class SpeechRequest:
    """One narration to speak.

    Attributes:
      text: Plain text; nothing in it is markup.
      voice: Language voice of the provider, e.g. `en-us`.
      speed: 1 is the natural rate, 0.5 to 2.
      voice_id: A particular voice of the provider; `None` takes its default for the language.

    Raises:
      InvalidInput: The speed is not between 0.5 and 2.
    """

    text: str
    voice: str
    speed: float = 1.0
    voice_id: str | None = None

    def __post_init__(self) -> None:
        if not MIN_SPEED <= self.speed <= MAX_SPEED:  # false for NaN too
            raise InvalidInput(
                f"voice speed {self.speed:g}: expected {MIN_SPEED:g} to {MAX_SPEED:g}"
            )


@dataclass(frozen=True)
class Speech:
    """A spoken narration.

    Attributes:
      wav: 48 kHz mono 16-bit PCM WAV.
      words: In the order of the text, not overlapping, all inside the clip. Together they hold
        every character of the narration that is not white space.
      duration_s: Length of the clip in seconds: whole samples over 48,000.
      provider: Who spoke, e.g. `espeak`.
      model: With what, e.g. `espeak-ng 1.52.0`.
    """

    wav: bytes
    words: tuple[Word, ...]
    duration_s: float
    provider: str
    model: str


class SpeechSession(Protocol):
    """A live voice; several threads may use it at once."""

    def speak(self, request: SpeechRequest) -> Speech:
        """Speaks one narration. Raises the errors of `jobs.errors`."""

    def close(self) -> None:
        """Frees what the session holds; it cannot be used afterwards."""


def estimate_duration_s(text: str, language_is_cjk: bool, speed: float = 1.0) -> float:
    """How long `text` takes to say, in seconds, for planning; pauses included.

    From characters a second and pauses measured on the local voice at speed 1: within a quarter
    of the truth for prose in twelve languages.

    Args:
      text: Plain text. 0 comes out if it has neither letters nor digits.
      language_is_cjk: Whether it is read by a voice that knows Chinese characters; other voices
        name each of them.
      speed: 1 is the natural rate.
    """
    spoken_s = [
        _character_s(character, language_is_cjk) for character in text if character.isalnum()
    ]
    if not spoken_s:
        return 0.0
    body = text.rstrip(LONG_PAUSES + SHORT_PAUSES + " \n")  # the clip ends with the last sound
    pauses_s = 0.33 * sum(body.count(mark) for mark in LONG_PAUSES)
    pauses_s += 0.16 * sum(body.count(mark) for mark in SHORT_PAUSES)
    return (math.fsum(spoken_s) + pauses_s) / speed


def _character_s(character: str, language_is_cjk: bool) -> float:
    code = ord(character)
    if character.isdigit():
        return 0.2
    if 0x3041 <= code <= 0x30FF:
        return 0.13
    if 0x3400 <= code <= 0x9FFF or 0x20000 <= code <= 0x3FFFF:
        return 0.27 if language_is_cjk else 0.75
    return next((seconds for first, last, seconds in SCRIPTS if first <= code <= last), 0.067)
