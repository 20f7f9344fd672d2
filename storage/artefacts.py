"""What stages made, found again by content key: the rule that pays for nothing twice.

Media is stored under its own hash; a small record under `parts/<stage>/<key>.json`, written last,
names it. A record is therefore complete or absent.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from jobs.stages import VERSIONS, Stage
from jobs.wire import from_json, to_json
from storage.blobs import Blobs

Media = Path | tuple[bytes, str] | str
"""A local file; bytes and the suffix of their blob name; or the name of a blob that is there."""


@dataclass(frozen=True)
class Origin:
    """Who made an artefact and under which terms; all of it ends in the manifest.

    Attributes:
      source_type: Digital source type of IPTC: `algorithmicMedia` for procedural synthesis,
        `humanEdits` for files of the user's, `trainedAlgorithmicMedia` for models.
    """

    provider: str
    model: str = ""
    request_id: str = ""
    cost_usd: float = 0.0
    licence: str = ""
    attribution: str = ""
    source_type: str = "algorithmicMedia"
    seed: int | None = None


@dataclass(frozen=True)
class Record:
    """One artefact.

    Attributes:
      media: Blob names by role: `{"audio": "media/3f/3f..9a.wav"}`.
      facts: What later stages need to know: duration, words, sections, measurements.
      seconds: How long making it took.
    """

    stage: Stage
    stage_version: int
    key: str
    origin: Origin
    media: dict[str, str] = field(default_factory=dict, hash=False)
    facts: dict[str, Any] = field(default_factory=dict, hash=False)
    seconds: float = 0.0


def content_name(data: bytes, suffix: str) -> str:
    """Blob name of this content. `suffix` with its dot: `.wav`."""
    return _name(hashlib.sha256(data).hexdigest(), suffix)


def json_name(value: Any) -> str:
    """Blob name under which `keep_json` keeps a dataclass."""
    return content_name(to_json(value), ".json")


def content_name_of(path: Path, suffix: str) -> str:
    """Blob name of the content of a file."""
    with path.open("rb") as file:
        return _name(hashlib.file_digest(file, "sha256").hexdigest(), suffix)


def is_intact(path: Path, name: str) -> bool:
    """Whether a file is what was stored under this blob name."""
    return content_name_of(path, PurePosixPath(name).suffix) == name


def _name(digest: str, suffix: str) -> str:
    return f"media/{digest[:2]}/{digest}{suffix}"


@dataclass(frozen=True)
class Artefacts:
    """Records and media in a blob store."""

    blobs: Blobs

    def find(self, stage: Stage, key: str) -> Record | None:
        """What was made for this key before, if it is still there whole. It is renewed, as is its
        media: garbage that somebody has found is none."""
        if not self.blobs.renew(_record_name(stage, key)):
            return None
        record = self.recall(stage, key)
        return record if record and all(map(self.blobs.renew, record.media.values())) else None

    def look_up(self, stage: Stage, key: str) -> Record | None:
        """What was made for this key, for whoever only wants to know; it may go at any time."""
        record = self.recall(stage, key)
        return record if record and self.is_whole(record) else None

    def recall(self, stage: Stage, key: str) -> Record | None:
        """What was made for this key before, whether or not its media is still there."""
        data = self.blobs.read(_record_name(stage, key))
        return None if data is None else from_json(Record, data)

    def is_whole(self, record: Record) -> bool:
        """Whether all media that a record names is there."""
        return all(map(self.blobs.exists, record.media.values()))

    def keep(
        self,
        stage: Stage,
        key: str,
        origin: Origin,
        media: Mapping[str, Media],
        facts: dict[str, Any],
        seconds: float,
    ) -> Record:
        """Stores what a stage made; the first to keep a key wins and its record is returned."""
        names = {role: self.keep_media(content) for role, content in media.items()}
        record = Record(stage, VERSIONS[stage], key, origin, names, facts, round(seconds, 3))
        name = _record_name(stage, key)
        while not self.blobs.create(name, to_json(record)):
            if found := self.find(stage, key):
                return found
            self.blobs.delete(name)  # its media is gone: it names nothing
        return record

    def discard_media(self, name: str) -> None:
        """Forgets media that is damaged: whatever names it is then made again."""
        self.blobs.delete(name)

    def discard(self, stage: Stage, key: str) -> None:
        """Forgets what was made for a key; its media is garbage if nothing else names it."""
        self.blobs.delete(_record_name(stage, key))

    def keep_media(self, content: Media) -> str:
        """Stores media under its hash and returns its blob name."""
        if isinstance(content, str):
            return content
        if isinstance(content, Path):
            name = content_name_of(content, content.suffix)
            self.blobs.create_from(name, content)
        else:
            data, suffix = content
            name = content_name(data, suffix)
            self.blobs.create(name, data)
        return name

    def keep_json(self, value: Any) -> str:
        """Stores a dataclass as JSON and returns its blob name."""
        return self.keep_media((to_json(value), ".json"))


def _record_name(stage: Stage, key: str) -> str:
    return f"parts/{stage.value}/{key}.json"
