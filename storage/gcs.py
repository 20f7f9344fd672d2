"""The blob store in a bucket of Google Cloud Storage."""

import io
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import quote

from google.api_core.exceptions import NotFound, PreconditionFailed
from google.auth.credentials import Signing
from google.auth.transport.requests import Request
from google.cloud.storage import Client  # type: ignore[import-untyped]  # has no types

from jobs.errors import InvalidInput, StoreUnavailable
from storage.blobs import BLOCK_BYTES, PATIENCE_S, RENEW_AFTER_S, Listed, check_name
from storage.directory import disk_trouble
from storage.gcs_signing import signing_credentials
from storage.gcs_transfer import PART_BYTES, download, limits, upload
from storage.gcs_trouble import is_bucket_missing, telling_trouble

# Storage itself needs less; the IAM API, which signs for accounts without a key, wants this one.
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"

_SLICE_BYTES = 2 << 20  # of a range; a request each: memory per open download against latency
_CHECK_S = 5.0  # whoever asks for readiness does not wait longer
_MARK = "aiprod-write"
_RENEWED = "aiprod-renewed"
# Of an object `updated` is the time of its last change, that of its metadata included.
_LIST_FIELDS = "items(name,size,updated,generation,metageneration),nextPageToken"


@dataclass(frozen=True)
class GcsConfig:
    """Where blobs are in Google Cloud Storage: a value that travels to workers.

    The credentials are those of the machine. With `STORAGE_EMULATOR_HOST` in the environment,
    Google's client talks to that server instead, without credentials.

    Attributes:
      prefix: Stands before every name, with a `/` between; may be empty.
      scratch: Local folder for downloads; None for the system's own.
      patience_s: How long a request waits and is tried again, all tries together. Each part of a
        large upload is a request.
    """

    bucket: str
    prefix: str = ""
    scratch: Path | None = None
    patience_s: float = PATIENCE_S

    def open(self) -> "GcsBlobs":
        """The live store.

        Raises:
          StoreUnavailable: This machine has no credentials.
        """
        with telling_trouble(self.bucket):
            # Nothing here is done to a project, so none needs to be found out.
            client = Client(project=None, client_options={"scopes": [_SCOPE]})
            # It makes its session when it is first used. Two threads at once would make two, of
            # which `close` knows one.
            _ = client._http
        return GcsBlobs(self, client)


