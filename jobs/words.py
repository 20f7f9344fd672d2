"""A spoken word and when it sounds: what captions, karaoke and picture cuts are timed by."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """One token of a narration, as written, and its place in the clip that speaks it.

    Attributes:
      text: The token with its punctuation, e.g. `rocks.`; it may hold inner spaces where a silent
        token (a lone dash, an emoji) is attached to it.
      start_s: Where its sound begins, in seconds from the start of the clip.
      end_s: Where its sound ends, later than `start_s`; the next word may begin much later.
      at: Offset in characters: `narration[at : at + len(text)] == text`.
    """

    text: str
    start_s: float
    end_s: float
    at: int

    def __post_init__(self) -> None:
        if not self.text or self.at < 0:
            raise ValueError(f"a word needs text and an offset of at least 0: {self}")
        if not 0 <= self.start_s < self.end_s:
            raise ValueError(f"a word needs 0 <= start_s < end_s: {self}")
