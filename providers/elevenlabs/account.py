"""What ElevenLabs tells of an account for nothing: its subscription, voices and models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jobs.errors import Charged
from providers.elevenlabs.answers import understood
from providers.remote import Answer

# Calls at the same time, by plan; the fast models may have twice as many.
CALLS_AT_ONCE = {"free": 2, "starter": 3, "creator": 5, "pro": 10, "scale": 15, "business": 15}
_PAGE = 100  # voices in an answer, the most there may be

Ask = Callable[[str, Mapping[str, str | int]], Answer]
"""Gets what is at a path, with these parameters. Raises `ProviderError`."""


@dataclass(frozen=True)
class Subscription:
    """What an account has. `characters`: how many it may still have spoken this month."""

    tier: str
    characters: int

    @property
    def plan(self) -> str | None:
        """The plan, by its name in `CALLS_AT_ONCE`; None for tiers that are not known, of which
        some have a date behind their name."""
        return next((plan for plan in CALLS_AT_ONCE if self.tier.lower().startswith(plan)), None)


@dataclass(frozen=True)
class Model:
    """A model of speech.

    Attributes:
      credits_a_character: What a character takes of what the account has left.
      longest: Characters of one request.
    """

    model_id: str
    credits_a_character: float
    longest: int


@dataclass(frozen=True)
class Voice:
    """Somebody who can speak."""

    voice_id: str
    name: str


def subscription_of(ask: Ask) -> Subscription:
    """What the account has left."""
    answer = ask("/v1/user/subscription", {})
    with understood("a subscription", Charged.NO):
        found = answer.json()
        left = int(found["character_limit"]) - int(found["character_count"])
        return Subscription(str(found["tier"]), max(left, 0))


def voices_of(ask: Ask) -> tuple[Voice, ...]:
    """All voices that the account can use."""
    found: list[Voice] = []
    page: dict[str, str | int] = {"page_size": _PAGE}
    while True:
        answer = ask("/v2/voices", page)
        with understood("voices", Charged.NO):
            listed = answer.json()
            found += [Voice(str(one["voice_id"]), str(one["name"])) for one in listed["voices"]]
            token = listed.get("next_page_token")
            if not listed["has_more"] or not token or token == page.get("next_page_token"):
                return tuple(found)
            page["next_page_token"] = str(token)


def models_of(ask: Ask) -> tuple[Model, ...]:
    """All models that speak."""
    answer = ask("/v1/models", {})
    with understood("models", Charged.NO):
        return tuple(
            Model(
                str(one["model_id"]),
                float((one.get("model_rates") or {}).get("character_cost_multiplier", 1.0)),
                int(one["maximum_text_length_per_request"]),
            )
            for one in answer.json()
            if one["can_do_text_to_speech"]
        )
