"""From words to a palette: time of day, season, element, mood and named colours."""

import cmath
import math
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from providers.artist.colour import Oklch
from providers.artist.palettes import NAMED, Hour, Palette
from providers.artist.vocabulary import COLOURS, LIGHTS, MOODS, find
from providers.artist.words import content_words, number

# What decides the light wherever it stands in a sentence, strongest first; the rest only tints.
RANKS = (
    frozenset({"dawn", "sunset", "dusk", "night", "aurora", "fire", "storm"}),
    frozenset({"grey", "autumn", "winter", "spring", "festive", "neon"}),
)

# Hue in degrees and how strong the colour is beside the ordinary.
COLOUR_HUES = MappingProxyType(
    {
        "red": (27.0, 1.25),
        "orange": (55.0, 1.15),
        "gold": (82.0, 1.1),
        "yellow": (98.0, 1.1),
        "green": (148.0, 1.1),
        "turquoise": (192.0, 1.0),
        "blue": (255.0, 1.1),
        "violet": (300.0, 1.1),
        "pink": (355.0, 1.0),
        "brown": (55.0, 0.55),
        "white": (85.0, 0.12),
        "black": (270.0, 0.1),
        "silver": (245.0, 0.15),
    }
)


def palette_of(prompt: str, usual: str | None = None) -> Palette:
    """The palette a prompt asks for; the same words always give the same colours.

    Light (dawn, night, winter, sea...) comes first, then named colours, then mood. Words without
    a meaning here choose by hash, the longest most of all, so prompts that share them are related.
    `usual` names the light taken before the hash is, e.g. `dusk` for a city.
    """
    words = content_words(prompt)
    lights = find(prompt, LIGHTS) or ((usual,) if usual else ())
    hues = [COLOUR_HUES[name] for name in find(prompt, COLOURS)]
    base = _blend(lights) if lights else _hashed(words)
    if hues:
        base = base.mixed(_around(hues[0], base.hour), 0.55 if lights else 1.0)
        if len(hues) > 1:
            base = _with_accent(base, hues[1])
    for mood in find(prompt, MOODS):
        base = _in_mood(base, mood)
    return _nudged(base, number("nudge", *words))


def _blend(lights: tuple[str, ...]) -> Palette:
    """The time of day gives the hour and most of the colour wherever it stands; the rest tints."""
    ranked = sorted(lights, key=_rank)  # stable: otherwise as they came
    first = NAMED[ranked[0]]
    # A season is a colour already, and another one beside it makes mud.
    share = 0.28 if _rank(ranked[0]) != 1 else 0.12
    return first.mixed(NAMED[ranked[1]], share) if len(ranked) > 1 else first


def _rank(light: str) -> int:
    return next((rank for rank, lights in enumerate(RANKS) if light in lights), len(RANKS))


def _hashed(words: tuple[str, ...]) -> Palette:
    """A palette from words without a known colour."""
    pull = sum(
        (len(word) ** 2 * cmath.rect(1, number("hue", word) % 360 * math.pi / 180))
        for word in words
    )
    hue = math.degrees(cmath.phase(pull)) % 360 if words else 250.0
    if 50 < hue < 130:  # yellows are mud in the dark half of a palette
        hue = 22 + (hue - 50) * 0.6 if hue < 95 else 136 + (hue - 95) * 0.6
    longest = max(words, key=len, default="")
    kind = number("kind", longest)
    hour = (Hour.DUSK, Hour.DAY, Hour.NIGHT, Hour.DAWN)[kind % 4]
    return _around((hue, 1.0), hour, spread=(34.0, -38.0, 58.0)[kind // 4 % 3])


def _around(hue: tuple[float, float], hour: Hour, spread: float = 30.0) -> Palette:
    """Neighbouring hues with a complement for the accent; lightness as that hour has it."""
    degrees, strength = hue
    lightness = {
        Hour.DAWN: (0.50, 0.68, 0.87, 0.965, 0.24, 0.72),
        Hour.DAY: (0.56, 0.73, 0.90, 0.975, 0.28, 0.74),
        Hour.DUSK: (0.29, 0.48, 0.76, 0.93, 0.155, 0.74),
        Hour.NIGHT: (0.15, 0.29, 0.54, 0.91, 0.09, 0.78),
    }[hour]
    chroma = (0.085, 0.11, 0.105, 0.06, 0.045, 0.145)
    turn = (-spread * 0.4, 0.0, spread * 0.7, spread, -spread * 0.6, 165.0)
    colours = (
        _clean(Oklch(level, amount * strength, (degrees + angle) % 360))
        for level, amount, angle in zip(lightness, chroma, turn, strict=True)
    )
    zenith, middle, horizon, light, near, accent = colours
    return Palette(zenith, middle, horizon, light, near, accent, hour)


def _clean(colour: Oklch) -> Oklch:
    """Dark yellow looks like mud: dark colours between orange and green move to either."""
    if colour.lightness > 0.62 or not 72 < colour.hue < 132:
        return colour
    return colour._replace(hue=58.0 if colour.hue < 100 else 148.0, chroma=colour.chroma * 0.9)


def _with_accent(palette: Palette, hue: tuple[float, float]) -> Palette:
    degrees, strength = hue
    return replace(palette, accent=Oklch(0.74, 0.15 * strength, degrees))


def _in_mood(palette: Palette, mood: str) -> Palette:
    def changed() -> Iterator[Oklch]:
        for colour in palette.colours:
            if mood == "calm":
                yield colour.vivid(0.8).mixed(Oklch(0.8, 0.02, colour.hue), 0.08)
            elif mood == "dark":
                yield colour.lighter(-0.22 * colour.lightness).vivid(0.9)
            else:
                yield colour.vivid(1.2)

    return palette.recoloured(changed())


def _nudged(palette: Palette, chance: int) -> Palette:
    """A turn of at most 7 degrees: scenes of one video are siblings, not copies."""
    turn = (chance % 1401) / 100 - 7
    return palette.recoloured(colour.turned(turn) for colour in palette.colours)
