"""From words to what is painted, and to an abstract composition when words name nothing."""

from types import MappingProxyType

from providers.artist.vocabulary import SUBJECTS, found
from providers.artist.words import content_words, number

# The light of a subject when the words say nothing about it.
LIGHT = MappingProxyType(
    {
        "aurora": "aurora",
        "bokeh": "festive",
        "cells": "life",
        "city": "dusk",
        "clouds": "day",
        "contours": "parchment",
        "data": "technology",
        "dunes": "desert",
        "fire": "fire",
        "flowers": "spring",
        "fog": "grey",
        "forest": "forest",
        "grid": "neon",
        "hills": "day",
        "lake": "ocean",
        "leaves": "forest",
        "mountains": "dawn",
        "nebula": "space",
        "network": "technology",
        "paper": "parchment",
        "pines": "grey",
        "rain": "night",
        "ribbons": "stage",
        "sea": "ocean",
        "shore": "ocean",
        "snow": "winter",
        "space": "space",
        "stars": "night",
        "underwater": "ocean",
    }
)
ABSTRACT = ("ribbons", "bokeh", "paper", "contours", "shapes", "silk", "mist")
# These say less about the scene than a noun beside them: "sea at night" is a sea.
BACKDROPS = frozenset({"stars", "clouds", "bokeh", "snow", "fog", "lake", "rain", "leaves", "data"})


def subject_of(prompt: str, seed: int = 0) -> tuple[str, frozenset[str]]:
    """The subject to paint and every subject the prompt names.

    The subject with the most words wins, then the one named first; backdrops count half. A prompt
    that names none gets an abstract composition by hash of its words and the seed, so scenes of
    one video differ from each other.
    """
    hits = found(prompt, SUBJECTS)
    if not hits:
        choice = number("subject", seed, *(content_words(prompt) or (prompt,)))
        return ABSTRACT[choice % len(ABSTRACT)], frozenset()
    weights: dict[str, float] = {}
    for subject, _ in hits:
        weights[subject] = weights.get(subject, 0) + (0.5 if subject in BACKDROPS else 1)
    best = max(weights, key=lambda subject: weights[subject])
    return best, frozenset(weights)
