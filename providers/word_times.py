"""When each word of a narration sounds, from a synthesizer's word events and the sound itself."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.words import Word
from providers.tokens import Kind, Unit, opens

FRAME_S = 0.005  # resolution of the energy envelope
SILENCE_DB = -38.0  # below the loud parts of the clip: under the weakest fricatives measured
PAUSE_S = 0.09  # shorter silences are the closures of p, t, k inside running speech
LEAD_S = 0.02  # a word begins this much before its sound, as its first closure does
SHORTEST_S = 0.04


@dataclass(frozen=True)
class Loudness:
    """Where a clip is heard and where it is silent."""

    heard: NDArray[np.bool_]  # one value per FRAME_S

    @staticmethod
    def of(samples: NDArray[np.float32], sample_rate_hz: int) -> "Loudness":
        """Measures a mono clip: RMS per frame, against its 90th percentile."""
        frame = round(FRAME_S * sample_rate_hz)
        whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
        power = np.einsum("ij,ij->i", whole, whole) / frame  # no copy of the clip
        sounding = power[power > 1e-8]  # -80 dBFS: digital silence would pull the percentile down
        if not len(sounding):
            return Loudness(np.zeros(len(power), dtype=np.bool_))
        threshold = float(np.percentile(sounding, 90)) * 10 ** (SILENCE_DB / 10)
        return Loudness(power > threshold)

    def first_s(self, start_s: float, end_s: float) -> float | None:
        """Where sound begins between two times; `None` if there is none."""
        first = round(start_s / FRAME_S)
        heard = np.flatnonzero(self.heard[first : max(first, round(end_s / FRAME_S))])
        return (first + int(heard[0])) * FRAME_S if len(heard) else None

    def last_s(self, start_s: float, end_s: float) -> float | None:
        """Where sound ends between two times; `None` if there is none."""
        first = round(start_s / FRAME_S)
        heard = np.flatnonzero(self.heard[first : max(first, round(end_s / FRAME_S))])
        return (first + int(heard[-1]) + 1) * FRAME_S if len(heard) else None


def timed_words(
    narration: str,
    units: Sequence[Unit],
    events: Sequence[tuple[int, float]],
    loudness: Loudness,
    duration_s: float,
) -> tuple[Word, ...]:
    """Gives every unit that can be heard its time, and attaches the silent ones.

    Args:
      narration: The text as written.
      units: All of its units; at least one is a word.
      events: (index in the narration, seconds from the start of the clip), in order of time:
        where the synthesizer said that a word begins. Some are missing where it joins words.
      loudness: Of the clip.
      duration_s: Of the clip.

    Returns:
      Words in order, not overlapping, within the clip. A word ends where the next begins or,
      before a pause, where its sound ends. Units without an event share the time of the one
      before them by their numbers of characters.
    """
    anchors = _anchors(units, events)
    heard = [
        index
        for index, unit in enumerate(units)
        if unit.kind is Kind.WORD or (unit.kind is Kind.SIGN and index in anchors)
    ]
    spans = _attached(narration, units, frozenset(heard))
    starts = [anchors.get(index) for index in heard]
    weights = [_weight(narration[units[index].at : units[index].end]) for index in heard]
    times = _apart(_shared(starts, weights, loudness, duration_s), duration_s)
    return tuple(
        Word(narration[at:end], round(start_s, 6), round(end_s, 6), at)
        for (at, end), (start_s, end_s) in zip(spans, times, strict=True)
    )


def _anchors(units: Sequence[Unit], events: Sequence[tuple[int, float]]) -> dict[int, float]:
    """Index of unit -> seconds where it begins, for the units that have an event."""
    firsts = [unit.at for unit in units]
    times: dict[int, list[float]] = {}
    for at, time_s in events:
        index = max(0, bisect_right(firsts, at) - 1)
        if at >= units[index].end or units[index].kind is Kind.SILENT:
            index += 1  # espeak-ng names the dash or the space before a word
        while index < len(units) and units[index].kind is Kind.SILENT:
            index += 1
        if index < len(units):
            times.setdefault(index, []).append(time_s)
    anchors: dict[int, float] = {}
    for index, found in times.items():
        # An unspaced run: as many events as characters, all at the place of the first.
        run = 1
        while (
            index + run < len(units)
            and index + run not in times
            and units[index + run].at == units[index + run - 1].end
        ):
            run += 1
        if run == len(found):
            anchors |= dict(zip(range(index, index + run), found, strict=True))
        else:
            anchors[index] = found[0]
    return anchors


def _attached(
    narration: str, units: Sequence[Unit], heard: frozenset[int]
) -> list[tuple[int, int]]:
    """Spans of the narration, one per heard unit, with the silent units around it."""
    spans: list[tuple[int, int]] = []
    ahead: int | None = None  # where silent units that wait for the next word begin
    for index, unit in enumerate(units):
        if index in heard:
            spans.append((unit.at if ahead is None else ahead, unit.end))
            ahead = None
        elif not spans or opens(narration[unit.at : unit.end]):
            ahead = unit.at if ahead is None else ahead
        elif ahead is None:
            spans[-1] = (spans[-1][0], unit.end)
    if ahead is not None:
        spans[-1] = (spans[-1][0], units[-1].end)
    return spans


def _weight(text: str) -> int:
    return max(1, sum(character.isalnum() for character in text))


def _shared(
    starts: list[float | None], weights: list[int], loudness: Loudness, duration_s: float
) -> list[tuple[float, float]]:
    """Start and end of each word; words without a start share the time of the one before."""
    times: list[tuple[float, float]] = []
    index = 0
    while index < len(starts):
        after = index + 1
        while after < len(starts) and starts[after] is None:
            after += 1
        start_s = starts[index] or 0.0
        next_s = starts[after] if after < len(starts) else None
        start_s, end_s = _sounding(start_s, duration_s if next_s is None else next_s, loudness)
        total = sum(weights[index:after])
        done = 0
        for weight in weights[index:after]:
            times.append(
                (
                    start_s + (end_s - start_s) * done / total,
                    start_s + (end_s - start_s) * (done + weight) / total,
                )
            )
            done += weight
        index = after
    return times


def _sounding(start_s: float, until_s: float, loudness: Loudness) -> tuple[float, float]:
    first_s = loudness.first_s(start_s, until_s)
    # Less a few frames: the next word's first sound may come a little before its event.
    last_s = loudness.last_s(start_s, until_s - LEAD_S)
    if first_s is None or last_s is None:
        return start_s, until_s
    if first_s - start_s > PAUSE_S:
        start_s = first_s - LEAD_S
    return start_s, last_s if until_s - last_s > PAUSE_S else until_s


def _apart(times: list[tuple[float, float]], duration_s: float) -> list[tuple[float, float]]:
    """Makes every word at least 40 ms long, in order and inside the clip."""
    # A clip too short for that happens when a synthesizer skipped most of the text.
    shortest_s = min(SHORTEST_S, duration_s / len(times))
    ordered: list[tuple[float, float]] = []
    before_s = 0.0
    for start_s, end_s in times:
        start_s = max(start_s, before_s)
        before_s = max(end_s, start_s + shortest_s)
        ordered.append((start_s, before_s))
    limit_s = duration_s
    for index in range(len(ordered) - 1, -1, -1):
        start_s, end_s = ordered[index]
        end_s = min(end_s, limit_s)
        limit_s = max(0.0, min(start_s, end_s - shortest_s))
        ordered[index] = (limit_s, end_s)
    return ordered
