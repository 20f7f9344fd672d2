"""From a score to sound: every section by itself, with all that rings on after its bars.

Whatever happens to a section is linear in its notes (the peak limiter, which works for a few
milliseconds at a time, is the one exception), so sections laid one after the other, each over
the tail of the one before, sound as if played in one go.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from providers.composer import mastering
from providers.composer.instruments import INSTRUMENTS, note
from providers.composer.percussion import PIECES, stroke
from providers.composer.room import ROOMS, impulse, reverberated
from providers.composer.score import Note, Part, Passage, Score
from providers.composer.tone import RATE, Samples, hertz, highpass, peaks

# Under a narration a tune must not stand out as it would in a concert.
ROLE_DB = {"lead": -2.5, "colour": -5.0, "comp": -4.0, "pad": -6.5, "bass": -3.5, "drums": -2.0}
LAYERS = (0.4, 0.6, 0.82)  # velocities at which a note's colour is rendered
TAKES = 3  # different strokes of a drum, in turn: repeating one sounds like a machine
SILENT = 3e-4  # -70 dBFS: where a tail ends
LONGEST_S = 16.0  # no sound lasts that long after a section's bars: final chords take 13 s
RING_S = 6.0  # the ending is at least this long after its last bar line
ECHO_TAPS = ((1, 1.0), (2, 0.55), (3, 0.3))  # (repeat, level), from side to side

PUMPING, PUMP_S, PUMP_DEPTH = "house kick", 0.28, 0.55  # the breathing of dance music
AIR, AIR_HZ = 0.45, 4500.0  # a shelf of +3 dB: summed synthesis is duller than a recording

Cache = dict[tuple[str, int, int], Samples]


@dataclass(frozen=True)
class Rendered:
    """A section as sound.

    Attributes:
      name, bars: As in the score.
      length: Samples of its bars.
      wave: Shape (length + tail, 2).
    """

    name: str
    bars: int
    length: int
    wave: Samples


def rendered(score: Score, seed: int) -> tuple[Rendered, ...]:
    """All sections at the same gain, together at -18 LUFS, peaks below -1 dBFS."""
    sections = _played(score, seed)
    gain = _gain(sections)
    worst = _worst_tail(sections) * np.float32(gain)
    for index, section in enumerate(sections):  # in place: a piece takes 80 MB
        loud = mastering.limited(section.wave * np.float32(gain), worst)
        sections[index] = replace(section, wave=loud)
    return tuple(sections)


def bar_samples(score: Score) -> int:
    """Length of a bar in whole samples; every bar line lies on a multiple of it."""
    return round(score.beats_per_bar * 60 / score.tempo_bpm * RATE)


def _played(score: Score, seed: int) -> list[Rendered]:
    bar = bar_samples(score)
    tones = _tones(score, bar, seed)
    response = impulse(ROOMS[score.room])
    return [_section(passage, score, bar, tones, response) for passage in score.passages]


def _layer(velocity: float) -> int:
    return 0 if velocity < 0.5 else 1 if velocity < 0.71 else 2


def _tones(score: Score, bar: int, seed: int) -> Cache:
    """Each note and stroke of the piece once, as long as its longest use."""
    beat_s = bar / score.beats_per_bar / RATE
    needed: dict[tuple[str, int, int], float] = {}
    for passage in score.passages:
        for part in passage.parts:
            for one in part.notes:
                if part.role == "drums":
                    for take in range(TAKES):
                        needed[part.instrument, take, _layer(one.velocity)] = 0.0
                    continue
                key = (part.instrument, one.pitch, _layer(one.velocity))
                instrument = INSTRUMENTS[part.instrument]
                seconds = one.beats * beat_s + instrument.release_s + 0.01
                if instrument.longest_s:
                    longest = instrument.longest_s
                    seconds = longest if instrument.rings else min(seconds, longest)
                needed[key] = max(needed.get(key, 0.0), seconds)
    tones: Cache = {}
    for (name, pitch, layer), seconds in needed.items():
        rng = np.random.default_rng([seed % 2**32, zlib.crc32(name.encode()), pitch, layer])
        if seconds:
            wave = note(INSTRUMENTS[name], hertz(pitch), LAYERS[layer], seconds, rng)
        else:
            wave = stroke(PIECES[name], LAYERS[layer], rng)
        tones[name, pitch, layer] = wave
    return tones


def _section(passage: Passage, score: Score, bar: int, tones: Cache, response: Samples) -> Rendered:
    length = passage.bars * bar
    beat = bar / score.beats_per_bar
    size = length + round(LONGEST_S * RATE)
    dry, send = np.zeros((size, 2), np.float32), np.zeros((size, 2), np.float32)
    pump = _pump(passage, beat, size)
    size = length
    for part in passage.parts:
        track = _track(part, beat, tones)
        gain, wet, pan = _mix(part)
        balance = np.array([min(1.0, 1 - pan), min(1.0, 1 + pan)], np.float32) * np.float32(gain)
        track *= balance
        if pump is not None and part.role in ("pad", "comp", "bass"):
            track *= pump[: len(track)]
        dry[: len(track)] += track
        track *= np.float32(wet)
        send[: len(track)] += track
        size = max(size, len(track))
    dry, send = dry[:size], send[:size]
    wave = reverberated(send, response)
    wave[:size] += dry
    del dry, send  # a minute's section takes 20 MB in each of these
    wave = highpass(wave, 28)
    wave += AIR * highpass(wave, AIR_HZ, order=1)
    if passage.name == "ending":
        wave[length:] *= _dying(len(wave) - length)
        least = length + max(round(RING_S * RATE), bar + 2 * RATE)
        wave = np.pad(wave, ((0, max(0, least - len(wave))), (0, 0)))
        return Rendered(passage.name, passage.bars, length, _trimmed(wave, length, least))
    return Rendered(passage.name, passage.bars, length, _trimmed(wave, length, length))


def _pump(passage: Passage, beat: float, size: int) -> Samples | None:
    """The gain of everything that makes way for a house kick; shape (size, 1)."""
    kicks = [
        note.start for part in passage.parts if part.instrument == PUMPING for note in part.notes
    ]
    if not kicks:
        return None
    gain = np.ones(size, np.float32)
    fall = np.linspace(0, 1, round(PUMP_S * RATE), dtype=np.float32)
    shape = 1 - PUMP_DEPTH * np.cos(np.pi / 2 * fall) ** 2
    shape[: RATE // 200] = np.linspace(1, shape[RATE // 200], RATE // 200)  # 5 ms: no click
    for kick in kicks:
        at = round(kick * beat)
        stop = min(size, at + len(shape))
        gain[at:stop] = np.minimum(gain[at:stop], shape[: stop - at])
    return gain[:, None]


def _mix(part: Part) -> tuple[float, float, float]:
    decibels = ROLE_DB[part.role]
    if part.role == "drums":
        return 10 ** (decibels / 20), PIECES[part.instrument].wet, 0.0
    instrument = INSTRUMENTS[part.instrument]
    return 10 ** ((decibels + instrument.trim_db) / 20), instrument.wet, instrument.pan


def _track(part: Part, beat: float, tones: Cache) -> Samples:
    """One part, dry; shape (n, 2) with n up to its last sound."""
    pieces = list(_sounds(part, beat, tones))
    out = np.zeros((max(at + len(wave) for at, wave in pieces), 2), np.float32)
    for at, wave in pieces:
        out[at : at + len(wave)] += wave
    echo = 0.0 if part.role == "drums" else INSTRUMENTS[part.instrument].echo
    return _echoed(out, echo, round(0.75 * beat)) if echo else out


def _sounds(part: Part, beat: float, tones: Cache) -> Iterator[tuple[int, Samples]]:
    for number, one in enumerate(part.notes):
        at = max(0, round(one.start * beat + one.late_s * RATE))
        layer = _layer(one.velocity)
        if part.role == "drums":
            wave = tones[part.instrument, number % TAKES, layer]
            yield at, wave * np.float32(one.velocity**1.3)
            continue
        wave = tones[part.instrument, one.pitch, layer]
        level = np.float32((one.velocity / 0.7) ** 1.5)
        yield at, _let_go(wave, one, beat, INSTRUMENTS[part.instrument].release_s) * level


def _let_go(wave: Samples, one: Note, beat: float, release_s: float) -> Samples:
    """The note up to its end and its release; a note that rings is left alone but for its end."""
    if not release_s:
        fade = min(len(wave), RATE // 20)
        stop = len(wave)
    else:
        fade = round(release_s * RATE)
        stop = min(len(wave), round(one.beats * beat) + fade)
        fade = min(fade, stop)
    out = wave[:stop].copy()
    falling = np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    out[stop - fade :] *= falling[:, None]
    return out


def _echoed(wave: Samples, level: float, delay: int) -> Samples:
    out = np.zeros((len(wave) + delay * len(ECHO_TAPS), 2), np.float32)
    out[: len(wave)] = wave
    for repeat, gain in ECHO_TAPS:
        side = wave[:, ::-1] if repeat % 2 else wave
        out[repeat * delay : repeat * delay + len(wave)] += side * np.float32(level * gain)
    return out


def _dying(n: int) -> Samples:
    """The gain of the final chord: whole for a second, then fading like a held pedal."""
    time = np.arange(n) / RATE
    gain = np.exp(-np.maximum(time - 1.0, 0) / 3.2)
    return gain.astype(np.float32)[:, None]


def _trimmed(wave: Samples, length: int, least: int) -> Samples:
    """The wave without what can no longer be heard, faded to nothing at its end."""
    loud = np.flatnonzero(peaks(wave[length:]) > SILENT)
    heard = length + (int(loud[-1]) if len(loud) else 0)
    stop = min(len(wave), max(heard + RATE // 10, least))
    out = wave[:stop].copy()
    fade = min(RATE // 4, stop - length)
    out[stop - fade :] *= np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32))[:, None] ** 2
    return out


def _gain(sections: Sequence[Rendered]) -> float:
    """One gain for all sections, found with the limiter in place."""
    bodies = [section.wave[: section.length] for section in sections]
    tail = _worst_tail(sections)
    gain = 10 ** ((mastering.TARGET_LUFS - mastering.loudness_lufs(bodies)) / 20)
    for _ in range(2):
        factor = np.float32(gain)
        heard = (mastering.limited(body * factor, tail * factor) for body in bodies)
        missing = mastering.TARGET_LUFS - mastering.loudness_lufs(heard)
        if abs(missing) < 0.1:
            break
        gain *= 10 ** (missing / 20)
    return float(gain)


def _worst_tail(sections: Sequence[Rendered]) -> Samples:
    """The most that any section may leave ringing over the next one, sample by sample."""
    tails = [peaks(section.wave[section.length :]) for section in sections[:-1]]
    worst = np.zeros(max(map(len, tails)), np.float32)
    for tail in tails:
        np.maximum(worst[: len(tail)], tail, out=worst[: len(tail)])
    return worst
