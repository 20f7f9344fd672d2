"""The local composer: music from a prompt, synthesized here, the same every time."""

from providers.composer.composition import Composition, MusicRequest, Section, compose

__all__ = ["Composition", "MusicRequest", "Section", "compose"]
