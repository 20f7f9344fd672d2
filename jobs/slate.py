"""Whose parts a run makes, and which take: what is found again is found under the same slate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from jobs.stages import VERSIONS, Stage
from jobs.wire import canonical, sha256

LOCAL_TENANT = "local"  # whoever uses the machine that AIPROD runs on

_USED_BY: Mapping[Stage, tuple[Stage, ...]] = MappingProxyType(
    {
        Stage.SCRIPT: tuple(stage for stage in Stage if stage is not Stage.SCRIPT),
        # Scenes last as long as narrations, and clips are shown without their sound.
        Stage.VOICE: (Stage.RENDER, Stage.MIX, Stage.FINISH, Stage.FORMAT),
        Stage.MUSIC: (Stage.MIX, Stage.FINISH, Stage.FORMAT),
        Stage.EFFECT: (Stage.MIX, Stage.FINISH, Stage.FORMAT),
        Stage.VISUAL: (Stage.RENDER, Stage.FINISH, Stage.FORMAT),
        Stage.RENDER: (Stage.FINISH, Stage.FORMAT),
        Stage.MIX: (Stage.FINISH, Stage.FORMAT),
        Stage.FINISH: (Stage.FORMAT,),
        Stage.FORMAT: (),
    }
)


@dataclass(frozen=True)
class Slate:
    """Names what a run makes, as the clapperboard does: production and take.

    Attributes:
      tenant: Nobody finds what another tenant has made, or learns whether it exists.
      takes: Stages that were made anew, with the run that did: `{"voice": 3}`. Earlier takes stay
        for the runs that name them.
    """

    tenant: str = LOCAL_TENANT
    takes: Mapping[str, int] = field(default_factory=dict, hash=False)

    def key(self, stage: Stage, params: Mapping[str, Any]) -> str:
        """Name of what a stage makes from these parameters: a SHA-256, 64 hex digits.

        Files enter `params` by names that contain their own hash, so the key covers everything
        that influences the result and nothing else.
        """
        return sha256(
            canonical(
                {
                    "stage": stage.value,
                    "version": VERSIONS[stage],
                    "tenant": self.tenant,
                    "take": self.takes.get(stage.value, 0),
                    "params": dict(params),
                }
            )
        )


def retaken(takes: Mapping[str, int], stage: Stage, run: int) -> dict[str, int]:
    """Takes of a run that makes a stage anew, and what is made from it."""
    return {**takes, **{one.value: run for one in (stage, *_USED_BY[stage])}}
