import itertools
import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest

from providers.composer.arrangement import write_score
from providers.composer.harmony import progression, voicings
from providers.composer.instruments import INSTRUMENTS
from providers.composer.mood import Brief, read_brief
from providers.composer.moods import MOODS
from providers.composer.percussion import PIECES
from providers.composer.score import Note, Passage, Score
from providers.composer.theory import Key, chord, scale_over

MOOD_NAMES = [mood.name for mood in MOODS]


def _brief(mood: str, seed: int = 0, beats: int = 0) -> Brief:
    brief = read_brief(mood, seed)
    own = next(known for known in MOODS if known.name == mood)
    return replace(brief, mood=replace(own, beats=beats) if beats else own)


@cache
def _score(mood: str) -> Score:
    return write_score(_brief(mood))


def _notes(passage: Passage, role: str) -> list[Note]:
    return sorted(
        (note for part in passage.parts if part.role == role for note in part.notes),
        key=lambda note: note.start,
    )


def _passage(score: Score, name: str) -> Passage:
    return next(passage for passage in score.passages if passage.name == name)


@pytest.mark.parametrize("beats", [3, 4])
@pytest.mark.parametrize("mood", MOOD_NAMES)
def test_every_mood_can_be_played_in_both_metres(mood: str, beats: int) -> None:
    score = write_score(_brief(mood, seed=beats, beats=beats))

    for passage in score.passages:
        assert passage.parts
        for part in passage.parts:
            last = passage.bars * beats + (0.01 if passage.name == "ending" else -0.01)
            for note in part.notes:
                assert 0 <= note.start <= last
                assert 0 < note.velocity <= 1
                assert note.beats > 0
                known = PIECES if part.role == "drums" else INSTRUMENTS
                assert part.instrument in known


@pytest.mark.parametrize("mood", MOOD_NAMES)
def test_piece_has_intro_varied_middle_fillers_and_ending(mood: str) -> None:
    score = _score(mood)

    names = [passage.name for passage in score.passages]
    bars = {passage.name: passage.bars for passage in score.passages}
    assert names == ["intro", "a", "b", "c", "d", "e", "f", "turn", "link", "ending"]
    assert all(bars[name] in (4, 8) for name in "abcdef")
    assert [bars[name] for name in ("intro", "turn", "link", "ending")] == [2, 2, 1, 2]


@pytest.mark.parametrize("mood", MOOD_NAMES)
def test_unique_music_lasts_about_a_minute_or_more(mood: str) -> None:
    score = _score(mood)

    bar_s = score.beats_per_bar * 60 / score.tempo_bpm
    assert 50 < sum(passage.bars for passage in score.passages[1:7]) * bar_s < 110


@pytest.mark.parametrize("mood", MOOD_NAMES)
def test_tune_pauses_in_the_third_section_and_bass_and_chords_go_on(mood: str) -> None:
    score = _score(mood)

    assert _notes(_passage(score, "a"), "lead")
    assert not _notes(_passage(score, "c"), "lead")
    assert _notes(_passage(score, "c"), "comp") or _notes(_passage(score, "c"), "pad")
    assert _notes(_passage(score, "c"), "bass")


@pytest.mark.parametrize("mood", MOOD_NAMES)
def test_tune_stands_on_chord_notes_and_moves_by_step_more_than_by_leap(mood: str) -> None:
    steps = leaps = inside = 0
    brief = _brief(mood)
    score = _score(mood)

    for name in ("a", "f"):
        notes = _notes(_passage(score, name), "lead")
        inside += sum(note.pitch % 12 in brief.key.pitch_classes for note in notes) / len(notes) / 2
        moves = [abs(b.pitch - a.pitch) for a, b in itertools.pairwise(notes)]
        steps += sum(move <= 4 for move in moves)
        leaps += sum(move > 7 for move in moves)

    assert inside > 0.7
    assert steps > 4 * leaps


@pytest.mark.parametrize("mood", MOOD_NAMES)
def test_tune_stays_where_its_instrument_sounds_best(mood: str) -> None:
    brief = _brief(mood)

    score = _score(mood)

    instrument = INSTRUMENTS[brief.mood.lead]
    pitches = [n.pitch for passage in score.passages for n in _notes(passage, "lead")]
    assert instrument.low <= min(pitches)
    assert max(pitches) <= instrument.high


