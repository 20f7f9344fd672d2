import io
import wave
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pytest

from providers.foley import Effect, EffectRequest, find_effect, make_effect, names
from providers.foley.finishing import EVENT_LUFS, TEXTURE_LUFS, loudness_lufs

Sound = npt.NDArray[np.float64]
TEXTURE_S = 2.5  # long enough to measure, short enough to make all of them


def samples_of(effect: Effect) -> Sound:
    with wave.open(io.BytesIO(effect.wav)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 48_000, 2)
        raw = file.readframes(file.getnframes())
    return np.frombuffer(raw, dtype="<i2").reshape(-1, 2).T / 32768


@pytest.fixture(scope="module")
def library() -> dict[str, tuple[Effect, Sound]]:
    made = {}
    for name in names():
        length = TEXTURE_S if find_effect(name).loop else None
        effect = make_effect(EffectRequest(name, duration_s=length))
        made[name] = (effect, samples_of(effect))
    return made


@pytest.mark.parametrize("name", names())
def test_every_sound_can_be_mixed_as_it_is(
    name: str, library: dict[str, tuple[Effect, Sound]]
) -> None:
    effect, sound = library[name]
    entry = find_effect(name)

    assert effect.name == name
    assert effect.loop == entry.loop
    assert effect.duration_s == sound.shape[1] / 48_000
    assert effect.duration_s == pytest.approx(TEXTURE_S if entry.loop else entry.duration_s)
    assert np.abs(sound).max() < 10 ** (-1 / 20)
    assert np.abs(sound.mean(axis=1)).max() < 1e-3
    assert np.abs(sound[:, 0]).max() == 0.0
    assert np.abs(sound[:, -1]).max() < 0.002
    if entry.loop:
        assert loudness_lufs(sound, momentary=False) == pytest.approx(TEXTURE_LUFS, abs=2.0)
    else:
        assert loudness_lufs(sound, momentary=True) == pytest.approx(EVENT_LUFS, abs=3.0)


def features(sound: Sound) -> Sound:
    """Colour in 18 bands, in tens of dB, and movement: how the level varies at five speeds."""
    mono = sound.mean(axis=0)
    power = np.abs(np.fft.rfft(mono)) ** 2
    hz = np.fft.rfftfreq(mono.size, 1 / 48_000)
    edges = np.geomspace(40, 18_000, 19)
    bands = np.array([power[(hz >= a) & (hz < b)].sum() for a, b in pairwise(edges)])
    colour = np.log10(bands / bands.sum() + 1e-5)
    level = np.sqrt(np.add.reduceat(mono**2, np.arange(0, mono.size, 480)))
    swing = np.abs(np.fft.rfft(level - level.mean())) / level.sum()
    rate = np.fft.rfftfreq(level.size, 0.01)
    speeds = (0.0, 1.5, 4.0, 9.0, 20.0, 51.0)
    movement = [np.sqrt(np.sum(swing[(rate >= a) & (rate < b)] ** 2)) for a, b in pairwise(speeds)]
    place = np.cumsum(level) / level.sum()
    shape = [np.interp(share, place, np.linspace(0, 1, place.size)) for share in (0.1, 0.5, 0.9)]
    return np.concatenate((colour, 2 * np.array(movement), 2 * np.array(shape)))


def test_no_two_sounds_are_alike(library: dict[str, tuple[Effect, Sound]]) -> None:
    described = {name: features(sound) for name, (_, sound) in library.items()}

    nearest = min(
        (float(np.linalg.norm(described[one] - described[other])), one, other)
        for one, other in combinations(described, 2)
    )

    assert nearest[0] > 0.6, nearest


def test_the_library_is_large() -> None:
    assert len(set(names())) == len(names()) >= 40
