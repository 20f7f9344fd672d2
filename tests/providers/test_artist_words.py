import pytest

from providers.artist.colour import Oklch
from providers.artist.palette import palette_of
from providers.artist.palettes import Hour
from providers.artist.subjects import ABSTRACT, subject_of
from providers.artist.words import content_words


def is_between(hue: float, low: float, high: float) -> bool:
    return (hue - low) % 360 <= (high - low) % 360


@pytest.mark.parametrize(
    ("prompt", "low", "high"),
    [
        pytest.param("dawn", 20, 100, id="dawn is warm"),
        pytest.param("the sea at dawn", 20, 100, id="dawn stays warm beside the sea"),
        pytest.param("sunset", 30, 90, id="sunset is orange"),
        pytest.param("forest", 90, 175, id="forest is green"),
        pytest.param("foret", 90, 175, id="French without its accent"),
        pytest.param("forêt", 90, 175, id="French with its accent"),
        pytest.param("the ocean", 170, 260, id="ocean is blue"),
        pytest.param("winter", 190, 270, id="winter is cold"),
        pytest.param("autumn leaves", 40, 110, id="autumn is golden"),
        pytest.param("campfire", 10, 70, id="fire is red to orange"),
        pytest.param("a purple idea", 270, 345, id="a named colour"),
        pytest.param("eine grüne Idee", 120, 200, id="a named colour in German"),
    ],
)
def test_the_horizon_has_the_hue_of_the_words(prompt: str, low: float, high: float) -> None:
    assert is_between(palette_of(prompt).horizon.hue, low, high)


@pytest.mark.parametrize(
    ("prompt", "hour"),
    [
        pytest.param("sunrise over the hills", Hour.DAWN, id="dawn"),
        pytest.param("a sunny day", Hour.DAY, id="day"),
        pytest.param("evening light", Hour.DUSK, id="dusk"),
        pytest.param("the forest at midnight", Hour.NIGHT, id="night beats the forest"),
        pytest.param("夜晚的城市", Hour.NIGHT, id="Chinese, inside a word"),
        pytest.param("البحر في الليل", Hour.NIGHT, id="Arabic, with its article"),
    ],
)
def test_the_hour_follows_the_words(prompt: str, hour: Hour) -> None:
    assert palette_of(prompt).hour is hour


def test_night_is_darker_than_day() -> None:
    assert palette_of("night").zenith.lightness < palette_of("day").zenith.lightness - 0.3


def test_calm_words_take_colour_away() -> None:
    assert palette_of("calm sunset").middle.chroma < palette_of("sunset").middle.chroma


def test_unknown_words_that_share_the_longest_have_related_colours() -> None:
    one = palette_of("zygomorphic lorem").middle.hue
    other = palette_of("zygomorphic ipsum").middle.hue

    assert abs((one - other + 180) % 360 - 180) < 45


def test_a_usual_light_is_used_only_when_words_name_none() -> None:
    assert palette_of("zygomorphic", "dusk").hour is Hour.DUSK
    assert palette_of("zygomorphic dawn", "dusk").hour is Hour.DAWN


def test_the_foreground_is_darkest_and_the_light_is_brightest() -> None:
    for words in ("dawn", "day", "night", "neon", "zygomorphic", "red", "quarterly", "lorem ipsum"):
        palette = palette_of(words)

        levels = [colour.lightness for colour in palette.colours]

        assert min(levels) == palette.near.lightness, words
        assert max(levels) == palette.light.lightness, words


