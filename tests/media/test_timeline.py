from fractions import Fraction
from itertools import pairwise

import pytest

from media.timeline import SceneLength, cut_chunks, lay_out, sample_of

RATES = (Fraction(24), Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(60))


def scene(
    speech_s: float = 3.0, wanted_s: float | None = None, kind: str = "cut", seconds: float = 0.5
) -> SceneLength:
    return SceneLength(round(speech_s * 48_000), wanted_s, kind, seconds)


def test_a_scene_lasts_as_long_as_its_narration_and_its_breath() -> None:
    timeline = lay_out([scene(3.0)], Fraction(30))

    assert timeline.frames == 6 + 90 + 12


def test_a_wanted_length_is_a_floor() -> None:
    longer = lay_out([scene(3.0, wanted_s=10.0)], Fraction(30))
    shorter = lay_out([scene(3.0, wanted_s=1.0)], Fraction(30))

    assert (longer.frames, shorter.frames) == (300, 108)


@pytest.mark.parametrize("rate", RATES)
def test_a_transition_is_counted_once(rate: Fraction) -> None:
    cut = lay_out([scene(), scene()], rate)
    faded = lay_out([scene(kind="crossfade"), scene()], rate)

    shared = faded.scenes[0].transition_frames
    assert shared == round(rate / 2)
    assert faded.scenes[1].start == faded.scenes[0].end - shared
    assert cut.scenes[1].start == cut.scenes[0].end


def test_nobody_speaks_during_a_transition() -> None:
    timeline = lay_out([scene(kind="crossfade", seconds=2.0), scene()], Fraction(30))
    first, second = timeline.scenes

    assert first.speech_start + 90 <= second.start
    assert second.speech_start >= first.end


def test_the_last_scene_has_no_transition() -> None:
    timeline = lay_out([scene(kind="crossfade")], Fraction(30))

    assert timeline.scenes[0].transition_frames == 0


@pytest.mark.parametrize("rate", RATES)
def test_an_hour_of_scenes_does_not_drift(rate: Fraction) -> None:
    timeline = lay_out([scene(6.7, kind="crossfade") for _ in range(500)], rate)

    length_s = timeline.frames / rate
    assert abs(timeline.samples / Fraction(48_000) - length_s) <= Fraction(1, 96_000)
    assert all(
        later.start == earlier.end - earlier.transition_frames
        for earlier, later in pairwise(timeline.scenes)
    )


def test_frames_begin_on_whole_samples() -> None:
    assert sample_of(1, Fraction(30)) == 1600
    assert sample_of(30, Fraction(30000, 1001)) == 48_048


def test_chunks_cover_every_frame_once() -> None:
    timeline = lay_out([scene(s, kind="crossfade") for s in (1, 1, 6, 0.5, 9, 1)], Fraction(30))

    chunks = cut_chunks(timeline)

    assert chunks[0].start == 0
    assert chunks[-1].end == timeline.frames
    assert all(a.end == b.start and a.last + 1 == b.first for a, b in pairwise(chunks))


def test_short_scenes_share_a_chunk_and_long_ones_end_it() -> None:
    timeline = lay_out([scene(s) for s in (1, 1, 6, 6)], Fraction(30))

    chunks = cut_chunks(timeline)

    assert [(chunk.first, chunk.last) for chunk in chunks] == [(0, 2), (3, 3)]


@pytest.mark.parametrize(
    ("wanted_s", "frames"),
    [
        pytest.param(1.1, 33, id="1.1 s"),
        pytest.param(2.2, 66, id="2.2 s"),
        pytest.param(4.4, 132, id="4.4 s"),
        pytest.param(1.101, 34, id="a little more than whole frames"),
    ],
)
def test_a_wanted_length_is_the_decimal_number_that_was_written(
    wanted_s: float, frames: int
) -> None:
    assert lay_out([scene(0.0, wanted_s=wanted_s)], Fraction(30)).frames == frames


def test_a_transition_is_the_decimal_number_that_was_written() -> None:
    # 2.5 frames, rounded to even; the binary number nearest to 0.1 is a little larger.
    timeline = lay_out([scene(kind="crossfade", seconds=0.1), scene()], Fraction(25))

    assert timeline.scenes[0].transition_frames == 2
