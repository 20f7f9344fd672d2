"""What plays round the tune: chords in rhythm, bass lines, colours.

A pattern lists what happens in a bar of four beats; a bar of three takes its first three unless
the style has its own. Chords are looked up at the beat on which something happens.
"""

import random
from collections.abc import Sequence

from providers.composer.harmony import Span
from providers.composer.score import Note
from providers.composer.theory import Key, scale_over

# (beat, length in beats, what, velocity). What: an index into the voicing, counted on through
# higher octaves; "all"; "upper", all but the lowest; "down"/"up", a strum. Length 0 rings until
# the chord changes.
Event = tuple[float, float, int | str, float]
Pattern = tuple[tuple[Event, ...], ...]  # bars, repeated


def _run(
    indices: Sequence[int], step: float, length: float, accents: float = 0.12
) -> tuple[Event, ...]:
    return tuple(
        (number * step, length, index, 0.5 + (accents if (number * step) % 2 == 0 else 0.0))
        for number, index in enumerate(indices)
    )


def _strum(hits: str) -> tuple[Event, ...]:
    """Eighths of a bar: `D`/`d` strong and weak downstrokes, `U`/`u` up, `-` nothing."""
    strength = {"D": 0.72, "d": 0.55, "U": 0.6, "u": 0.45}
    return tuple(
        (index / 2, 0.48, "down" if hit in "Dd" else "up", strength[hit])
        for index, hit in enumerate(hits)
        if hit != "-"
    )


def _chops(beats: Sequence[float], length: float, what: str = "all") -> tuple[Event, ...]:
    return tuple(
        (beat, length, what, 0.62 if index == 0 else 0.54) for index, beat in enumerate(beats)
    )


COMP: dict[str, Pattern] = {
    "block": (((0, 0, "all", 0.55),),),
    "broken": (_run((0, 1, 2, 3, 2, 1, 2, 3), 0.5, 0), _run((0, 1, 2, 3, 4, 3, 2, 1), 0.5, 0)),
    "plucks": (
        _run((0, 2, 1, 3, 2, 1, 3, 2), 0.5, 0.4),
        _run((0, 2, 1, 3, 4, 3, 2, 1), 0.5, 0.4),
    ),
    "strum": (_strum("D-dU-udU"), _strum("D-dU-uDu")),
    "pulse": (
        tuple((i / 2, 0.46, "all" if i % 2 == 0 else "upper", v) for i, v in
              enumerate((0.66, 0.42, 0.52, 0.46, 0.6, 0.42, 0.54, 0.5))),
    ),
    "ostinato": (
        tuple((b + o, 0.2, i, v) for b in range(4) for o, i, v in
              ((0, 0, 0.72), (0.5, 2 if b % 2 else 1, 0.5), (0.75, 1, 0.45))),
        tuple((b + o, 0.2, i, v) for b in range(4) for o, i, v in
              ((0, 0, 0.72), (0.25, 1, 0.42), (0.5, 2, 0.55), (0.75, 3 if b == 3 else 1, 0.46))),
    ),
    "offbeat": (_chops((0.5, 1.5, 2.5, 3.5), 0.3),),
    "arp16": (
        _run((0, 1, 2, 3, 4, 3, 2, 1, 0, 2, 1, 3, 2, 4, 3, 5), 0.25, 0.22),
        _run((0, 2, 4, 2, 3, 1, 2, 3, 0, 2, 4, 5, 4, 3, 2, 1), 0.25, 0.22),
    ),
    "charleston": (
        ((0, 1.2, "all", 0.58), (1.5, 0.4, "all", 0.52)),
        ((1.5, 0.4, "all", 0.55), (3, 0.8, "all", 0.5)),
        ((0, 0.4, "all", 0.55), (2.5, 1.3, "all", 0.58)),
        ((0.5, 0.4, "all", 0.5), (1.5, 1.5, "all", 0.58), (3.5, 0.4, "all", 0.5)),
    ),
    "stabs": (
        ((0, 1.9, "all", 0.6), (2.5, 1.2, "upper", 0.48)),
        ((0, 1.2, "all", 0.58), (1.5, 0.5, "upper", 0.45), (2.75, 1.1, "all", 0.52)),
    ),
    "travis": (
        tuple((i / 2, 0, w, v) for i, (w, v) in enumerate(
            ((0, 0.64), (3, 0.46), (1, 0.52), (2, 0.46),
             (0, 0.6), (3, 0.5), (1, 0.52), (2, 0.44)))),
    ),
    "harp": (
        _run((0, 1, 2, 3, 4, 5, 6, 5), 0.5, 0),
        _run((0, 2, 1, 3, 2, 4, 3, 5), 0.5, 0),
    ),
    "waltz": (((0, 0.9, 0, 0.6), (1, 0.8, "upper", 0.45), (2, 0.8, "upper", 0.42)),),
    "bossa": (
        ((0, 0.45, "upper", 0.56), (1, 0.4, "upper", 0.5), (2.5, 1.2, "upper", 0.58)),
        ((0.5, 0.9, "upper", 0.52), (2, 0.4, "upper", 0.5), (3, 0.8, "upper", 0.56)),
    ),
    "funk": (
        _chops((0, 0.75, 1.5, 2.75, 3.5), 0.18, "upper"),
        _chops((0.5, 0.75, 1.5, 2.25, 2.75), 0.18, "upper"),
    ),
    "drive": (_strum("DddDddDd"), _strum("DddDdDDd")),
}  # fmt: skip
COMP_THREE: dict[str, Pattern] = {
    "strum": (_strum("D-dudu"),),
    "drive": (_strum("DddDdd"),),
    "broken": (_run((0, 1, 2, 3, 2, 1), 0.5, 0, 0.06),),
    "harp": (_run((0, 1, 2, 3, 4, 3), 0.5, 0, 0.06),),
    "charleston": (((0, 0.9, 0, 0.6), (1, 0.5, "upper", 0.5), (2, 0.5, "upper", 0.46)),),
    "stabs": (((0, 1.4, "all", 0.56), (2, 0.8, "upper", 0.46)),),
}
SUSTAINED_COMP = frozenset({"block"})

