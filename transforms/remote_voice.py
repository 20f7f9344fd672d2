"""Narration spoken by a service: bought piece by piece, joined, its words timed."""

from collections.abc import Sequence

import numpy as np

from jobs.elements import Task
from jobs.errors import UnsupportedMedia
from jobs.stages import Stage
from jobs.wire import plain
from jobs.words import Word
from media.loudness import integrated_lufs
from media.received_sound import decoded
from media.run import Workspace
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Samples, pcm_wave
from providers.outline import is_cjk
from providers.pieces import Piece, pieces
from providers.service import Call
from providers.speech import estimate_duration_s
from providers.takes import Line, Sound
from providers.tokens import units
from providers.word_times import Loudness, timed_words
from storage.artefacts import Origin, Record
from transforms.hired import bought, hired, order, origin
from transforms.perform import Made
from transforms.purchase import Bought
from transforms.studio import Studio

# Of the length that a text takes to say. Voices differ by a third; half a narration is missing
# below the first, and above the second something else was said.
SHORTEST, LONGEST = 0.3, 4.0
SURELY_S = 1.5  # shorter lines are spoken at any pace
JOIN_SAMPLES = SAMPLE_RATE_HZ // 200  # 5 ms fades on both sides of a joint: no click


def speak_remotely(task: Task, studio: Studio) -> Made:
    """Speaks one narration: 48 kHz mono WAV and the time of every word, across its pieces.

    Raises:
      ProviderError, BudgetExceeded, Cancelled.
    """
    params = task.params
    parted = pieces(params["text"], hired(task, studio).longest_piece)
    found = [_bought(task, piece, studio) for piece in parted]
    samples, marks = _joined(found, parted)
    words = _words(params["text"], samples, marks)
    return Made(
        _origin([record for record, _ in found]),
        {"audio": (pcm_wave(samples), ".wav")},
        {
            "samples": len(samples),
            "lufs": round(integrated_lufs(samples), 2),
            "words": [plain(word) for word in words],
        },
    )


def _bought(task: Task, piece: Piece, studio: Studio) -> tuple[Record, Samples]:
    params = task.params
    hire = hired(task, studio)
    asked = {**params, "text": piece.text, "before": piece.before, "after": piece.after}
    made = order(Stage.VOICE, asked, hire)
    line = Line(
        piece.text, params["language"], params["voice_id"], params["speed"],
        piece.before, piece.after,
    )  # fmt: skip

    def buy(_call: Call) -> Bought:
        sound: Sound = studio.session(params["provider"]).speak(line)
        return Bought(
            {"audio": (sound.data, sound.suffix)},
            {"marks": [list(mark) for mark in sound.marks]},
            origin(hire, made, sound),
            sound.cost_usd,
        )

    def heard(space: Workspace, came: Bought) -> Samples:
        samples = decoded(space, *came.media["audio"], 1)
        _check_length(samples, line)
        return samples

    return bought(made, task, studio, buy, heard)


def _check_length(samples: Samples, line: Line) -> None:
    came_s = len(samples) / SAMPLE_RATE_HZ
    usual_s = estimate_duration_s(line.text, is_cjk(line.language), line.speed)
    if usual_s > SURELY_S and not SHORTEST * usual_s <= came_s <= LONGEST * usual_s:
        raise UnsupportedMedia(
            f"{came_s:.1f} s of speech for a text that takes about {usual_s:.1f} s to say"
        )


def _joined(
    found: Sequence[tuple[Record, Samples]], parted: Sequence[Piece]
) -> tuple[Samples, list[tuple[int, float]]]:
    """The pieces one after the other, with their marks in the text and the time of the whole."""
    clips, marks, start = [], [], 0
    for (record, clip), piece in zip(found, parted, strict=True):
        if len(found) > 1:
            fade = np.linspace(0, 1, min(JOIN_SAMPLES, len(clip)), dtype=np.float32)
            clip[: len(fade)] *= fade
            clip[len(clip) - len(fade) :] *= fade[::-1]
        own = [(int(at), float(time_s)) for at, time_s in record.facts["marks"]] or [(0, 0.0)]
        marks += [(piece.at + at, start / SAMPLE_RATE_HZ + time_s) for at, time_s in own]
        clips.append(clip)
        start += len(clip)
    return np.concatenate(clips), marks


def _words(text: str, samples: Samples, marks: Sequence[tuple[int, float]]) -> tuple[Word, ...]:
    """When each word sounds. A mark for every character says it for every word; without marks
    words share the time of their piece by their length."""
    parts = units(text)
    if not parts:
        return ()
    begins = {unit.at for unit in parts}
    loudness = Loudness.of(samples, SAMPLE_RATE_HZ)
    events = [mark for mark in marks if mark[0] in begins]
    return timed_words(text, parts, events, loudness, len(samples) / SAMPLE_RATE_HZ)


def _origin(found: Sequence[Record]) -> Origin:
    """Of all pieces together."""
    first = found[0].origin
    if len(found) == 1:
        return first
    return Origin(
        first.provider,
        first.model,
        ", ".join(record.origin.request_id for record in found)[:1000],
        sum(record.origin.cost_usd for record in found),
        first.licence,
        first.attribution,
        first.source_type,
        first.seed,
    )
