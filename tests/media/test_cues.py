import re
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.words import Word
from media.breaks import units
from media.cues import MAX_S, Cue, CueWord, closed_gap, cut_cues, moved

RATE = Fraction(25)


def spoken(text: str, seconds_a_character: float = 0.07, pause_s: float = 0.4) -> tuple[Word, ...]:
    words = []
    clock, at = 0.0, 0
    for unit in units(text):
        at = text.index(unit.text, at)
        length = max(0.1, len(unit.text) * seconds_a_character)
        words.append(Word(unit.text, clock, clock + length, at))
        clock += length + (pause_s if unit.text[-1] in ".!?。" else 0.0)
        at += len(unit.text)
    return tuple(words)


def cut(
    text: str,
    most: int = 42,
    language: str = "en",
    words: tuple[Word, ...] | None = None,
    until: int = 100_000,
    first_frame: int = 0,
) -> tuple[Cue, ...]:
    return cut_cues(
        text,
        spoken(text) if words is None else words,
        first_frame=first_frame,
        frame_rate=RATE,
        until=until,
        language=language,
        fits=lambda line: len(line) <= most,
    )


def texts(cues: tuple[Cue, ...]) -> list[str]:
    return [cue.text.replace("\n", " / ") for cue in cues]


@pytest.mark.parametrize(
    ("text", "most", "language", "expected"),
    [
        pytest.param(
            "Twice a day the sea forgets these rocks.",
            42,
            "en",
            ["Twice a day the sea forgets these rocks."],
            id="one line when it fits",
        ),
        pytest.param(
            "The sea is calm. What stays behind must hold its breath.",
            42,
            "en",
            ["The sea is calm.", "What stays behind must hold its breath."],
            id="a sentence gets a caption of its own",
        ),
        pytest.param(
            "In the shallow pools of the Atlantic coast, small animals wait for the water to "
            "return, and most of them will survive because they know how to close.",
            42,
            "en",
            [
                "In the shallow pools / of the Atlantic coast,",
                "small animals wait / for the water to return,",
                "and most of them will survive / because they know how to close.",
            ],
            id="after commas and before prepositions and conjunctions",
        ),
        pytest.param(
            "Der alte Leuchtturm steht seit hundert Jahren auf dem Felsen.",
            42,
            "de",
            ["Der alte Leuchtturm steht / seit hundert Jahren auf dem Felsen."],
            id="German before a preposition",
        ),
        pytest.param(
            "大海每天两次忘记这些岩石，留下来的必须屏住呼吸。",
            16,
            "zh",
            ["大海每天两次忘记这些岩石， / 留下来的必须屏住呼吸。"],
            id="Chinese after punctuation",
        ),
        pytest.param(
            "海は一日に二度、これらの岩を忘れます。",
            13,
            "ja",
            ["海は一日に二度、 / これらの岩を忘れます。"],
            id="Japanese without spaces",
        ),
    ],
)
def test_captions_break_where_the_sense_does(
    text: str, most: int, language: str, expected: list[str]
) -> None:
    assert texts(cut(text, most, language)) == expected


def test_no_line_begins_with_closing_punctuation() -> None:
    text = "「今日は、とても、いい天気ですね。」と彼は、静かに言った。" * 4

    lines = [line for cue in cut(text, 9, "ja") for line in cue.text.split("\n")]

    assert [line for line in lines if line[0] in "、。」"] == []
    assert [line for line in lines if line[-1] in "「"] == []


def test_no_line_ends_with_an_article_when_it_can_be_helped() -> None:
    text = "She gave the old man a loaf of the bread that the baker kept for the birds in a box."

    lines = [
        line for most in range(18, 42) for cue in cut(text, most) for line in cue.text.split("\n")
    ]

    assert [line for line in lines if re.search(r"\b(a|the)$", line)] == []