# (beat, length, degree, velocity): R the bass note, 5 fifth, 8 octave, 3 third, A leads on.
Step = tuple[float, float, str, float]
BASS: dict[str, tuple[tuple[Step, ...], ...]] = {
    "long": (((0, 4, "R", 0.6),),),
    "drone": (((0, 4, "R", 0.6),),),
    "half": (((0, 1.4, "R", 0.66), (2, 1.4, "5", 0.58)),),
    "pop": (
        ((0, 1.4, "R", 0.7), (1.5, 0.5, "R", 0.55), (2, 1.2, "5", 0.62), (3.5, 0.5, "A", 0.5)),
    ),
    "pulse": (tuple((i / 2, 0.45, "R", 0.68 if i % 4 == 0 else 0.54) for i in range(8)),),
    "eighths": (tuple((i / 2, 0.46, "8" if i == 6 else "R", 0.7 if i % 4 == 0 else 0.58)
                      for i in range(8)),),
    "offbeat": (tuple((i + 0.5, 0.42, "R", 0.68) for i in range(4)),),
    "walk": (
        ((0, 0.92, "R", 0.66), (1, 0.92, "3", 0.6), (2, 0.92, "5", 0.64), (3, 0.92, "A", 0.6)),
        ((0, 0.92, "R", 0.66), (1, 0.92, "5", 0.6), (2, 0.92, "3", 0.64), (3, 0.92, "A", 0.6)),
    ),
    "lazy": (
        ((0, 1.3, "R", 0.66), (1.75, 0.25, "R", 0.42), (2.5, 1.2, "5", 0.56)),
        ((0, 1.3, "R", 0.66), (2.5, 0.7, "8", 0.52), (3.5, 0.5, "A", 0.5)),
    ),
    "tresillo": (((0, 1.4, "R", 0.7), (1.5, 1.4, "5", 0.6), (3, 0.9, "8", 0.6)),),
    "bossa": (
        ((0, 1.4, "R", 0.64), (1.5, 0.5, "5", 0.54), (2, 1.4, "5", 0.62), (3.5, 0.5, "R", 0.5)),
    ),
    "funk": (
        ((0, 0.6, "R", 0.78), (0.75, 0.2, "R", 0.5), (1.5, 0.3, "8", 0.66), (2.25, 0.25, "R", 0.56),
         (2.75, 0.4, "5", 0.6), (3.5, 0.4, "A", 0.6)),
        ((0, 0.6, "R", 0.78), (1.25, 0.25, "R", 0.52), (1.75, 0.4, "8", 0.66), (2.5, 0.4, "5", 0.6),
         (3.25, 0.3, "8", 0.5), (3.5, 0.4, "A", 0.6)),
    ),
}  # fmt: skip
LOWEST_BASS, HIGHEST_BASS = 28, 43  # E1, the double bass's lowest string, to G2


