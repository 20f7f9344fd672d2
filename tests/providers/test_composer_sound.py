import numpy as np
import pytest

from providers.composer.instruments import INSTRUMENTS, note
from providers.composer.mastering import PEAK, limited, loudness_lufs
from providers.composer.percussion import PIECES, stroke
from providers.composer.render import rendered
from providers.composer.room import ROOMS, impulse, reverberated
from providers.composer.score import Note, Part, Passage, Score
from providers.composer.tone import RATE, cycle, hertz, noise, partials, phase, read

SCALE = np.array([60, 64, 67, 72])


def _spectrum(wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mono = wave.mean(axis=1) if wave.ndim == 2 else wave
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)))) ** 2
    return np.fft.rfftfreq(len(mono), 1 / RATE), power


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_instrument_is_in_tune_level_and_clean(name: str) -> None:
    instrument = INSTRUMENTS[name]
    pitch = (instrument.low + instrument.high) // 2

    wave = note(instrument, hertz(pitch), 0.6, 1.0, np.random.default_rng(1))

    hz, power = _spectrum(wave)
    # An organ's lowest drawbar and a bell's hum lie an octave below; a bell is not harmonic.
    lowest = 0.5 if name in ("organ", "tubular bells") else 1.0
    harmonics = hertz(pitch) * lowest * np.arange(1, 9)
    near = np.any([np.abs(hz - tone) < 0.015 * tone for tone in harmonics], axis=0)
    assert power[near].sum() > 0.6 * power.sum()
    assert power[hz > 20_000].sum() < 1e-4 * power.sum()
    assert np.abs(wave[0]).max() < 0.02 * np.abs(wave).max()
    assert 0.07 < np.abs(wave).max() < 1


@pytest.mark.parametrize("name", ["piano", "acoustic guitar", "trumpet", "strings", "glockenspiel"])
def test_harder_notes_are_brighter(name: str) -> None:
    brightness = []
    for velocity in (0.3, 0.9):
        wave = note(INSTRUMENTS[name], hertz(72), velocity, 0.8, np.random.default_rng(1))
        hz, power = _spectrum(wave)
        brightness.append((hz * power).sum() / power.sum())

    assert brightness[1] > 1.03 * brightness[0]


@pytest.mark.parametrize("name", PIECES)
def test_percussion_starts_softly_enough_and_dies_away(name: str) -> None:
    wave = stroke(PIECES[name], 0.8, np.random.default_rng(2))

    assert np.abs(wave[0]).max() < 0.05 * np.abs(wave).max()
    assert np.abs(wave[-1]).max() == 0
    assert abs(wave.mean()) < 0.02 * np.abs(wave).max()


def test_takes_of_a_drum_differ() -> None:
    rng = np.random.default_rng(2)

    first, second = (stroke(PIECES["snare"], 0.8, rng) for _ in range(2))

    assert not np.allclose(first, second)


