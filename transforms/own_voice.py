"""A recorded narration: its sound, and when its words are spoken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.elements import Task
from jobs.errors import UnsupportedMedia
from jobs.recording import MAX_RECORDING_S, SpokenWord, located
from jobs.text import is_speakable
from jobs.wire import plain
from jobs.words import Word
from media.caption_file import read_captions
from media.own_sound import audible_sound
from media.run import Workspace
from media.sidecar import Caption
from media.timeline import SAMPLE_RATE_HZ
from providers.tokens import units
from providers.word_times import FRAME_S, Loudness, timed_words
from storage.artefacts import Origin
from transforms.perform import Made
from transforms.studio import Studio

OF_THE_USER = Origin("user", source_type="humanEdits", licence="as declared by the user")
LATE_S = 0.1  # what times of words may lie behind the end: they are rounded
PAUSE_S = 0.3  # shorter gaps in the sound are inside a phrase
LEAST_S = 0.03  # shorter bursts are no speech


@dataclass(frozen=True)
class _Said:
    """What a recording says.

    Attributes:
      breaks: Where in the text a caption of the user's begins; none: nobody has told.
    """

    text: str | None
    words: tuple[Word, ...]
    breaks: tuple[int, ...] = ()
    is_estimated: bool = False


def record_narration(task: Task, studio: Studio, space: Workspace) -> Made:
    """Takes a recording as a narration: 48 kHz mono WAV, and the time of every word that is known.

    Raises:
      UnsupportedMedia: It is no sound, silent, or longer than a scene; times that are told do not
        fit it; its captions cannot be read.
    """
    params = task.params
    with studio.blobs.as_file(params["blob"]) as path:
        wave, lufs = audible_sound(space, path, 1, length_s=MAX_RECORDING_S + 1.0)
    if len(wave) > MAX_RECORDING_S * SAMPLE_RATE_HZ:
        raise UnsupportedMedia(
            f"it lasts more than {MAX_RECORDING_S} s (accepted: up to {MAX_RECORDING_S} s a scene)"
        )
    heard = Loudness.of(wave[:][:, 0], SAMPLE_RATE_HZ)
    said = _said(params, studio, heard, len(wave) / SAMPLE_RATE_HZ)
    facts = {
        "samples": len(wave),
        "lufs": lufs,
        "words": [plain(word) for word in said.words],
        "text": said.text,
        "breaks": list(said.breaks),
        "is_estimated": said.is_estimated,
    }
    if not params["words"]:
        facts["speech"] = [list(span) for span in _speech(heard.heard)]
    return Made(OF_THE_USER, {"audio": wave.path}, facts)


def _said(params: Mapping[str, Any], studio: Studio, heard: Loudness, length_s: float) -> _Said:
    text = params["text"]
    if params["captions"]:
        try:
            captions = read_captions(studio.blobs.read(params["captions"]) or b"")
        except UnsupportedMedia as error:
            raise UnsupportedMedia(f"captions: {error.message}") from error
        return _captioned(captions, length_s)
    if params["words"]:
        spoken = tuple(SpokenWord(**word) for word in params["words"])
        return _Said(text, tuple(_timed(spoken, text, length_s)))
    parts = units(text) if text else ()
    if not parts:
        return _Said(None, ())
    words = timed_words(text, parts, [(parts[0].at, 0.0)], heard, length_s)
    return _Said(text, words, is_estimated=True)


def _timed(words: Sequence[SpokenWord], text: str, length_s: float) -> Iterator[Word]:
    places = located(tuple(words), text)
    for number, (word, at) in enumerate(zip(words, places, strict=True)):
        if word.end_s > length_s + LATE_S or word.start_s >= length_s:
            raise UnsupportedMedia(
                f"words[{number}] ends at {word.end_s:g} s, and the recording lasts "
                f"{length_s:.2f} s"
            )
        following = words[number + 1].start_s if number + 1 < len(words) else length_s
        end_s = min(word.end_s, max(following, word.start_s + 0.001), length_s)
        yield Word(text[at : at + len(word.text)], word.start_s, end_s, at)


def _captioned(captions: Sequence[Caption], length_s: float) -> _Said:
    """The text of captions, one after the other; words share the time of theirs."""
    words: list[Word] = []
    breaks, text = [], ""
    for caption in captions:
        start_s, end_s = caption.start_ms / 1000, min(caption.end_ms / 1000, length_s)
        if start_s >= length_s:
            raise UnsupportedMedia(
                f"captions: {caption.text[:40]!r} begins at {start_s:g} s, and the recording lasts "
                f"{length_s:.2f} s"
            )
        text += " " if text else ""
        breaks.append(len(text))
        words += _spread(caption.text, start_s, end_s, len(text))
        text += caption.text
    return _Said(text, tuple(words), tuple(breaks))


def _spread(text: str, start_s: float, end_s: float, at: int) -> list[Word]:
    if not is_speakable(text):
        return [Word(text, start_s, end_s, at)]
    silent = Loudness(np.zeros(0, np.bool_))  # nothing but the length decides
    found = timed_words(text, units(text), [(0, 0.0)], silent, end_s - start_s)
    return [
        Word(one.text, start_s + one.start_s, start_s + one.end_s, at + one.at) for one in found
    ]


def _speech(heard: NDArray[np.bool_]) -> Iterator[tuple[float, float]]:
    """Stretches of sound in seconds, short pauses inside them."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], heard.astype(np.int8), [0]))))
    spans: list[tuple[float, float]] = []
    for first, last in edges.reshape(-1, 2) * FRAME_S:
        if spans and first - spans[-1][1] < PAUSE_S:
            spans[-1] = spans[-1][0], float(last)
        else:
            spans.append((float(first), float(last)))
    return ((round(start, 3), round(end, 3)) for start, end in spans if end - start >= LEAST_S)
