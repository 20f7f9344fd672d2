from itertools import pairwise

import numpy as np
import pytest

from media.bar_fit import JOINT_SAMPLES, Stretch, TrackBars, bar_bed, stretches
from media.music_fit import RING_SAMPLES
from media.timeline import SAMPLE_RATE_HZ

BAR = 2 * SAMPLE_RATE_HZ
OPENING = SAMPLE_RATE_HZ // 2
# Sixteen bars of a song: verse, chorus, verse, chorus; half a second ahead, a chord of 3 s behind.
SONG = TrackBars(
    samples=OPENING + 16 * BAR + 3 * SAMPLE_RATE_HZ,
    lines=tuple(OPENING + number * BAR for number in range(17)),
    kinds=(0, 1, 2, 3, 4, 5, 6, 7) * 2,
    last_onset=OPENING + 16 * BAR,
)
LOOP = TrackBars(4 * BAR, tuple(number * BAR for number in range(5)), (0, 1, 2, 3))


def seconds(number: float) -> int:
    return round(number * SAMPLE_RATE_HZ)


def last_chord(track: TrackBars, heard: tuple[Stretch, ...]) -> int:
    assert track.last_onset is not None
    return heard[-1].start + track.last_onset - heard[-1].source_start


@pytest.mark.parametrize("total_s", [4, 9.7, 20, 31.3, 35.5, 60, 301.9, 3600])
def test_a_track_with_an_ending_ends_with_the_video(total_s: float) -> None:
    heard = stretches(SONG, seconds(total_s))

    rings = seconds(total_s) - last_chord(SONG, heard)
    assert RING_SAMPLES <= rings <= 3 * SAMPLE_RATE_HZ + BAR * 1.1
    assert heard[-1].source_stop == SONG.samples


@pytest.mark.parametrize("track", [SONG, LOOP], ids=["song", "loop"])
@pytest.mark.parametrize("total_s", [20, 60, 301.9, 3600])
def test_joints_lie_on_bar_lines_without_a_gap(track: TrackBars, total_s: float) -> None:
    heard = stretches(track, seconds(total_s))

    for before, after in pairwise(heard):
        assert before.source_stop in track.lines
        assert after.source_start in track.lines
        assert before.stop == after.start
    assert track.last_onset or heard[-1].stop >= seconds(total_s)


def test_a_track_of_the_length_of_the_video_is_heard_as_it_is() -> None:
    assert stretches(SONG, SONG.samples) == (Stretch(0, 0, SONG.samples),)


def test_a_shorter_video_hears_the_opening_and_the_ending_with_one_joint() -> None:
    heard = stretches(SONG, SONG.samples - 8 * BAR)

    assert len(heard) == 2
    assert heard[0].source_start == 0
    # A verse and a chorus are left out: what follows is what would have followed.
    assert heard[1].source_start - heard[0].source_stop == 8 * BAR


def test_a_longer_video_goes_back_to_where_it_sounds_alike() -> None:
    heard = stretches(SONG, SONG.samples + 8 * BAR)

    assert len(heard) == 2
    assert heard[0].source_stop - heard[1].source_start == 8 * BAR


def test_a_loop_is_repeated_whole() -> None:
    heard = stretches(LOOP, 10 * BAR)

    assert heard[:2] == (Stretch(0, 0, 4 * BAR), Stretch(4 * BAR, 0, 4 * BAR))


def test_a_video_that_is_too_short_for_the_ending_has_no_fit_by_bars() -> None:
    assert stretches(SONG, SAMPLE_RATE_HZ) == ()


def test_the_bar_behind_a_joint_is_heard_from_its_first_sample() -> None:
    track = np.zeros((LOOP.samples, 2), np.float32)
    track[np.array(LOOP.lines[:-1])] = 0.5
    total = 10 * BAR

    music = bar_bed(track, stretches(LOOP, total), total, 0, total)

    clicks = np.flatnonzero(music[:, 0] > 0.4)
    assert clicks.tolist() == [number * BAR for number in range(1, 10)]


def test_a_joint_has_neither_a_hole_nor_a_bump() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (LOOP.samples, 2)).astype(np.float32)
    total = 10 * BAR

    music = bar_bed(noise, stretches(LOOP, total), total, 0, total)

    joint = music[4 * BAR - 2 * JOINT_SAMPLES : 4 * BAR + JOINT_SAMPLES]
    power = (joint**2).mean(axis=1).reshape(-1, 480).mean(axis=1)
    assert power.min() > 0.7 * 0.01
    assert power.max() < 1.4 * 0.01


def test_a_sample_does_not_depend_on_its_block() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (SONG.samples, 2)).astype(np.float32)
    total = seconds(47)
    heard = stretches(SONG, total)

    whole = bar_bed(noise, heard, total, 0, total)
    parts = [
        bar_bed(noise, heard, total, at, min(at + 70_001, total)) for at in range(0, total, 70_001)
    ]

    assert np.array_equal(np.concatenate(parts), whole)
