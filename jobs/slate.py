"""Whose parts a run makes, and which take: what is found again is found under the same slate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.stages import GENERATION, VERSIONS, Stage
from jobs.wire import canonical, sha256

LOCAL_TENANT = "local"  # whoever uses the machine that AIPROD runs on

_AFTER_GENERATION = (Stage.RENDER, Stage.MIX, Stage.FINISH)


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
    """Takes of a run that makes everything from a stage on anew."""
    return {**takes, **{one.value: run for one in _from(stage)}}


def _from(stage: Stage) -> tuple[Stage, ...]:
    """A stage and those that use what it makes; stages of one wave do not use each other."""
    if stage is Stage.SCRIPT:
        return (Stage.SCRIPT, *GENERATION, *_AFTER_GENERATION)
    if stage in GENERATION:
        return (stage, *_AFTER_GENERATION)
    return (stage, Stage.FINISH)
