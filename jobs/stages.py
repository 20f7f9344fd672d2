"""Stages of a job, their versions, and the content key of what they make."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from jobs.wire import canonical, sha256


class Stage(Enum):
    """What a task does. Values are public: they appear in events, manifests and keys."""

    SCRIPT = "script"
    VOICE = "voice"
    MUSIC = "music"
    EFFECT = "effect"
    VISUAL = "visual"
    RENDER = "render"
    MIX = "mix"
    FINISH = "finish"


GENERATION = (Stage.VOICE, Stage.MUSIC, Stage.EFFECT, Stage.VISUAL)
POST_PRODUCTION = (Stage.RENDER, Stage.MIX)

# Raised by one when a stage makes something else from the same input: older artefacts then stay
# valid for the runs that name them, and new runs make new ones.
VERSIONS: Mapping[Stage, int] = MappingProxyType(dict.fromkeys(Stage, 1))


def artefact_key(stage: Stage, params: Mapping[str, Any]) -> str:
    """Name of what this stage makes from these parameters: a SHA-256, 64 hex digits.

    Files enter `params` by names that contain their own hash, so the key covers everything that
    influences the result and nothing else.
    """
    return sha256(
        canonical({"stage": stage.value, "version": VERSIONS[stage], "params": dict(params)})
    )