@pytest.mark.parametrize("mood", MOOD_NAMES)
def test_final_chord_starts_on_the_bar_line_with_the_tonic_in_the_bass(mood: str) -> None:
    brief = _brief(mood)

    ending = _score(mood).passages[-1]

    downbeat = 2 * brief.mood.beats
    finals = [n for n in _notes(ending, "bass") if n.start >= downbeat]
    assert [n.start for n in finals] == [downbeat]
    assert finals[0].pitch % 12 == brief.key.tonic
    assert finals[0].beats * 60 / brief.tempo_bpm >= 1.5 + brief.mood.beats * 60 / brief.tempo_bpm


def test_theme_returns() -> None:
    score = write_score(_brief("folk"))

    rhythms = [
        [note.start for note in _notes(_passage(score, name), "lead") if note.start < 4]
        for name in ("a", "ending")
    ]
    assert rhythms[0] == rhythms[1]


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("energetic rock, no drums", id="rock"),
        pytest.param("epic, sans percussion", id="epic"),
        pytest.param("solo piano", id="solo"),
    ],
)
def test_no_percussion_is_written_where_none_is_wanted(prompt: str) -> None:
    score = write_score(read_brief(prompt, 0))

    assert not any(_notes(passage, "drums") for passage in score.passages)


def test_percussion_grows_and_leads_out_of_a_section() -> None:
    score = write_score(_brief("inspiring"))

    a, f = _notes(_passage(score, "a"), "drums"), _notes(_passage(score, "f"), "drums")
    bars = _passage(score, "f").bars
    middle = {(n.start % 4, n.pitch) for n in f if n.start < 4}
    last = {(n.start % 4, n.pitch) for n in f if n.start >= (bars - 1) * 4}
    assert len(f) / bars > len(a) / _passage(score, "a").bars
    assert middle != last
    assert not _notes(_passage(score, "e"), "drums")


def test_swing_delays_the_second_half_of_a_beat() -> None:
    straight = write_score(replace(_brief("jazzy"), mood=replace(_brief("jazzy").mood, swing=0.5)))
    swung = write_score(_brief("jazzy"))

    halves = [
        {round(n.start % 1, 2) for n in _notes(_passage(score, "f"), "drums")}
        for score in (straight, swung)
    ]
    assert 0.5 in halves[0]
    assert 0.65 in halves[1]
    assert 0.5 not in halves[1]


def test_same_brief_gives_the_same_score_in_another_process() -> None:
    code = (
        "from providers.composer.arrangement import write_score;"
        "from providers.composer.mood import read_brief;"
        "print(repr(write_score(read_brief('calm, no guitar', 5))))"
    )

    written = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        # Another order of every set than in this process.
        env={"PYTHONHASHSEED": "1", "PYTHONPATH": ":".join(sys.path)},
    ).stdout

    assert written.strip() == repr(write_score(read_brief("calm, no guitar", 5)))


@pytest.mark.parametrize("mood", MOODS, ids=MOOD_NAMES)
def test_progressions_are_four_bars_of_known_chords(mood: object) -> None:
    for text in (*mood.loops, *mood.answers):  # type: ignore[attr-defined]
        spans = progression(text, Key(2, "major"), 4)
        assert spans[-1].start + spans[-1].beats == 16


@pytest.mark.parametrize(
    ("symbol", "notes", "bass"),
    [
        pytest.param("I", (0, 4, 7), 0, id="tonic"),
        pytest.param("ii7", (2, 5, 9, 0), 2, id="minor seventh"),
        pytest.param("bVII", (10, 2, 5), 10, id="lowered degree"),
        pytest.param("V/3", (7, 11, 2), 11, id="third in the bass"),
        pytest.param("IVmaj7/t", (5, 9, 0, 4), 0, id="over the tonic"),
        pytest.param("V7sus4", (7, 0, 2, 5), 7, id="suspended"),
    ],
)
def test_chord_symbols_are_roman_numerals(symbol: str, notes: tuple[int, ...], bass: int) -> None:
    read = chord(symbol, 0)

    assert (read.notes, read.bass) == (notes, bass)


@pytest.mark.parametrize("symbol", ["X", "Ifoo", "", "I/9"])
def test_unknown_chord_symbol_is_refused(symbol: str) -> None:
    with pytest.raises(ValueError, match="not a chord symbol"):
        chord(symbol, 0)


def test_scale_bends_to_a_foreign_chord() -> None:
    over = scale_over(chord("II7", 0), Key(0, "major"))

    assert 6 in over
    assert 5 not in over


def test_voices_move_by_small_steps() -> None:
    spans = progression("I vi7 ii7 V7 I IV V7 I", Key(0, "major"), 4)

    stacks = voicings(spans, 52, 72, 4)

    for before, after in itertools.pairwise(stacks):
        assert abs(after[-1] - before[-1]) <= 4
        assert all(min(abs(pitch - old) for old in before) <= 4 for pitch in after)
