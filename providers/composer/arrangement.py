"""From a brief to a score: which section plays what, and how full it is."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from providers.composer import accompaniment, melody, rhythm
from providers.composer.harmony import CADENCES, Span, choose, progression, voicings
from providers.composer.instruments import INSTRUMENTS
from providers.composer.melody import Theme
from providers.composer.mood import Brief
from providers.composer.moods import Mood
from providers.composer.score import Note, Part, Passage, Score
from providers.composer.theory import chord

UNIQUE_S = 78.0  # music before a section returns, without intro, fillers and ending
GROWING = ("a", "f", "d", "b", "c")  # in this order, sections get eight bars while time allows
BREATH_S = 6.0  # a bow, or a breath
FINAL_S = 6.5  # how long the last chord is held; the mix fades it earlier
STRONG_ENERGY = 0.6


@dataclass(frozen=True)
class Plan:
    """What a section has.

    Attributes:
      name: Its name.
      chords: `loop`, `other` (a second progression from the tonic) or `answer`.
      tune: `first` or `second` theme; the first one `varied`, or `high`, at the top of the range;
        `quiet`, a sparse one; `close` for the ending; or nothing.
      colour: Whether the second voice plays.
      rhythm: Percussion relative to the mood's fullest: 0 the fullest, -1 less; `OFF` none.
      bass: Whether the bass plays.
      gain: Of all velocities.
    """

    name: str
    chords: str
    tune: str
    colour: bool
    rhythm: int
    bass: bool = True
    gain: float = 1.0


OFF = -9
PLANS = (
    Plan("a", "loop", "first", False, -1, gain=0.95),
    Plan("b", "answer", "second", True, -1),
    Plan("c", "loop", "", True, 0, gain=0.95),
    Plan("d", "other", "varied", True, 0),
    Plan("e", "answer", "quiet", True, OFF, bass=False, gain=0.85),
    Plan("f", "loop", "high", True, 0, gain=1.08),
)


def write_score(brief: Brief) -> Score:
    """Composes all sections of a piece.

    Intro (2 bars), `a` to `f` (4 or 8), `turn` (2) and `link` (1) to fill up, `ending` (2 bars
    and the final chord). Every section but the ending may follow every other.
    """
    writer = _Writer.for_brief(brief)
    beats = brief.mood.beats
    bar_s = beats * 60 / brief.tempo_bpm
    bars = dict.fromkeys((plan.name for plan in PLANS), 4)
    for name in GROWING:
        if (sum(bars.values()) + 4) * bar_s <= UNIQUE_S:
            bars[name] = 8
    passages = [writer.intro()]
    passages += [writer.middle(plan, bars[plan.name]) for plan in PLANS]
    passages += [writer.turn(), writer.link(), writer.ending()]
    swung = tuple(_swung(passage, brief.mood) for passage in passages)
    return Score(brief.tempo_bpm, beats, brief.mood.room, swung)


@dataclass(frozen=True)
class _Writer:
    brief: Brief
    loops: dict[str, str]
    themes: dict[str, Theme]

    @staticmethod
    def for_brief(brief: Brief) -> "_Writer":
        mood = brief.mood
        rng = random.Random(f"{brief.seed} themes")
        loop = choose(mood.loops, rng)
        rest = [other for other in mood.loops if other != loop] or [loop]
        loops = {"loop": loop, "other": choose(rest, rng), "answer": choose(mood.answers, rng)}
        first = melody.theme(rng, mood.melody, mood.beats, 8)
        second = melody.theme(rng, mood.melody, mood.beats, 8)
        quiet = melody.theme(rng, "sparse", mood.beats, 8)
        return _Writer(brief, loops, {"first": first, "second": second, "quiet": quiet})

    def intro(self) -> Passage:
        """Two bars that set the scene: chords, and what drives them."""
        mood = self.brief.mood
        text = " ".join(self.loops["loop"].split()[:1] + self.loops["loop"].split()[-1:])
        # Without a pad under it, a rhythm needs its bass from the first bar.
        drives = mood.energy >= STRONG_ENERGY or not mood.pad
        plan = Plan("intro", text, "", not drives, -2 if drives else OFF, drives, 0.92)
        return self._passage(plan, 2, text)

    def middle(self, plan: Plan, bars: int) -> Passage:
        """A section of four bars, or of eight."""
        text = self.loops[plan.chords]
        if bars == 8:
            # The second half goes elsewhere and comes back.
            partner = "answer" if plan.chords != "answer" else "other"
            text = f"{text} {text if plan.chords == 'loop' else self.loops[partner]}"
        return self._passage(plan, bars, text)

    def turn(self) -> Passage:
        """Two bars without tune, to wait."""
        symbols = self.loops["other"].split()
        plan = Plan("turn", "other", "", True, -1, gain=0.92)
        return self._passage(plan, 2, f"{symbols[0]} {symbols[-1]}")

    def link(self) -> Passage:
        """One bar that leads on."""
        last = self.loops["answer"].split()[-1]
        return self._passage(Plan("link", "answer", "", False, -1), 1, last)

    def ending(self) -> Passage:
        """The cadence, and the chord that is left to ring."""
        brief, mood = self.brief, self.brief.mood
        text, final = CADENCES[mood.cadence]
        passage = self._passage(Plan("ending", text, "close", False, -1), 2, text)
        beat = 2.0 * mood.beats
        # The video may end as late as a bar and 1.5 s after the chord.
        beats = max(FINAL_S * brief.tempo_bpm / 60, mood.beats + 2.5 * brief.tempo_bpm / 60)
        span = Span(chord(final, brief.key.tonic), beat, beats)
        return replace(passage, parts=(*passage.parts, *self._final(span)))

    def _final(self, span: Span) -> Iterable[Part]:
        mood = self.brief.mood
        gain = 0.8 + 0.25 * mood.energy
        spans = (span,)
        for role, name in (("comp", mood.comp), ("pad", mood.pad)):
            if name:
                low, high = _chord_range(name, role)
                (stack,) = voicings(spans, low, high, 4)
                spread = 0.03 if role == "comp" else 0.0
                yield Part(
                    role,
                    name,
                    tuple(
                        Note(span.start, span.beats, pitch, 0.6 * gain, spread * number)
                        for number, pitch in enumerate(stack)
                    ),
                )
        if mood.bass:
            pitch = accompaniment.bass_note(span.sounding.bass)
            root = (Note(span.start, span.beats, pitch, 0.62 * gain, 0.004),)
            yield Part("bass", mood.bass, self._in_range(root))
        if mood.lead and self.brief.has_lead:
            instrument = INSTRUMENTS[mood.lead]
            middle = (instrument.low + instrument.high) // 2
            homes = [
                p for p in range(instrument.low, instrument.high) if p % 12 == span.sounding.root
            ]
            pitch = min(homes, key=lambda home: abs(home - middle))
            yield Part(
                "lead", mood.lead, (Note(span.start, min(span.beats, 6), pitch, 0.6 * gain, 0.01),)
            )
        if mood.level:
            hits = [("boom" if mood.energy > STRONG_ENERGY else "soft kick", 0.7)]
            if mood.level >= 2 and mood.energy > STRONG_ENERGY:
                hits.append(("crash", 0.6))
            for piece, velocity in hits:
                yield Part("drums", piece, (Note(span.start, 0.5, 0, velocity, 0.003),))

    def _passage(self, plan: Plan, bars: int, text: str) -> Passage:
        brief, mood = self.brief, self.brief.mood
        rng = random.Random(f"{brief.seed} {plan.name}")
        spans = progression(text, brief.key, mood.beats)
        gain = plan.gain * (0.75 + 0.4 * mood.energy)
        parts = []
        if mood.comp:
            low, high = _chord_range(mood.comp, "comp")
            rootless = bool(mood.bass) and plan.bass
            stacks = voicings(spans, low, high, 4, rootless=rootless)
            # Guitars are strummed and bars are struck: a style for another instrument is kept
            # where it can be played, else chords are broken.
            style = _playable(mood.comp_style, mood.comp, self.brief.mood.beats)
            notes = accompaniment.comp(style, spans, stacks, mood.beats, gain, rng)
            parts.append(Part("comp", mood.comp, notes))
        if mood.pad:
            low, high = _chord_range(mood.pad, "pad")
            stacks = voicings(spans, low, high, 4)
            longest = BREATH_S * brief.tempo_bpm / 60
            parts.append(Part("pad", mood.pad, accompaniment.pad(spans, stacks, gain, longest)))
        if mood.bass and (plan.bass or not mood.pad):
            notes = accompaniment.bass(mood.bass_style, spans, brief.key, mood.beats, gain, rng)
            parts.append(Part("bass", mood.bass, self._in_range(notes)))
        if plan.colour and mood.colour:
            parts.append(self._colour(plan, spans, rng))
        if plan.tune and mood.lead and brief.has_lead:
            parts.append(self._tune(plan, bars, spans, rng))
        level = max(0, min(mood.level, max(mood.level + plan.rhythm, 1)))
        if plan.rhythm == OFF and parts:  # percussion by itself goes on
            level = 0
        fills = plan.name not in ("turn", "ending")
        parts += rhythm.drums(
            mood.groove, level, bars, mood.beats, rng, fill=fills, gain=0.8 + 0.25 * mood.energy
        )
        return Passage(plan.name, bars, tuple(part for part in parts if part.notes))

    def _in_range(self, notes: tuple[Note, ...]) -> tuple[Note, ...]:
        """Bass notes an octave up where a piano or a guitar plays them."""
        if INSTRUMENTS[self.brief.mood.bass].low < 40:
            return notes
        return tuple(replace(note, pitch=note.pitch + 12) for note in notes)

    def _colour(self, plan: Plan, spans: tuple[Span, ...], rng: random.Random) -> Part:
        mood = self.brief.mood
        name = mood.colour
        style = mood.colour_style
        if style == "muted" and name == "electric guitar":
            name = "muted guitar"
        if style == "counter" and INSTRUMENTS[name].longest_s:
            style = "sparkle"  # a struck note does not hold a line
        if plan.tune and style == "answer" and plan.tune != "quiet":
            style = "drops"  # the tune has the floor
        instrument = INSTRUMENTS[name]
        low, high = instrument.low, min(instrument.high, instrument.low + 15)
        notes = accompaniment.colour(style, spans, self.brief.key, low, high, mood.beats, rng)
        return Part("colour", name, notes)

    def _tune(self, plan: Plan, bars: int, spans: tuple[Span, ...], rng: random.Random) -> Part:
        mood = self.brief.mood
        instrument = INSTRUMENTS[mood.lead]
        middle = (instrument.low + instrument.high) // 2 + (3 if plan.tune == "high" else -2)
        low = max(instrument.low, middle - 9)
        high = min(instrument.high, middle + 9)
        theme = self.themes.get(plan.tune, self.themes["first"])
        if plan.tune in ("varied", "high"):
            theme = melody.ornamented(theme, rng)
        if bars < 8:
            theme = melody.shortened(theme, bars, mood.beats)
        notes = melody.sung(
            theme, spans, self.brief.key, low, high, rng, closes=plan.tune in ("high", "first")
        )
        louder = 0.9 + 0.25 * mood.energy * (1.1 if plan.tune == "high" else 1.0)
        return Part(
            "lead",
            mood.lead,
            tuple(replace(note, velocity=min(1.0, note.velocity * louder)) for note in notes),
        )


STRUMMED = frozenset({"ukulele", "acoustic guitar", "nylon guitar", "electric guitar", "lute"})
SHORT = frozenset({"pizzicato", "spiccato", "marimba", "synth pluck", "harpsichord"})


def _playable(style: str, instrument: str, beats: int) -> str:
    """A comping style that the instrument can play and the metre allows."""
    if style in ("strum", "drive", "travis") and instrument not in STRUMMED:
        return "pulse" if style != "travis" else "broken"
    if style in ("broken", "block", "waltz", "harp") and instrument in SHORT:
        return "plucks"
    if style in ("ostinato", "plucks", "arp16", "pulse") and instrument in STRUMMED:
        return "travis" if style != "pulse" else "strum"
    if style == "ostinato" and instrument not in SHORT:
        return "broken"
    if beats == 3 and style in ("charleston", "stabs", "funk", "bossa"):
        return "waltz"
    return style


def _chord_range(name: str, role: str) -> tuple[int, int]:
    """Where an instrument's chords lie; accompaniment keeps below the tune."""
    instrument = INSTRUMENTS[name]
    low = max(48, instrument.low - (5 if role == "comp" else 1))
    return low, low + 20


def _swung(passage: Passage, mood: Mood) -> Passage:
    """The passage with the second half of each beat, or half beat, late."""
    if mood.swing == 0.5:
        return passage
    unit = mood.swing_unit * 2
    bars_end = passage.bars * mood.beats

    def late(beat: float) -> float:
        whole, part = divmod(beat, unit)
        half = part / unit
        bent = half * 2 * mood.swing if half < 0.5 else 1 - (1 - half) * 2 * (1 - mood.swing)
        return (whole + bent) * unit

    def moved(note: Note) -> Note:
        if note.start >= bars_end:
            return note
        start = late(note.start)
        return replace(note, start=start, beats=max(0.05, late(note.start + note.beats) - start))

    parts = (replace(part, notes=tuple(map(moved, part.notes))) for part in passage.parts)
    return replace(passage, parts=tuple(parts))
