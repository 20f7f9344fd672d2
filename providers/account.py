"""What services say of the accounts that are used with them. Asking costs nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """An account with a service.

    Attributes:
      says: What there is to know of it, in few words, for people.
      voices: Ids of the voices that it may use.
      warnings: What does not fit how the service is configured here, a sentence each.
      credits: How many it has left; None where nothing runs out.
      credits_a_character: What a character of narration takes of them.
    """

    says: str
    voices: frozenset[str]
    warnings: tuple[str, ...] = ()
    credits: int | None = None
    credits_a_character: float = 1.0
