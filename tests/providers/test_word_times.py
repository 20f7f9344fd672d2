import numpy as np
import pytest

from providers.tokens import units
from providers.word_times import Loudness, timed_words


def sounding(*spans_s: tuple[float, float], length_s: float = 3.0) -> Loudness:
    heard = np.zeros(round(length_s / 0.005), dtype=np.bool_)
    for start_s, end_s in spans_s:
        heard[round(start_s / 0.005) : round(end_s / 0.005)] = True
    return Loudness(heard)


ALL = sounding((0, 3))


@pytest.mark.parametrize(
    ("narration", "events", "loudness", "times"),
    [
        pytest.param("one two", [(0, 0), (4, 1)], ALL, [(0, 1), (1, 3)], id="until the next word"),
        pytest.param(
            "one two",
            [(0, 0), (4, 2)],
            sounding((0, 0.5), (2, 2.8)),
            [(0, 0.5), (2, 2.8)],
            id="until the sound ends",
        ),
        pytest.param(
            "one two",
            [(0, 0), (4, 2)],
            sounding((0, 0.5), (1.995, 3)),
            [(0, 0.5), (2, 3)],
            id="the next sound comes before its event",
        ),
        pytest.param(
            "one two",
            [(0, 0), (4, 1)],
            sounding((0, 0.5), (1.5, 3)),
            [(0, 0.5), (1.48, 3)],
            id="not before the sound begins",
        ),
        pytest.param(
            "one two",
            [(0, 0), (4, 1)],
            sounding((0, 0.95), (1, 3)),
            [(0, 1), (1, 3)],
            id="a closure is not a pause",
        ),
        pytest.param(
            "of these cats", [(0, 0), (9, 1.4)], ALL, [(0, 0.4), (0.4, 1.4), (1.4, 3)], id="shared"
        ),
        pytest.param("one two", [(4, 1)], ALL, [(0, 0.97), (1, 3)], id="nothing for the first"),
        pytest.param("a - b", [(0, 0), (2, 1)], ALL, [(0, 1), (1, 3)], id="event on a dash"),
        pytest.param("a  b", [(0, 0), (2, 1)], ALL, [(0, 1), (1, 3)], id="event on a space"),
        pytest.param(
            "あいう", [(0, 0), (0, 1), (0, 2)], ALL, [(0, 1), (1, 2), (2, 3)], id="one place, many"
        ),
        pytest.param(
            "a b c",
            [(0, 0), (2, 2.99), (4, 2.99)],
            ALL,
            [(0, 2.92), (2.92, 2.96), (2.96, 3)],
            id="room for the last",
        ),
    ],
)
def test_times_of_words(
    narration: str,
    events: list[tuple[int, float]],
    loudness: Loudness,
    times: list[tuple[float, float]],
) -> None:
    words = timed_words(narration, units(narration), events, loudness, 3.0)

    found = [(word.start_s, word.end_s) for word in words]
    assert found == [pytest.approx(time, abs=0.031) for time in times]


def test_more_words_than_fit_share_the_clip() -> None:
    narration = "a " * 200

    words = timed_words(narration, units(narration), [(0, 0)], ALL, 3.0)

    assert len(words) == 200
    assert all(word.end_s - word.start_s == pytest.approx(0.015, abs=1e-5) for word in words)


def test_loudness_finds_the_sound() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 48_000).astype(np.float32)
    noise[:12_000] = 0
    noise[24_000:] *= 0.001

    loudness = Loudness.of(noise, 48_000)

    assert loudness.first_s(0, 1) == pytest.approx(0.25, abs=0.005)
    assert loudness.last_s(0, 1) == pytest.approx(0.5, abs=0.005)
    assert loudness.first_s(0.6, 1) is None