@dataclass(frozen=True)
class GcsBlobs:
    """Blobs as objects `<prefix>/<name>` of a bucket. Safe for several threads.

    Create-only by the precondition "generation 0", that is: no such object. What is tried again
    (408, 429, 5xx, broken connections) is therefore done at most once. CRC32C is compared in both
    directions.
    """

    config: GcsConfig
    client: Any  # a Client, which has no types

    def create(self, name: str, data: bytes) -> bool:
        return self._create(name, io.BytesIO(data))

    def create_from(self, name: str, path: Path) -> bool:
        try:
            with path.open("rb") as source:
                return self._create(name, source)
        except OSError as error:
            raise InvalidInput(f"cannot read {path}: {error.strerror}") from error

    def read(self, name: str) -> bytes | None:
        sink = io.BytesIO()
        return sink.getvalue() if self._download(name, sink) else None

    def open_range(self, name: str, start: int, end: int) -> Iterator[bytes]:
        for at in range(start, end, _SLICE_BYTES):
            piece = self._slice(name, at, min(at + _SLICE_BYTES, end))
            for offset in range(0, len(piece), BLOCK_BYTES):
                yield piece[offset : offset + BLOCK_BYTES]

    def delete(self, name: str) -> None:
        found = self._look_up(name)
        if found is None:
            return
        with telling_trouble(self.config.bucket):
            try:
                # Only as it is now: a repeated request must not take what was written meanwhile.
                self._blob(name).delete(if_generation_match=found.generation, **self._limits)
            except (NotFound, PreconditionFailed):
                return  # somebody else has removed it

    def exists(self, name: str) -> bool:
        return self._look_up(name) is not None

    def size(self, name: str) -> int | None:
        blob = self._look_up(name)
        return None if blob is None else int(blob.size)

    @contextmanager
    def as_file(self, name: str) -> Iterator[Path]:
        with self._folder() as folder:
            path = folder / PurePosixPath(name).name
            try:
                with path.open("wb") as file:
                    is_there = self._download(name, file)
            except OSError as error:
                raise disk_trouble(error, folder) from error
            if not is_there:
                raise _gone(name)
            yield path

    def renew(self, name: str) -> bool:
        return self._renewed(name) is not None

    def listed(self, prefix: str) -> Iterator[Listed]:
        start = self._object_name("")
        for found in self._objects(start + prefix, **self._limits):
            yield Listed(
                found.name.removeprefix(start),
                int(found.size),
                found.updated.timestamp(),
                f"{found.generation}.{found.metageneration}",
            )

    def remove(self, blob: Listed) -> bool:
        generation, metageneration = blob.version.split(".")
        with telling_trouble(self.config.bucket):
            try:
                self._blob(blob.name).delete(
                    if_generation_match=int(generation),
                    if_metageneration_match=int(metageneration),
                    **self._limits,
                )
            except (NotFound, PreconditionFailed) as error:
                if is_bucket_missing(error):
                    raise
                return False
        return True

    def signed_url(
        self, name: str, *, filename: str, content_type: str, expires_s: int
    ) -> str | None:
        blob = self._blob(name)
        with telling_trouble(self.config.bucket):
            if self._signing is None:
                return None
            url: str = blob.generate_signed_url(
                version="v4",
                expiration=timedelta(seconds=expires_s),
                response_disposition=f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
                response_type=content_type,
                credentials=self._signing,
            )
            return url

    def check(self) -> None:
        # Not the bucket itself: reading its properties takes a right that nothing else here needs.
        first = self._objects("", max_results=1, **limits(_CHECK_S))
        next(first, None)

    def close(self) -> None:
        self.client.close()

    @property
    def _limits(self) -> dict[str, Any]:
        return limits(self.config.patience_s)

    @cached_property
    def _signing(self) -> Signing | None:
        return signing_credentials(self.client._credentials, Request(), self.config.patience_s)

    def _object_name(self, name: str) -> str:
        return f"{self.config.prefix}/{name}" if self.config.prefix else name

    def _blob(self, name: str, part_bytes: int | None = None) -> Any:
        check_name(name)
        bucket = self.client.bucket(self.config.bucket)
        return bucket.blob(self._object_name(name), chunk_size=part_bytes)

    def _look_up(self, name: str) -> Any | None:
        """The properties of an object, or None when there is none of that name."""
        blob = self._blob(name)
        with telling_trouble(self.config.bucket):
            try:
                blob.reload(**self._limits)
            except NotFound as error:
                if is_bucket_missing(error):
                    raise
                return None
        return blob

    def _renewed(self, name: str) -> Any | None:
        """The properties of an object, as good as new; None when there is none of that name."""
        while found := self._look_up(name):
            if (datetime.now(UTC) - found.updated).total_seconds() < RENEW_AFTER_S:
                return found
            found.metadata = {**(found.metadata or {}), _RENEWED: datetime.now(UTC).isoformat()}
            with telling_trouble(self.config.bucket):
                try:
                    found.patch(if_generation_match=found.generation, **self._limits)
                except (NotFound, PreconditionFailed):
                    continue  # it was removed meanwhile, and perhaps written again
            return found
        return None

    def _objects(self, prefix: str, **how: Any) -> Iterator[Any]:
        """Properties of objects, page by page."""
        with telling_trouble(self.config.bucket):
            yield from self.client.list_blobs(
                self.config.bucket, prefix=prefix, fields=_LIST_FIELDS, **how
            )

    def _create(self, name: str, source: IO[bytes]) -> bool:
        blob = self._blob(name, PART_BYTES)
        if source.seek(0, os.SEEK_END) > PART_BYTES and self.renew(name):
            return False  # spares sending it all only to hear that
        mark = secrets.token_hex(8)
        blob.metadata = {_MARK: mark}
        while True:
            faults: list[Exception] = []
            with telling_trouble(self.config.bucket):
                try:
                    upload(blob, source, self.config.patience_s, faults.append)
                    return True
                except PreconditionFailed:
                    found = self._renewed(name)
            if found is not None:
                # The answer that was lost may have been "done": then what is there is our own.
                return bool(faults) and (found.metadata or {}).get(_MARK) == mark
            # It has been removed since: there is nothing of that name now.

    def _download(self, name: str, sink: IO[bytes]) -> bool:
        """Fills a file with a blob; false when there is none of that name."""
        blob = self._blob(name)
        with telling_trouble(self.config.bucket):
            try:
                download(blob, sink, self.config.patience_s)
            except NotFound as error:
                if is_bucket_missing(error):
                    raise
                return False
        return True

    def _slice(self, name: str, start: int, end: int) -> bytes:
        blob = self._blob(name)
        with telling_trouble(self.config.bucket):
            try:
                data: bytes = blob.download_as_bytes(
                    start=start, end=end - 1, checksum=None, **self._limits
                )
            except NotFound as error:
                if is_bucket_missing(error):
                    raise
                raise _gone(name) from error
        if len(data) != end - start:
            raise StoreUnavailable(f"{name} was cut short on its way here")
        return data

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        scratch = self.config.scratch
        try:
            if scratch:
                scratch.mkdir(parents=True, exist_ok=True)
            # The name tells who works in it, so that folders of killed workers can be cleared.
            made = tempfile.TemporaryDirectory(
                prefix=f"{socket.gethostname()}-{os.getpid()}-", dir=scratch
            )
        except OSError as error:
            raise disk_trouble(error, scratch or Path(tempfile.gettempdir())) from error
        with made as folder:
            yield Path(folder).absolute()


def _gone(name: str) -> InvalidInput:
    return InvalidInput(f"the stored file {name} is gone")
