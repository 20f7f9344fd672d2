"""How orders end while something is wrong with a service."""

from dataclasses import dataclass

from jobs.errors import (
    AiprodError,
    ContentRefused,
    NoMatch,
    ProviderAccess,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
)
from storage.calls import MOST_CHARGES, MOST_UNUSABLE
from transforms.purchase import TRIES, UNUSABLE_TRIES


@dataclass(frozen=True)
class Outcome:
    """How an order ends while a fault lasts.

    Attributes:
      label: In the table.
      error: What the user is told at last; None: it is made.
      calls: How the ledger has every call, in order; so often it was ordered.
      acts: Who has to do something.
      means: What else there is to know of it.
    """

    label: str
    error: type[AiprodError] | None
    calls: tuple[str, ...]
    acts: str
    means: str

    @property
    def told(self) -> str:
        """A row of the legend."""
        code = f"`{self.error.code.value}`" if self.error else "it is made"
        later = "yes" if self.error and self.error.retryable else "no"
        ledger = f"{len(self.calls)} × `{self.calls[0]}`"
        return f"| {self.label} | {code} | {later} | {self.acts} | {ledger} | {self.means} |"


USER, OPERATOR, NOBODY = "the user", "the operator", "nobody"
AGAIN = ("refused",) * TRIES
WAITED_FOR = "ordered once, and asked after again by this run and the next"
ACCESS = Outcome("access", ProviderAccess, ("refused",), OPERATOR, "free")
REJECTED = Outcome("rejected", ProviderRejected, ("refused",), USER, "free")
REFUSED = Outcome("refused", ContentRefused, ("refused",), USER, "free")
WITHHELD = Outcome("withheld", ContentRefused, ("unusable",), USER, "paid")
LATER = Outcome("later", ProviderUnavailable, AGAIN, NOBODY, "free; pauses between them")
NOT_NOW = Outcome(
    "not now", ProviderUnavailable, ("refused",), NOBODY, "free; no run waits so long"
)
ODD = Outcome(
    "odd", ProviderUnusable, ("refused",) * UNUSABLE_TRIES, NOBODY, "free; a pause between them"
)
LOST = Outcome(
    "lost", ProviderRejected, ("unknown",) * MOST_CHARGES, USER,
    "counted as paid; the last refusal says what was lost; a retry is another take",
)  # fmt: skip
UNUSABLE = Outcome(
    "unusable", ProviderRejected, ("unusable",) * MOST_UNUSABLE, USER,
    "paid; the last refusal says what came; a retry is another take",
)  # fmt: skip
OPEN = Outcome("open", ProviderUnavailable, ("open",), NOBODY, WAITED_FOR)
ODD_OPEN = Outcome("open, odd", ProviderUnusable, ("open",), NOBODY, WAITED_FOR)
LOCKED = Outcome("locked", ProviderAccess, ("open",), OPERATOR, WAITED_FOR)
FORGOTTEN = Outcome("forgotten", ProviderRejected, ("unknown",), USER, "counted as paid")
MISWRITTEN = Outcome(
    "miswritten", ProviderUnusable, ("paid", "paid"), NOBODY,
    "a plan and its repair; it is told where in it, not in which words",
)  # fmt: skip
NO_MATCH = Outcome("no match", NoMatch, ("refused",), USER, "free")
COMES = Outcome("comes", None, ("paid",), NOBODY, "what is wrong is left out")
