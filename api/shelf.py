"""What was made before, looked up for whoever only wants to know."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from jobs.stages import Stage
from storage.artefacts import Artefacts, Record

_LOOKUPS = 16  # side by side: a bucket takes tens of milliseconds for each


class Shelf:
    """What was made before; each key is looked for once."""

    def __init__(self, artefacts: Artefacts) -> None:
        self.artefacts = artefacts
        self._known: dict[tuple[Stage, str], tuple[Record | None, bool]] = {}

    def look_up(self, wanted: Iterable[tuple[Stage, str]]) -> None:
        """Looks for several side by side."""
        missing = list({one for one in wanted if one not in self._known})
        with ThreadPoolExecutor(_LOOKUPS) as pool:
            self._known.update(zip(missing, pool.map(self._look, missing), strict=True))

    def recall(self, stage: Stage, key: str) -> Record | None:
        """What was made for this key, whether or not its media is still there."""
        return self._found(stage, key)[0]

    def has(self, stage: Stage, key: str) -> bool:
        """Whether what was made for this key is there whole."""
        return self._found(stage, key)[1]

    def _found(self, stage: Stage, key: str) -> tuple[Record | None, bool]:
        if (stage, key) not in self._known:
            self._known[stage, key] = self._look((stage, key))
        return self._known[stage, key]

    def _look(self, wanted: tuple[Stage, str]) -> tuple[Record | None, bool]:
        record = self.artefacts.recall(*wanted)
        return record, record is not None and self.artefacts.is_whole(record)