@pytest.mark.parametrize(
    ("prompt", "subject"),
    [
        pytest.param("A mountain range", "mountains", id="mountains"),
        pytest.param("a quiet lake", "lake", id="lake"),
        pytest.param("meadows and farms", "hills", id="hills, in the plural"),
        pytest.param("The sea at night under the stars", "sea", id="a noun beats its backdrop"),
        pytest.param("When the tide goes out", "shore", id="shore"),
        pytest.param("anemone, macro, dawn light", "underwater", id="underwater"),
        pytest.param("clouds", "clouds", id="clouds"),
        pytest.param("a starry night", "stars", id="stars"),
        pytest.param("aurora borealis", "aurora", id="aurora"),
        pytest.param("deep in the woods", "forest", id="forest"),
        pytest.param("fir trees", "pines", id="pines"),
        pytest.param("a misty morning", "fog", id="fog"),
        pytest.param("snow", "snow", id="snow"),
        pytest.param("a busy downtown street", "city", id="city"),
        pytest.param("astronauts in orbit", "space", id="space"),
        pytest.param("a distant galaxy", "nebula", id="nebula"),
        pytest.param("sand dunes", "dunes", id="dunes"),
        pytest.param("rain", "rain", id="rain"),
        pytest.param("a campfire", "fire", id="fire"),
        pytest.param("tulips", "flowers", id="flowers"),
        pytest.param("fern", "leaves", id="leaves"),
        pytest.param("artificial intelligence", "network", id="network"),
        pytest.param("big data", "data", id="data"),
        pytest.param("synthwave", "grid", id="grid"),
        pytest.param("bacteria", "cells", id="cells"),
        pytest.param("a jazz song", "ribbons", id="ribbons"),
        pytest.param("birthday party", "bokeh", id="bokeh"),
        pytest.param("an old tale", "paper", id="paper"),
        pytest.param("topography", "contours", id="contours"),
        pytest.param("Quarterly revenue rose", "shapes", id="shapes, not a rose"),
        pytest.param("la montaña", "mountains", id="Spanish"),
        pytest.param("der Wald", "forest", id="German"),
        pytest.param("les étoiles", "stars", id="French"),
        pytest.param("الجبل", "mountains", id="Arabic"),
        pytest.param("下雨的时候", "rain", id="Chinese"),
    ],
)
def test_the_subject_is_what_the_words_name(prompt: str, subject: str) -> None:
    assert subject_of(prompt)[0] == subject


def test_what_else_the_words_name_is_passed_on() -> None:
    assert subject_of("mountains above a lake")[1] == {"mountains", "lake"}


def test_words_without_a_subject_get_different_abstract_pictures() -> None:
    prompts = [f"we never expected {word}" for word in ("alpha", "beta", "gamma", "delta", "omega")]

    subjects = {subject_of(prompt)[0] for prompt in prompts}

    assert subjects <= set(ABSTRACT)
    assert len(subjects) >= 3


def test_another_seed_can_choose_another_abstract_picture() -> None:
    assert len({subject_of("zygomorphic", seed)[0] for seed in range(20)}) == len(ABSTRACT)


def test_stop_words_and_punctuation_say_nothing() -> None:
    assert content_words("It is, by far, the ÉTOILE!") == ("far", "etoile")


@pytest.mark.parametrize(
    ("colour", "code"),
    [
        pytest.param(Oklch(1.0, 0.0, 0.0), "#ffffff", id="white"),
        pytest.param(Oklch(0.0, 0.0, 0.0), "#000000", id="black"),
        pytest.param(Oklch(0.62796, 0.25768, 29.234), "#ff0000", id="the red of sRGB"),
        pytest.param(Oklch(0.45201, 0.31321, 264.05), "#0000ff", id="the blue of sRGB"),
    ],
)
def test_oklch_becomes_the_known_srgb(colour: Oklch, code: str) -> None:
    assert colour.hexadecimal() == code


def test_a_colour_outside_srgb_keeps_its_lightness_and_hue() -> None:
    wild = Oklch(0.7, 0.4, 145.0).linear()

    tame = Oklch(0.7, 0.1, 145.0).linear()
    assert 0 <= wild.min() <= wild.max() <= 1
    assert wild[1] > tame[1]
    assert wild.argmax() == tame.argmax() == 1
