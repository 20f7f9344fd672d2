"""A bucket as Google Cloud Storage keeps it: generations, preconditions, uploads in parts."""

import base64
import itertools
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import google_crc32c

PART_UNIT = 256 << 10  # parts but the last are multiples of it
_CONDITION = "At least one of the pre-conditions you specified did not hold."


class Refused(Exception):
    """What the service answers instead of doing it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class StoredObject:
    name: str
    data: bytes
    generation: int
    content_type: str
    metadata: dict[str, str]
    metageneration: int = 1
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def crc32c(self) -> str:
        return crc32c_of(self.data)

    def resource(self, bucket: str) -> dict[str, Any]:
        return {
            "kind": "storage#object",
            "id": f"{bucket}/{self.name}/{self.generation}",
            "bucket": bucket,
            "name": self.name,
            "generation": str(self.generation),
            "metageneration": str(self.metageneration),
            "updated": self.updated.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "size": str(len(self.data)),
            "contentType": self.content_type,
            "metadata": self.metadata,
            "crc32c": self.crc32c,
        }


@dataclass
class Session:
    """An upload in parts that is under way."""

    about: dict[str, Any]
    content_type: str
    size: int
    if_generation: int | None
    received: bytearray = field(default_factory=bytearray)
    made: StoredObject | None = None


class Bucket:
    """Objects by name. Safe for several threads; an object appears whole or not at all."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._objects: dict[str, StoredObject] = {}
        self._sessions: dict[str, Session] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()

    def insert(
        self,
        about: dict[str, Any],
        content_type: str,
        data: bytes,
        if_generation: int | None,
    ) -> StoredObject:
        with self._lock:
            self.require(about["name"], if_generation)
            if about.get("crc32c", crc32c_of(data)) != crc32c_of(data):
                raise Refused(
                    400,
                    f'Provided CRC32C "{about["crc32c"]}" doesn\'t match calculated CRC32C'
                    f' "{crc32c_of(data)}".',
                )
            made = StoredObject(
                about["name"],
                data,
                1_700_000_000_000_000 + next(self._numbers),
                content_type,
                about.get("metadata", {}),
            )
            self._objects[made.name] = made
            return made

    def require(self, name: str, if_generation: int | None) -> None:
        found = self._objects.get(name)
        if if_generation is not None and (found.generation if found else 0) != if_generation:
            raise Refused(412, _CONDITION)

    def find(self, name: str, generation: int | None = None) -> StoredObject:
        found = self._objects.get(name)
        if found is None or generation not in (None, found.generation):
            raise Refused(404, f"No such object: {self.name}/{name}")
        return found

    def patch(self, name: str, metadata: dict[str, str], if_generation: int | None) -> StoredObject:
        with self._lock:
            found = self.find(name)
            self.require(name, if_generation)
            made = replace(
                found,
                metadata=found.metadata | metadata,
                metageneration=found.metageneration + 1,
                updated=datetime.now(UTC),
            )
            self._objects[name] = made
            return made

    def age(self, name: str, by_s: float) -> None:
        """Lets an object be older than it is."""
        with self._lock:
            found = self.find(name)
            older = found.updated - timedelta(seconds=by_s)
            self._objects[name] = replace(found, updated=older)

    def delete(
        self, name: str, if_generation: int | None, if_metageneration: int | None = None
    ) -> None:
        with self._lock:
            found = self.find(name)
            self.require(name, if_generation)
            if if_metageneration not in (None, found.metageneration):
                raise Refused(412, _CONDITION)
            del self._objects[name]

    def listed(self, prefix: str) -> list[StoredObject]:
        with self._lock:
            return sorted(
                (one for one in self._objects.values() if one.name.startswith(prefix)),
                key=lambda one: one.name,
            )

    def names(self, prefix: str) -> list[str]:
        return [one.name for one in self.listed(prefix)]

    def start(self, session: Session) -> str:
        with self._lock:
            self.require(session.about["name"], session.if_generation)
            upload_id = f"upload-{next(self._numbers)}"
            self._sessions[upload_id] = session
            return upload_id

    def forget(self, upload_id: str) -> None:
        self._sessions.pop(upload_id, None)

    def append(self, upload_id: str, start: int, data: bytes, size: int) -> Session:
        """Takes what of a part is new; `made` of the session is set when that was the last."""
        with self._lock:
            session = self._sessions.get(upload_id)
            if session is None:
                raise Refused(410, "The upload session is gone.")
            if session.made:
                return session
            if size != session.size or start > len(session.received):
                raise Refused(400, f"Invalid range: {start}+{len(data)}/{size}")
            session.received += data[len(session.received) - start :]
            if len(session.received) == size:
                try:
                    session.made = self.insert(
                        session.about,
                        session.content_type,
                        bytes(session.received),
                        session.if_generation,
                    )
                except Refused:
                    self.forget(upload_id)
                    raise
            return session


def crc32c_of(data: bytes) -> str:
    return base64.b64encode(google_crc32c.value(data).to_bytes(4, "big")).decode()