def test_a_word_wider_than_a_line_is_cut_between_syllables() -> None:
    text = "Die Donaudampfschifffahrtsgesellschaft"

    lines = [line for cue in cut(text, 20, "de") for line in cue.text.split("\n")]

    assert lines == ["Die Donaudampfschiff", "fahrtsgesellschaft"]


def test_a_caption_appears_with_its_first_word_and_stays_half_a_second() -> None:
    words = (Word("Hello", 1.0, 1.6, 0), Word("there.", 1.72, 2.4, 6))

    (cue,) = cut("Hello there.", words=words, first_frame=10)

    assert (cue.start, cue.end) == (10 + 25, 10 + 60 + 12)
    assert cue.lines == ((CueWord("Hello", 35, 50), CueWord("there.", 53, 70)),)


def test_a_short_caption_stays_five_sixths_of_a_second() -> None:
    (cue,) = cut("No.", words=(Word("No.", 0.0, 0.1, 0),))

    assert cue.end - cue.start == 21  # 5/6 s of 25 frames, rounded up


def test_no_caption_reaches_beyond_its_scene() -> None:
    (cue,) = cut("No.", words=(Word("No.", 0.0, 0.5, 0),), until=15)

    assert cue.end == 15


def test_a_long_pause_parts_captions() -> None:
    words = (Word("Wait", 0.0, 1.0, 0), Word("for it", 3.0, 4.0, 5))

    assert texts(cut("Wait for it", words=words)) == ["Wait", "for it"]


def test_captions_leave_two_frames_between_them() -> None:
    cues = cut("One sentence is here. Another sentence is there. A third one ends it.", most=25)

    assert [after.start - before.end for before, after in pairwise(cues)] == [2, 2]


@pytest.mark.parametrize(
    ("pause_s", "gap"),
    [
        pytest.param(0.3, 2, id="held to the next"),
        pytest.param(0.8, 2, id="what would flicker is closed"),
        pytest.param(1.2, 18, id="a longer pause is left"),
    ],
)
def test_no_gap_flickers(pause_s: float, gap: int) -> None:
    words = (Word("One.", 0.0, 1.0, 0), Word("Two.", 1.0 + pause_s, 2.0 + pause_s, 5))

    before, after = cut("One. Two.", words=words, most=5)

    assert after.start - before.end == gap


def test_text_that_no_word_covers_is_shown_with_the_word_before_it() -> None:
    words = (Word("rocks", 0.5, 1.0, 2), Word("pools", 1.0, 1.5, 11))

    (cue,) = cut("– rocks &, pools!", words=words)

    assert cue.text == "– rocks &, pools!"


def test_words_that_are_not_in_the_narration_are_refused() -> None:
    with pytest.raises(ValueError, match="'sea' is not at 3"):
        cut("a rock", words=(Word("sea", 0.0, 1.0, 3),))


def test_silence_has_no_captions() -> None:
    assert cut("", words=()) == ()


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param("1234567890", "en", 10.0, id="letters"),
        pytest.param("12345\n6789", "en", 10.0, id="a line end is read as a space"),
        pytest.param("cafe\u0301", "en", 4.0, id="an accent is not read by itself"),
        pytest.param("海はNASA。", "ja-JP", 5.0, id="a Latin letter is half a Japanese character"),
        pytest.param("海はNASA。", "en", 7.0, id="but a whole one in English"),
    ],
)
def test_reading_speed_counts_characters(text: str, language: str, expected: float) -> None:
    lines = tuple((CueWord(line, 0, 25),) for line in text.split("\n"))

    assert Cue(0, 25, lines).characters_per_second(RATE, language) == expected


def test_a_caption_is_spaced_as_the_narration() -> None:
    (cue,) = cut("AIPROD 是 一个 工具。", 30, "zh")

    assert cue.text == "AIPROD 是 一个 工具。"


NARRATIONS = st.text(
    st.sampled_from("abcdé ABC,.!?- \n\u00a0「」。、海は大ก็เאבابع👍🏽👨\u200d👩{}\\<&>--9"),
    max_size=80,
)


