"""Removing artefacts that no kept run names, beside runs that may find them at the same moment.

Whoever relies on an artefact in the store names it in the ledger or renews it, or both; see
docs/adr/0005-garbage.md for why that is enough.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from jobs.errors import InvalidInput
from storage.blobs import Blobs
from storage.kept_runs import KeptRuns
from storage.staying import Staying
from storage.sweep import Collected, Sweep

# What was stored or found so lately is never garbage, whatever limit is given: it is not named yet.
# Covers hashing and storing the files of a job before it is submitted, the time in which a bucket
# is not told of a renewal, and clocks that differ.
GRACE_S = 3600.0
_AT_ONCE = 8  # requests to a bucket take 20 to 100 ms, nearly all of it waiting


@dataclass(frozen=True)
class Collection:
    """A collection of garbage.

    Attributes:
      ledgers: All that name artefacts in this store.
      keep: How many delivered runs of each job stay; None: all.
      older_than_s: What is younger stays.
      grace_s: The least of `older_than_s`, and how long before a run began to work it may have
        found something.
      is_dry: Whether nothing is removed; the numbers are the same.
    """

    blobs: Blobs
    ledgers: Sequence[KeptRuns]
    keep: int | None
    older_than_s: float
    grace_s: float = GRACE_S
    is_dry: bool = False

    def __post_init__(self) -> None:
        if self.keep is not None and self.keep < 1:
            raise InvalidInput(f"{self.keep} delivered runs cannot be kept; keep at least 1")

    def run(self) -> Collected:
        """Collects.

        Raises:
          InvalidInput: No ledger knows a job: then they are not the ledgers of this store.
          LedgerUnavailable, StoreUnavailable, ResourceLimit: It ends halfway; run it again.
        """
        if all(ledger.is_empty() for ledger in self.ledgers):
            raise InvalidInput("the ledger knows no job, so it is not that of this store")
        # First of all: what ends or begins after this is known by the age of what it relies on.
        limit = min(self._limit(ledger) for ledger in self.ledgers)
        collected = Collected()
        with Staying() as staying, ThreadPoolExecutor(_AT_ONCE) as pool:
            sweep = Sweep(self.blobs, self.ledgers, limit, self.is_dry, staying, pool, collected)
            if self.keep is not None:
                sweep.let_go(self.keep)
            sweep.read_ledgers()
            sweep.take_records()
            sweep.take_media()
        return collected

    def _limit(self, ledger: KeptRuns) -> float:
        now, began = ledger.now(), ledger.untouched_since()
        return min(now - max(self.older_than_s, self.grace_s), began - self.grace_s)
