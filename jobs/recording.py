"""A narration that somebody has recorded, and when its words are spoken."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from jobs.model import Lax, Model, Prose, refusal
from jobs.uri import MediaUri

MAX_RECORDING_S = 600  # as a scene
MAX_WORDS = 2500


class SpokenWord(Model):
    """A word of a recording, and when it is spoken."""

    text: Annotated[Prose, Field(max_length=200)] = Field(description="The word as it is written.")
    start_s: Annotated[float, Field(ge=0, le=MAX_RECORDING_S)] = Field(
        description="Where it begins, in seconds of the recording."
    )
    end_s: Annotated[float, Field(gt=0, le=MAX_RECORDING_S)] = Field(
        description="Where it ends, in seconds of the recording."
    )

    @field_validator("end_s")
    @classmethod
    def _ends_after_start(cls, value: float, info: ValidationInfo) -> float:
        start_s = info.data.get("start_s", 0.0)
        if value <= start_s:
            raise refusal("is not after start_s", f"a number greater than {start_s:g}")
        return value


class Recording(Model):
    """A recorded narration, heard instead of a synthesized voice."""

    uri: MediaUri = Field(
        description="The recording: a path from the job file, or a gs:// or https:// address."
    )
    words: (
        Annotated[tuple[SpokenWord, ...], Lax, Field(min_length=1, max_length=MAX_WORDS)] | None
    ) = Field(
        default=None, description="Its words in order, and when each is spoken; captions follow."
    )
    captions: MediaUri | None = Field(
        default=None,
        description="A SubRip or WebVTT file with times of the recording, in place of words: "
        "captions say what it says, when it says it.",
    )

    @field_validator("words")
    @classmethod
    def _come_one_after_the_other(
        cls, words: tuple[SpokenWord, ...] | None
    ) -> tuple[SpokenWord, ...] | None:
        before = None
        for index, word in enumerate(words or ()):
            if before is not None and word.start_s <= before:
                raise refusal(
                    "does not begin after the word before it",
                    f"a number greater than {before:g}, or the words in order",
                    at=f"[{index}]/start_s",
                )
            before = word.start_s
        return words

    @field_validator("captions")
    @classmethod
    def _is_one_of_two(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("words") is not None:
            raise refusal("is beside words", "one of the two")
        return value


def spoken_text(narration: str | None, recording: Recording | None) -> str | None:
    """The words of a narration: as it is written, else as they are timed in its recording."""
    if narration is None and recording and recording.words:
        return " ".join(word.text for word in recording.words)
    return narration


def located(words: tuple[SpokenWord, ...], text: str) -> tuple[int, ...]:
    """Where in a text each of the words stands, in order: offsets in characters.

    Capitals do not matter, nor what stands between the words.

    Raises:
      LookupError: A word is not there, behind the one before it; its number is the argument.
    """
    found, at = [], 0
    folded = _folded(text)
    for number, word in enumerate(words):
        place = folded.find(_folded(word.text), at)
        if place < 0:
            raise LookupError(number)
        found.append(place)
        at = place + len(word.text)
    return tuple(found)


def _folded(text: str) -> str:
    # Not `casefold`, which may be longer: offsets are those of the text as it is written.
    return "".join(lower if len(lower := c.lower()) == 1 else c for c in text)