def comp(
    style: str,
    spans: Sequence[Span],
    voicings: Sequence[tuple[int, ...]],
    beats_per_bar: int,
    gain: float,
    rng: random.Random,
) -> tuple[Note, ...]:
    """Chords in the rhythm of a style, over all of `spans`."""
    pattern = COMP[style]
    if beats_per_bar == 3:
        pattern = COMP_THREE.get(style, pattern)
    end = spans[-1].start + spans[-1].beats
    notes = []
    for bar in range(round(end / beats_per_bar)):
        events = list(pattern[bar % len(pattern)])
        for beat, beats, what, strength in events:
            at = bar * beats_per_bar + beat
            if beat < beats_per_bar and at < end:
                index = _index_at(spans, at)
                until = spans[index].start + spans[index].beats
                length = until - at if beats == 0 else min(beats, until - at)
                notes += _sounded(what, voicings[index], at, length, gain * strength, rng)
    if style in SUSTAINED_COMP:
        notes += _later_chords(spans, voicings, beats_per_bar, gain, rng)
    return tuple(notes)


def _later_chords(
    spans: Sequence[Span],
    voicings: Sequence[tuple[int, ...]],
    beats_per_bar: int,
    gain: float,
    rng: random.Random,
) -> list[Note]:
    """Held chords that begin inside a bar, where the pattern has no event."""
    notes = []
    for span, stack in zip(spans, voicings, strict=True):
        if span.start % beats_per_bar:
            notes += _sounded("all", stack, span.start, span.beats, 0.5 * gain, rng)
    return notes


