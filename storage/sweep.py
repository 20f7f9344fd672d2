"""The steps of a collection of garbage: what stays is listed, then records go, then media."""

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from jobs.stages import Stage
from storage.blobs import Blobs, Listed
from storage.kept_runs import KeptRuns
from storage.staying import Staying

ELSEWHERE = "other"  # inputs, plans, manifests: media that no record of a stage names

_BATCH = 500
_RECORD = re.compile(rf"parts/({'|'.join(stage.value for stage in Stage)})/([0-9a-f]{{64}})\.json")
_MEDIUM = re.compile(r"media/([0-9a-f]{2})/(\1[0-9a-f]{62})(\.[A-Za-z0-9]+)?")
T = TypeVar("T")


@dataclass
class Amount:
    """How many blobs, and how many bytes they have together."""

    blobs: int = 0
    size_bytes: int = 0

    def add(self, blob: Listed) -> None:
        self.blobs += 1
        self.size_bytes += blob.size_bytes


@dataclass
class Collected:
    """What was removed, or would be.

    Attributes:
      removed: By stage; artefacts and the media that they alone have named.
      kept: All that stays.
      videos: Delivered runs that are no longer offered.
    """

    removed: dict[str, Amount] = field(default_factory=dict)
    kept: Amount = field(default_factory=Amount)
    videos: int = 0

    @property
    def total(self) -> Amount:
        """All that is removed."""
        amounts = self.removed.values()
        return Amount(sum(one.blobs for one in amounts), sum(one.size_bytes for one in amounts))

    def of(self, stage: str) -> Amount:
        """What is removed of a stage."""
        return self.removed.setdefault(stage, Amount())


@dataclass(frozen=True)
class Sweep:
    """A collection on its way; its steps are called in this order.

    What is in the store under other names than ours is neither counted nor touched.

    Attributes:
      limit: What was renewed later stays; seconds since 1970.
      is_dry: Whether nothing is removed.
      pool: Where requests to the store wait.
      collected: Is counted up.
    """

    blobs: Blobs
    ledgers: Sequence[KeptRuns]
    limit: float
    is_dry: bool
    staying: Staying
    pool: Executor
    collected: Collected

    def let_go(self, keep: int) -> None:
        """Takes delivered runs beyond the newest of each job out of what is offered."""
        for ledger in self.ledgers:
            for run in ledger.surplus(keep):
                if self.is_dry or ledger.let_go(run):
                    self.staying.note_let_go(run)
                    self.collected.videos += 1

    def read_ledgers(self) -> None:
        """Lists everything that kept runs name."""
        is_let_go = self.staying.is_let_go
        for ledger in self.ledgers:
            for keys in _batches(ledger.named_keys()):
                self.staying.add_keys(key.key for key in keys if not is_let_go(key.owner))
            for texts in _batches(ledger.inputs()):
                self.staying.add_media_in(texts)
            for deliveries in _batches(ledger.deliveries()):
                named = (text for run, text in deliveries if not is_let_go(run))
                self.staying.add_media_in(named)

    def take_records(self) -> None:
        """Removes records; those that stay name their media, and what that was made from."""
        for listed in _batches(self.blobs.listed("parts/")):
            records = [_Ours.of(_RECORD, blob) for blob in listed]
            batch = [record for record in records if record]
            texts = list(self.pool.map(self._text, batch))  # before they go
            going = [self._may_go(record) for record in batch]
            self._note_gone([one.digest for one, goes in zip(batch, going, strict=True) if goes])
            gone = self.pool.map(self._removed, batch, going)
            for record, text, is_gone in zip(batch, texts, gone, strict=True):
                self._count(record, record.folder, is_gone)
                if is_gone:
                    self.staying.note_going(record.folder, text)
                else:
                    self.staying.add_media_in([text])

    def take_media(self) -> None:
        """Removes media that neither the ledgers nor a record names."""
        for listed in _batches(self.blobs.listed("media/")):
            media = [_Ours.of(_MEDIUM, blob) for blob in listed]
            batch = [medium for medium in media if medium]
            gone = self.pool.map(self._removed, batch, [self._may_go(one) for one in batch])
            for medium, is_gone in zip(batch, gone, strict=True):
                stage = self.staying.stage_of(medium.digest) or ELSEWHERE
                self._count(medium, stage, is_gone)

    def _may_go(self, ours: "_Ours") -> bool:
        return ours.blob.renewed_at < self.limit and not self.staying.has(ours.digest)

    def _text(self, record: "_Ours") -> str:
        return (self.blobs.read(record.blob.name) or b"").decode("utf-8", "replace")

    def _note_gone(self, keys: list[str]) -> None:
        if keys and not self.is_dry:
            for ledger in self.ledgers:
                ledger.note_gone(keys)

    def _removed(self, ours: "_Ours", goes: bool) -> bool:
        return goes and (self.is_dry or self.blobs.remove(ours.blob))

    def _count(self, ours: "_Ours", stage: str, is_gone: bool) -> None:
        amount = self.collected.of(stage) if is_gone else self.collected.kept
        amount.add(ours.blob)


@dataclass(frozen=True)
class _Ours:
    """A blob of the store. `digest`: the key of a record, the hash of media."""

    blob: Listed
    folder: str
    digest: str

    @classmethod
    def of(cls, pattern: re.Pattern[str], blob: Listed) -> "_Ours | None":
        found = pattern.fullmatch(blob.name)
        return cls(blob, found[1], found[2]) if found else None


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while batch := list(islice(rest, _BATCH)):
        yield batch
