"""Who can make what: the choices for each stage, in the order in which `auto` takes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from jobs.stages import Stage


class Clearance(Enum):
    """What is known of the rights to what a provider makes.

    `clear`: it may be used commercially; `personal`: it may not, as on plans that are free;
    `unverified`: nobody documents the whole chain of rights.
    """

    CLEAR = "clear"
    PERSONAL = "personal"
    UNVERIFIED = "unverified"


@dataclass(frozen=True)
class Choice:
    """A provider that may make something, and with what.

    Attributes:
      needs: What of a task influences what this provider makes; the rest of the task may change,
        and what was made is still found.
      settings: What of its configuration influences it, beside the model.
      is_automatic: Whether `auto` takes it; else it has to be named.
      clearance: Of what it makes under this configuration.
    """

    provider: str
    model: str = ""
    needs: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    is_automatic: bool = True
    clearance: Clearance = Clearance.CLEAR

    def params(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """What decides about the key of what this provider makes of a task.

        Its rights do, too: those to a part are those of the plan or the setting under which it was
        made, and stay so when that changes.
        """
        asked = {name: task[name] for name in self.needs}
        return {
            **asked,
            **self.settings,
            "provider": self.provider,
            "model": self.model,
            "clearance": self.clearance.value,
        }

    def refusal(self, *, is_commercial: bool, is_verified_only: bool) -> str | None:
        """Why what it makes may not be used for that; None when it may."""
        if is_commercial and self.clearance is Clearance.PERSONAL:
            return (
                f"what {self.provider} makes under this plan may not be used commercially; give "
                "rights.commercial false, or another provider"
            )
        if is_verified_only and self.clearance is Clearance.UNVERIFIED:
            return (
                f"the rights to what {self.provider} makes are not verified; give "
                "rights.verified_only false, or another provider"
            )
        return None


@dataclass(frozen=True)
class Casting:
    """The choices there are on this machine or in this deployment, by stage.

    Attributes:
      choices: In order; the last of each stage is local and always there.
    """

    choices: Mapping[Stage, tuple[Choice, ...]] = field(
        default_factory=lambda: LOCAL_CHOICES, hash=False
    )

    def of(self, stage: Stage, named: str) -> tuple[Choice, ...]:
        """Whom to ask: everybody in order for `auto`, else the one that is named; nobody when that
        one is not configured."""
        everybody = self.choices[stage]
        if named == "auto":
            return tuple(choice for choice in everybody if choice.is_automatic)
        return tuple(choice for choice in everybody if choice.provider == named)

    def names(self, stage: Stage) -> tuple[str, ...]:
        """The providers that are configured."""
        return tuple(dict.fromkeys(choice.provider for choice in self.choices[stage]))


LOCAL = frozenset({"local", "espeak"})  # who needs nobody beside this machine
LOCAL_CHOICES: Mapping[Stage, tuple[Choice, ...]] = MappingProxyType(
    {
        Stage.SCRIPT: (Choice("local", "outline", ("prompt", "language")),),
        Stage.VOICE: (Choice("espeak", "", ("text", "language", "voice_id", "speed")),),
        Stage.MUSIC: (Choice("local", "composer", ("prompt",)),),
        Stage.EFFECT: (Choice("local", "foley", ("query",)),),
        Stage.VISUAL: (Choice("local", "artist", ("type", "prompt", "width", "height")),),
    }
)