def _sounded(
    what: int | str,
    stack: tuple[int, ...],
    at: float,
    beats: float,
    velocity: float,
    rng: random.Random,
) -> list[Note]:
    if isinstance(what, int):
        pitches: tuple[int, ...] = (stack[what % len(stack)] + 12 * (what // len(stack)),)
    else:
        pitches = stack[1:] if what == "upper" and len(stack) > 2 else stack
    spread = {"down": 0.011, "up": 0.008, "all": 0.003, "upper": 0.002}.get(str(what), 0.0)
    ordered = pitches[::-1] if what == "up" else pitches
    start = abs(rng.gauss(0.004, 0.004))
    notes = []
    for number, pitch in enumerate(ordered):
        strength = velocity * rng.uniform(0.93, 1.05)
        late_s = start + number * spread + rng.uniform(0, 0.002)
        notes.append(Note(at, beats, pitch, min(1.0, strength), late_s))
    return notes


def pad(
    spans: Sequence[Span],
    voicings: Sequence[tuple[int, ...]],
    gain: float,
    longest_beats: float,
) -> tuple[Note, ...]:
    """Held chords; a pitch that stays in the next chord is held over, up to `longest_beats`."""
    notes = []
    held: dict[int, float] = {}
    for index, (span, stack) in enumerate(zip(spans, voicings, strict=True)):
        following = set(voicings[index + 1]) if index + 1 < len(voicings) else set()
        until = span.start + span.beats
        for pitch in stack:
            start = held.pop(pitch, span.start)
            further = spans[index + 1].beats if pitch in following else 0.0
            if further and until - start + further <= longest_beats:
                held[pitch] = start
            else:
                notes.append(Note(start, until - start, pitch, 0.55 * gain))
    return tuple(notes)


def bass(
    style: str, spans: Sequence[Span], key: Key, beats_per_bar: int, gain: float, rng: random.Random
) -> tuple[Note, ...]:
    """A bass line in a style; every chord starts on its bass note, except off-beat styles."""
    bars = BASS[style]
    end = spans[-1].start + spans[-1].beats
    events: list[Step] = []
    for bar in range(round(end / beats_per_bar)):
        steps = bars[bar % len(bars)]
        for beat, beats, degree, strength in steps:
            if beat < beats_per_bar:
                events.append((bar * beats_per_bar + beat, beats, degree, strength))
    if style != "offbeat":
        starts = {event[0] for event in events}
        events += [(s.start, s.beats, "R", 0.62) for s in spans if s.start not in starts]
    notes: list[Note] = []
    before = 36
    seen: set[int] = set()
    for at, beats, degree, strength in sorted(events):
        index = _index_at(spans, at)
        span = spans[index]
        if index not in seen:
            degree = "R"
            seen.add(index)
        following = spans[(index + 1) % len(spans)].sounding.bass
        pitch = _bass_pitch(degree, span, key, following, before)
        before = pitch if degree in ("R", "A") else before
        length = min(beats, span.start + span.beats - at)
        velocity = gain * strength * rng.uniform(0.95, 1.05)
        notes.append(Note(at, length, pitch, min(1.0, velocity), abs(rng.gauss(0.004, 0.003))))
    return tuple(notes)


def _bass_pitch(degree: str, span: Span, key: Key, following: int, before: int) -> int:
    sounding = span.sounding
    root = bass_note(sounding.bass, before)
    if degree == "8":
        return root + 12
    if degree == "5" and len(sounding.notes) > 1:
        fifth = sounding.notes[2] if len(sounding.notes) > 2 else sounding.notes[1]
        above = root + (fifth - root) % 12
        return above if above <= HIGHEST_BASS + 3 else above - 12
    if degree == "3" and len(sounding.notes) > 2:
        return root + (sounding.notes[1] - root) % 12
    if degree == "A":
        target = bass_note(following, root)
        # From below by a scale step if there is one, else by a semitone.
        allowed = scale_over(sounding, key)
        return next(
            (target - step for step in (2, 1) if (target - step) % 12 in allowed), target - 1
        )
    return root


def bass_note(note: int, before: int = 36) -> int:
    """The pitch of a pitch class in the bass's range, close to the one before."""
    options = [pitch for pitch in range(LOWEST_BASS, HIGHEST_BASS + 1) if pitch % 12 == note]
    return min(options, key=lambda pitch: (abs(pitch - before) + 0.4 * abs(pitch - 36), pitch))


def colour(
    style: str,
    spans: Sequence[Span],
    key: Key,
    low: int,
    high: int,
    beats_per_bar: int,
    rng: random.Random,
) -> tuple[Note, ...]:
    """A second voice round the tune, between `low` and `high`.

    Styles: `sparkle` scattered chord notes; `arp` running eighths; `drops` a note now and then;
    `answer` a short run where the tune breathes; `counter` long notes that move by step; `muted`
    a repeated low note.
    """
    end = spans[-1].start + spans[-1].beats
    bars = round(end / beats_per_bar)
    tones = [_tones(span, low, high) for span in spans]
    if style == "counter":
        return _counter(spans, tones, (low + high) // 2, rng)
    notes = []
    for bar in range(bars):
        for beat, beats, velocity in _colour_rhythm(style, bar, beats_per_bar, rng):
            at = bar * beats_per_bar + beat
            options = tones[_index_at(spans, at)]
            if style == "arp":
                place = (0, 2, 1, 3, 2, 4, 3, 1)[round(beat * 2) % 8]
                pitch = options[min(place, len(options) - 1)]
            elif style == "muted":
                pitch = options[0] if beat % 1 == 0 else options[min(2, len(options) - 1)]
            elif style == "answer":
                allowed = scale_over(spans[_index_at(spans, at)].sounding, key)
                scale = [p for p in range(low, high + 1) if p % 12 in allowed]
                first = len(scale) // 2
                pitch = scale[min(len(scale) - 1, first + round((beat - 2) * 2))]
                if beat == beats_per_bar - 0.5 or rng.random() < 0.3:
                    pitch = min(options, key=lambda option: abs(option - pitch))
            else:
                pitch = options[rng.randrange(len(options))]
            notes.append(
                Note(
                    at,
                    beats,
                    pitch,
                    velocity * rng.uniform(0.9, 1.08),
                    abs(rng.gauss(0.006, 0.005)),
                )
            )
    return tuple(notes)


def _colour_rhythm(
    style: str, bar: int, beats_per_bar: int, rng: random.Random
) -> list[tuple[float, float, float]]:
    eighths = [i / 2 for i in range(beats_per_bar * 2)]
    if style == "arp":
        return [(beat, 0.45, 0.5 if beat % 1 == 0 else 0.4) for beat in eighths]
    if style == "muted":
        return [(beat, 0.3, 0.52 if beat % 2 == 0 else 0.4) for beat in eighths]
    if style == "drops":
        return [(rng.choice((0.0, 1.0, 1.5, 2.0)), 2.0, 0.45)] if rng.random() < 0.7 else []
    if style == "answer":
        if bar % 2 == 0:
            return []
        first = rng.choice((beats_per_bar - 2.0, beats_per_bar - 1.5))
        return [(beat, 0.45, 0.46) for beat in eighths if beat >= first]
    beats = sorted(rng.sample(eighths[1:], 2))
    return [(beat, 1.0, 0.42) for beat in beats]


def _counter(
    spans: Sequence[Span], tones: Sequence[list[int]], middle: int, rng: random.Random
) -> tuple[Note, ...]:
    notes = []
    before = middle
    for span, options in zip(spans, tones, strict=True):
        # Thirds and sevenths name the chord; the nearest of them makes the smoothest line.
        guides = [
            p for p in options if p % 12 in span.sounding.notes[1:2] + span.sounding.notes[3:4]
        ]
        pitch = min(guides or options, key=lambda p: (abs(p - before) + 0.2 * abs(p - middle), p))
        before = pitch
        notes.append(Note(span.start, span.beats * 0.97, pitch, 0.46, rng.uniform(0.005, 0.02)))
    return tuple(notes)


def _tones(span: Span, low: int, high: int) -> list[int]:
    return [pitch for pitch in range(low, high + 1) if pitch % 12 in span.sounding.notes]


def _index_at(spans: Sequence[Span], beat: float) -> int:
    return max(i for i, span in enumerate(spans) if span.start <= beat + 1e-6)
