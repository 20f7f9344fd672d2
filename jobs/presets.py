"""Presets: named sets of choices that fill what a job does not say itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Preset(Enum):
    """The presets by name."""

    QUICK_SOCIAL = "quick_social"
    BRAND_CAMPAIGN = "brand_campaign"
    PREMIUM_SPOT = "premium_spot"


@dataclass(frozen=True)
class PresetChoices:
    """What a preset fills in, field by field, and what it promises.

    Attributes:
      captions, output, transition: Fields of those parts of the document.
      max_duration_s: Longest video, in seconds.
      review: Whether somebody approves the draft before the final render.
    """

    captions: Mapping[str, Any]
    output: Mapping[str, Any]
    transition: Mapping[str, Any]
    max_duration_s: float
    review: bool = False


def preset_choices(preset: Preset) -> PresetChoices:
    """What a preset stands for."""
    match preset:
        case Preset.QUICK_SOCIAL:
            return PresetChoices(
                captions={"style": "karaoke"},
                output={"aspect_ratio": "9:16", "height": 1080, "fps": 30, "quality": "draft"},
                transition={"type": "cut"},
                max_duration_s=30.0,
            )
        case Preset.BRAND_CAMPAIGN:
            return PresetChoices(
                captions={"style": "block"},
                output={"aspect_ratio": "16:9", "height": 1080, "fps": 30, "quality": "standard"},
                transition={"type": "crossfade", "duration_s": 0.5},
                max_duration_s=120.0,
            )
        case Preset.PREMIUM_SPOT:
            return PresetChoices(
                captions={"style": "block"},
                output={"aspect_ratio": "16:9", "height": 1080, "fps": 30, "quality": "standard"},
                transition={"type": "crossfade", "duration_s": 0.8},
                max_duration_s=180.0,
                review=True,
            )


def with_preset(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with what its preset says where the document itself says nothing.

    Parts of the wrong shape, and unknown presets, are left for validation to name.
    """
    filled = dict(document)
    try:
        choices = preset_choices(Preset(document.get("preset")))
    except ValueError:
        return filled
    filled["captions"] = _filled(document.get("captions", {}), choices.captions)
    filled["output"] = _filled(document.get("output", {}), choices.output)
    if isinstance(scenes := document.get("scenes"), list):
        filled["scenes"] = [_with_transition(scene, choices.transition) for scene in scenes]
    return filled


def _with_transition(scene: Any, choices: Mapping[str, Any]) -> Any:
    if not isinstance(scene, dict):
        return scene
    given = scene.get("transition")
    return {**scene, "transition": _filled({} if given is None else given, choices)}


def _filled(given: Any, choices: Mapping[str, Any]) -> Any:
    return {**choices, **given} if isinstance(given, dict) else given