@settings(max_examples=150, deadline=None)
@given(
    text=NARRATIONS,
    most=st.integers(4, 20),
    pace=st.floats(0.05, 0.6),
    first_frame=st.integers(0, 50),
    language=st.sampled_from(["en", "ja", "ar", "de"]),
)
def test_any_narration_is_shown_whole_and_within_the_rules(
    text: str, most: int, pace: float, first_frame: int, language: str
) -> None:
    words = spoken(text, pace)
    until = first_frame + 10 + round((words[-1].end_s if words else 0.0) * RATE)

    cues = cut(text, most, language, words, until, first_frame)

    assert "".join("".join(cue.text.split()) for cue in cues) == "".join(text.split())
    for cue in cues:
        assert 1 <= len(cue.lines) <= 2
        assert first_frame <= cue.start < cue.end <= until
        assert cue.end - cue.start <= 7 * RATE
        spoken_words = [word for line in cue.lines for word in line]
        assert all(cue.start <= w.start < w.end <= cue.end for w in spoken_words)
        assert all(a.start <= b.start for a, b in pairwise(spoken_words))
    for before, after in pairwise(cues):
        assert after.start >= before.end
        assert after.start - before.end >= min(2, after.start - before.start - 1)


@settings(max_examples=50, deadline=None)
@given(text=NARRATIONS, pace=st.floats(0.05, 0.6), first_frame=st.integers(1, 200_000))
def test_captions_are_the_same_wherever_in_the_video_their_scene_is(
    text: str, pace: float, first_frame: int
) -> None:
    words = spoken(text, pace)
    until = 10 + round((words[-1].end_s if words else 0.0) * RATE)

    later = cut(text, 20, "en", words, first_frame + until, first_frame)

    assert later == tuple(moved(cue, first_frame) for cue in cut(text, 20, "en", words, until))


def test_quick_sentences_share_a_caption_instead_of_flashing() -> None:
    text = "Yes. No. Go. Now the slow and patient water comes."
    words = spoken(text, 0.06, pause_s=0.02)

    first, *_ = cut(text, words=words)

    assert first.text.replace("\n", " ").startswith("Yes. No. Go.")
    assert first.end - first.start >= 20


def shown(start: int, end: int, word_start: int | None = None) -> Cue:
    return Cue(start, end, ((CueWord("Word", start if word_start is None else word_start, end),),))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param((0, 50), (55, 90), (50, 52), id="to the end of its scene, and two frames"),
        pytest.param((0, 49), (55, 90), (49, 51), id="nearly to the end of its scene"),
        pytest.param((0, 44), (55, 90), (48, 50), id="held until just before the cut"),
        pytest.param((0, 50), (62, 90), (50, 52), id="behind a short transition"),
        pytest.param((0, 50), (63, 90), (50, 63), id="half a second and more stays"),
        pytest.param((0, 40), (55, 90), (40, 55), id="so it does before the cut"),
        pytest.param((0, 50), (52, 90), (50, 52), id="two frames stay"),
    ],
)
def test_a_short_gap_across_a_cut_at_frame_50_is_closed_to_two_frames(
    before: tuple[int, int], after: tuple[int, int], expected: tuple[int, int]
) -> None:
    last, first = closed_gap(shown(*before), shown(*after), 50, RATE)

    assert (last.start, last.end) == (before[0], expected[0])
    assert (first.start, first.end) == (expected[1], after[1])


def test_words_keep_their_times_when_a_caption_comes_with_its_scene() -> None:
    _, first = closed_gap(shown(0, 50), shown(55, 90), 50, RATE)

    assert first.lines == shown(55, 90).lines


def test_closing_a_gap_shows_no_caption_for_more_than_seven_seconds() -> None:
    most = int(MAX_S * RATE)

    last, first = closed_gap(shown(45 - most, 45), shown(55, 55 + most), 50, RATE)

    assert (last.end, first.start) == (45, 55)