def test_partials_are_the_sum_of_decaying_sines() -> None:
    hz, gains, decays = np.array([440.0, 1234.5]), np.array([1.0, 0.3]), np.array([0.4, 0.1])
    time = np.arange(RATE // 2) / RATE

    wave = partials(hz, gains, decays, 0.5)

    plain = sum(
        gain * np.exp(-time / tau) * np.sin(2 * np.pi * tone * time)
        for tone, gain, tau in zip(hz, gains, decays, strict=True)
    )
    assert np.allclose(wave, plain, atol=1e-5)


def test_partials_above_hearing_are_silent() -> None:
    wave = partials(np.array([23_000.0]), np.array([1.0]), np.array([1.0]), 0.1)

    assert not wave.any()


def test_wavetable_has_no_harmonic_that_would_fold_back() -> None:
    table = cycle(np.ones(100), 5000)
    (wave,) = read((table,), phase(5000, RATE))

    hz, power = _spectrum(wave)
    wanted = np.any([np.abs(hz - tone) < 30 for tone in (5000, 10_000, 15_000)], axis=0)
    assert power[~wanted].sum() < 1e-5 * power.sum()


def test_noise_keeps_to_its_band_and_repeats_without_a_seam() -> None:
    wave = noise(np.random.default_rng(1), 3 * RATE, 1000, 4000)

    hz, power = _spectrum(wave)
    assert power[(hz > 500) & (hz < 8000)].sum() > 0.9 * power.sum()
    jumps = np.abs(np.diff(wave))
    assert jumps[65_535] < np.max(jumps[:65_000])


@pytest.mark.parametrize("name", ROOMS)
def test_room_decays_in_its_time(name: str) -> None:
    room = ROOMS[name]
    response = impulse(room).astype(np.float64)

    left = np.cumsum((response**2).sum(axis=1)[::-1])[::-1]  # Schroeder's integral
    decibels = 10 * np.log10(left / left[0] + 1e-12)
    early, late = np.argmax(decibels < -5), np.argmax(decibels < -25)
    decay_s = 3 * (late - early) / RATE
    assert 0.6 * min(room.decay_s) < decay_s < 1.3 * max(room.decay_s)
    assert abs(np.corrcoef(response.T)[0, 1]) < 0.3


def test_room_is_linear_and_starts_after_its_delay() -> None:
    response = impulse(ROOMS["hall"])
    send = np.zeros((RATE, 2), np.float32)
    send[100] = 1

    once, twice = reverberated(send, response), reverberated(2 * send, response)

    assert np.abs(once[: 100 + round(0.02 * RATE)]).max() < 1e-5
    assert np.allclose(twice, 2 * once, atol=1e-5)


def test_loudness_of_a_tone_is_the_standard_s() -> None:
    # EBU Tech 3341, case 1: 1 kHz in both channels at -23 dBFS reads -23 LUFS.
    time = np.arange(5 * RATE) / RATE
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * time)

    assert loudness_lufs([np.stack([tone, tone], 1)]) == pytest.approx(-23, abs=0.1)


def test_limiter_holds_the_peak_and_leaves_the_rest_alone() -> None:
    rng = np.random.default_rng(4)
    wave = (0.1 * rng.standard_normal((2 * RATE, 2))).astype(np.float32)
    wave[RATE] = 2.0
    also = np.full(RATE * 3 // 2, 0.1, np.float32)

    held = limited(wave, also)

    assert np.abs(held).max() <= PEAK - 0.1 + 1e-6
    assert np.array_equal(held[: RATE // 2], wave[: RATE // 2])


def test_sections_laid_over_each_other_sound_as_played_in_one_go() -> None:
    first = tuple(Note(beat, 1.5, pitch, 0.6) for beat, pitch in enumerate(SCALE))
    second = tuple(Note(beat, 1.5, pitch - 5, 0.6) for beat, pitch in enumerate(SCALE))
    later = tuple(Note(n.start + 4, n.beats, n.pitch, n.velocity) for n in second)
    final = Passage("ending", 2, (Part("comp", "piano", first),))

    def passage(name: str, bars: int, notes: tuple[Note, ...]) -> Passage:
        return Passage(name, bars, (Part("comp", "piano", notes), Part("pad", "strings", notes)))

    def sound(*passages: Passage) -> list[np.ndarray]:
        score = Score(120, 4, "hall", (*passages, final))
        return [section.wave for section in rendered(score, 0)[:-1]]

    (whole,) = sound(passage("a", 2, first + later))
    apart = sound(passage("a", 1, first), passage("b", 1, second))
    bar = 2 * RATE
    both = np.zeros((bar + len(apart[1]), 2))
    both[: len(apart[0])] += apart[0]
    both[bar:] += apart[1]

    shared = min(len(both), len(whole))
    both, whole = both[:shared], whole[:shared]
    scale = (both * whole).sum() / (both * both).sum()  # mastered apart: another gain
    assert np.sqrt(np.mean((scale * both - whole) ** 2)) < 0.01 * np.sqrt(np.mean(whole**2))
