from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.cues import Cue, CueWord
from media.sidecar import Caption, captions_of, milliseconds, parse_srt, parse_vtt, srt, vtt

RATE = Fraction(30)


def cue(start: int, end: int, *lines: str) -> Cue:
    return Cue(start, end, tuple((CueWord(line, start, end),) for line in lines))


CUES = (cue(3, 60, "Tide & time"), cue(62, 108_000, "wait <for>", "no --> one."))


def test_subrip_is_written_as_players_read_it() -> None:
    assert srt(CUES, RATE) == (
        "1\n00:00:00,100 --> 00:00:02,000\nTide & time\n\n"
        "2\n00:00:02,067 --> 01:00:00,000\nwait <for>\nno --\u2060> one.\n"
    )


def test_webvtt_is_written_as_browsers_read_it() -> None:
    assert vtt(CUES, RATE) == (
        "WEBVTT\n\n"
        "00:00:00.100 --> 00:00:02.000\nTide &amp; time\n\n"
        "00:00:02.067 --> 01:00:00.000\nwait &lt;for&gt;\nno --&gt; one.\n"
    )


def test_a_video_without_captions_has_empty_files() -> None:
    assert srt((), RATE) == ""
    assert vtt((), RATE) == "WEBVTT\n"
    assert parse_srt("") == parse_vtt("WEBVTT\n") == ()


@pytest.mark.parametrize(
    ("frame", "rate", "expected"),
    [
        pytest.param(0, Fraction(30), 0, id="start"),
        pytest.param(1, Fraction(30), 33, id="down"),
        pytest.param(2, Fraction(30), 67, id="up"),
        pytest.param(1, Fraction(16), 63, id="half goes up"),
        pytest.param(30_000, Fraction(30_000, 1001), 1_001_000, id="NTSC stays exact"),
    ],
)
def test_times_are_the_nearest_millisecond(frame: int, rate: Fraction, expected: int) -> None:
    assert milliseconds(frame, rate) == expected


LINE = st.text(st.sampled_from("ab1 &<>;-\u2060אبは🎉{\\}"), min_size=1, max_size=12).filter(
    lambda line: line == " ".join(line.split()) and line
)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9), LINE, LINE), max_size=5))
def test_what_was_written_is_read_back(rows: list[tuple[int, int, str, str]]) -> None:
    cues = []
    at = 0
    for length, gap, first, second in rows:
        cues.append(cue(at + gap, at + gap + length, first, second))
        at += gap + length

    assert parse_srt(srt(cues, RATE)) == captions_of(cues, RATE)
    assert parse_vtt(vtt(cues, RATE)) == captions_of(cues, RATE)


def test_captions_are_told_in_milliseconds() -> None:
    assert captions_of(CUES[:1], RATE) == (Caption(100, 2000, "Tide & time"),)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        pytest.param("2\n00:00:00,000 --> 00:00:01,000\na\n", "numbered '2'", id="number"),
        pytest.param("1\n00:00:00.000 --> 00:00:01.000\na\n", "no times", id="points"),
        pytest.param("1\n00:00:01,000 --> 00:00:01,000\na\n", "does not last", id="no length"),
        pytest.param("1\n00:00:00,000 --> 00:00:01,000\n", "empty", id="no text"),
        pytest.param("1\n00:00:00,000 --> 00:00:01,000\na --> b\n", "like times", id="arrow"),
        pytest.param("1\n00:00:00,000 --> 00:00:01,000\na", "does not end", id="cut off"),
        pytest.param(
            "1\n00:00:00,000 --> 00:00:02,000\na\n\n2\n00:00:01,000 --> 00:00:03,000\nb\n",
            "begins before 2000 ms",
            id="overlap",
        ),
    ],
)
def test_a_wrong_subrip_file_is_refused(file: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_srt(file)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        pytest.param("00:00:00.000 --> 00:00:01.000\na\n", "WEBVTT", id="no head"),
        pytest.param("WEBVTT\n\n00:00:00,000 --> 00:00:01,000\na\n", "no times", id="commas"),
        pytest.param("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n<b>a\n", "markup", id="tag"),
        pytest.param("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na & b\n", "markup", id="bare &"),
    ],
)
def test_a_wrong_webvtt_file_is_refused(file: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_vtt(file)
