import numpy as np
import pytest

from media.timeline import SAMPLE_RATE_HZ
from media.track_fit import OVERLAP_SAMPLES, TrackFit, track_bed

SECOND = SAMPLE_RATE_HZ


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 0.1, (samples, 2)).astype(np.float32)


def test_a_longer_track_is_cut_and_fades_out() -> None:
    track = noise(20 * SECOND)

    music = track_bed(track, TrackFit(len(track), 5 * SECOND), 0, 5 * SECOND)

    assert len(music) == 5 * SECOND
    assert np.array_equal(music[SECOND : 3 * SECOND], track[SECOND : 3 * SECOND])
    assert np.all(music[-1] == 0)


def test_a_shorter_track_is_repeated_without_a_hole_or_a_bump() -> None:
    track = noise(10 * SECOND)
    total = 35 * SECOND

    music = track_bed(track, TrackFit(len(track), total), 0, total)

    tenth = SECOND // 10
    power = (music[: total // tenth * tenth] ** 2).mean(axis=1).reshape(-1, tenth).mean(axis=1)
    inside = power[1:-13]  # but for the fades at both ends
    assert inside.min() > 0.6 * 0.01
    assert inside.max() < 1.6 * 0.01


@pytest.mark.parametrize(
    "total", [1, SECOND, 10 * SECOND, 10 * SECOND + 1, 17 * SECOND, 61 * SECOND]
)
def test_every_length_is_filled_to_its_end(total: int) -> None:
    fit = TrackFit(10 * SECOND, total)

    step = 10 * SECOND - fit.overlap

    assert fit.overlap == min(OVERLAP_SAMPLES, 10 * SECOND // 4)
    assert (fit.repeats - 1) * step + 10 * SECOND >= total
    assert fit.repeats == 1 or (fit.repeats - 2) * step + 10 * SECOND < total


def test_a_sample_does_not_depend_on_its_block() -> None:
    track = noise(4 * SECOND)
    fit = TrackFit(len(track), 11 * SECOND)

    whole = track_bed(track, fit, 0, 11 * SECOND)
    parts = [
        track_bed(track, fit, at, min(at + 70_001, 11 * SECOND))
        for at in range(0, 11 * SECOND, 70_001)
    ]

    assert np.array_equal(np.concatenate(parts), whole)
