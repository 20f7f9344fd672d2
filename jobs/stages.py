"""Stages of a job, and their versions."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


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
    FORMAT = "format"


GENERATION = (Stage.VOICE, Stage.MUSIC, Stage.EFFECT, Stage.VISUAL)
POST_PRODUCTION = (Stage.RENDER, Stage.MIX)

# Raised by one when a stage makes something else from the same input: older artefacts then stay
# valid for the runs that name them, and new runs make new ones.
VERSIONS: Mapping[Stage, int] = MappingProxyType(
    {**dict.fromkeys(Stage, 1), Stage.RENDER: 9, Stage.MIX: 3, Stage.FINISH: 3}
)
