import itertools
import random

import numpy as np
import pytest

from media.music_fit import Placed, Section, arrange, bed

RATE = 48_000
BAR = 96_000
TAIL = 24_000
RING = 6 * RATE
LAYOUT = (("intro", 2), ("a", 8), ("b", 4), ("c", 4), ("d", 8), ("turn", 2), ("link", 1))


def _sections(bar: int = BAR) -> tuple[Section, ...]:
    sections = []
    start = 0
    for name, bars in (*LAYOUT, ("ending", 2)):
        tail = RING if name == "ending" else TAIL
        sections.append(Section(name, start, bars, bars * bar, tail))
        start += bars * bar + tail
    return tuple(sections)


def _audio(sections: tuple[Section, ...]) -> np.ndarray:
    rng = np.random.default_rng(3)
    last = sections[-1]
    size = (last.start + last.length + last.tail, 2)
    return rng.integers(-9000, 9000, size, dtype=np.int16)


def _names(placed: tuple[Placed, ...]) -> list[str]:
    return [_sections()[piece.section].name for piece in placed]


def _final_chord(placed: tuple[Placed, ...]) -> int:
    ending = _sections()[-1]
    return placed[-1].start + ending.start + 2 * BAR - placed[-1].source_start


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(3.0, id="shortest video"),
        pytest.param(3.6, id="chord on the first bar line"),
        pytest.param(7.7, id="ending alone"),
        pytest.param(12.0, id="a few bars"),
        pytest.param(30.0, id="half a minute"),
        pytest.param(61.37, id="a minute"),
        pytest.param(600.0, id="ten minutes"),
        pytest.param(7200.0, id="two hours"),
        *(
            pytest.param(random.Random(seed).uniform(3, 400), id=f"random length {seed}")
            for seed in range(10)
        ),
    ],
)
def test_final_chord_rings_between_a_second_and_a_half_and_a_bar_more(seconds: float) -> None:
    total = round(seconds * RATE)

    placed = arrange(_sections(), BAR, 2 * BAR, total)

    left = total - _final_chord(placed)
    assert 1.5 * RATE <= left < 1.5 * RATE + BAR


@pytest.mark.parametrize("bars", range(1, 60))
def test_every_number_of_bars_is_filled_without_gap_or_cut(bars: int) -> None:
    sections = _sections()

    placed = arrange(sections, BAR, 2 * BAR, bars * BAR + 2 * RATE)

    assert placed[0].start == 0
    for before, after in itertools.pairwise(placed):
        played = sections[before.section]
        assert before.source_start == played.start
        assert after.start == before.start + played.length
    assert _final_chord(placed) == bars * BAR


@pytest.mark.parametrize(
    ("bars", "names"),
    [
        pytest.param(2, ["ending"], id="two bars: the ending alone"),
        pytest.param(3, ["link", "ending"], id="three: a bar leads in"),
        pytest.param(4, ["intro", "ending"], id="four: intro and ending"),
        pytest.param(8, ["intro", "b", "ending"], id="eight: what fits"),
        pytest.param(15, ["intro", "turn", "a", "link", "ending"], id="rest is filled up"),
        pytest.param(20, ["intro", "a", "b", "c", "ending"], id="sections in their order"),
    ],
)
def test_sections_follow_a_musical_order(bars: int, names: list[str]) -> None:
    placed = arrange(_sections(), BAR, 2 * BAR, bars * BAR + 2 * RATE)

    assert _names(placed) == names


def test_long_music_never_plays_a_section_twice_in_a_row() -> None:
    placed = arrange(_sections(), BAR, 2 * BAR, 3600 * RATE)

    names = _names(placed)
    assert all(one != other for one, other in itertools.pairwise(names))


def test_long_music_changes_the_order_from_round_to_round() -> None:
    placed = arrange(_sections(), BAR, 2 * BAR, 3600 * RATE)

    middle = [name for name in _names(placed) if name in "abcd"]
    assert middle[4:8] != middle[8:12]


def test_short_video_enters_the_ending_at_a_later_bar_line() -> None:
    sections = _sections()

    placed = arrange(sections, BAR, 2 * BAR, BAR + 2 * RATE)

    assert [piece.source_start for piece in placed] == [sections[-1].start + BAR]


def test_blocks_of_any_size_give_the_same_samples() -> None:
    sections = _sections()
    audio = _audio(sections)
    total = 20 * RATE
    placed = arrange(sections, BAR, 2 * BAR, total)

    whole = bed(audio, placed, total, 0, total)
    edges = [0, 1, 479, 12_345, 96_000, 400_001, total]
    blocks = [bed(audio, placed, total, *pair) for pair in itertools.pairwise(edges)]

    assert np.array_equal(np.concatenate(blocks), whole)


def test_tails_sound_over_what_follows() -> None:
    sections = _sections()
    audio = np.zeros((sections[-1].start + sections[-1].length + RING, 2), np.float32)
    intro, middle = sections[0], sections[2]
    audio[intro.start + intro.length + 100] = 0.25  # in the intro's tail
    audio[middle.start + 100] = 0.5
    placed = arrange(sections, BAR, 2 * BAR, 8 * BAR + 2 * RATE)

    heard = bed(audio, placed, 8 * BAR + 2 * RATE, 2 * BAR, 2 * BAR + 200)

    assert heard[100].tolist() == [0.75, 0.75]


def test_music_fades_in_at_once_and_ends_in_silence() -> None:
    sections = _sections()
    audio = np.full((sections[-1].start + sections[-1].length + RING, 2), 0.1, np.float32)
    total = 30 * RATE
    placed = arrange(sections, BAR, 2 * BAR, total)

    music = np.abs(bed(audio, placed, total, 0, total)[:, 0])

    assert music[0] < 0.001
    assert music[480] == pytest.approx(0.1)
    fade = music[total - RATE * 6 // 5 :]
    assert np.all(np.diff(fade) <= 0)
    assert fade[-1] == 0


def test_sixteen_bit_audio_has_full_scale_one() -> None:
    sections = _sections()
    audio = _audio(sections)
    total = 12 * RATE
    placed = arrange(sections, BAR, 2 * BAR, total)

    scaled = bed(audio.astype(np.float32) / 32768, placed, total, 0, total)

    assert np.allclose(bed(audio, placed, total, 0, total), scaled, atol=1e-6)


def test_outside_the_video_is_silence() -> None:
    sections = _sections()
    total = 12 * RATE
    placed = arrange(sections, BAR, 2 * BAR, total)

    beyond = bed(_audio(sections), placed, total, total, total + 500)

    assert beyond.shape == (500, 2)
    assert not beyond.any()


@pytest.mark.parametrize(
    ("dropped", "message"),
    [
        pytest.param("ending", "ending", id="nothing to end with"),
        pytest.param("link", "one bar", id="not every length can be filled"),
    ],
)
def test_composition_that_cannot_fit_is_refused(dropped: str, message: str) -> None:
    sections = [section for section in _sections() if section.name != dropped]

    with pytest.raises(ValueError, match=message):
        arrange(sections, BAR, 2 * BAR, 60 * RATE)


def test_video_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="0 samples"):
        arrange(_sections(), BAR, 2 * BAR, 0)
