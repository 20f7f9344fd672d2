"""Local sound effects: a library of synthesized sounds, found by words."""

from providers.foley.catalogue import effects_page, names
from providers.foley.effect import Effect, EffectRequest, find_effect, make_effect
from providers.foley.entry import CatalogueEntry

__all__ = [
    "CatalogueEntry",
    "Effect",
    "EffectRequest",
    "effects_page",
    "find_effect",
    "make_effect",
    "names",
]
