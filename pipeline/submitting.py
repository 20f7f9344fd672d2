"""Handing a job file to the service: its files first, then the document that names them."""

import hashlib
from pathlib import Path
from typing import Any

from jobs.document import Job, document_of
from jobs.errors import InvalidInput
from jobs.named_files import rename_files
from pipeline.answers import Accepted, Upload
from pipeline.client import Client
from pipeline.ingest import JobFile


class Submitter:
    """Hands in jobs. A content that several files or jobs have is uploaded once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._uris: dict[str, str] = {}  # by SHA-256 of the content

    def submit(self, file: JobFile, idempotency_key: str) -> Accepted:
        """Queues the job of a file; the same key with the same job makes it once.

        Raises:
          InvalidInput: A file cannot be read, or the service refuses it or the job.
          ServiceUnavailable: The service does not answer.
        """
        uris = {uri: self._uri_of(uri, local) for uri, _kind, local in file.files}
        document = _document(file.job, uris)
        return self._client.post(Accepted, "/v1/jobs", document, key=idempotency_key)

    def _uri_of(self, named: str, local: Path) -> str:
        try:
            with local.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            if digest not in self._uris:
                self._client.say(f"uploading {named}, {local.stat().st_size / 1e6:.1f} MB")
                upload = self._client.upload(Upload, local)
                if upload.sha256 != digest:
                    raise InvalidInput(f"{named} was changed while it was uploaded: submit again")
                self._uris[digest] = upload.uri
        except OSError as error:
            raise InvalidInput(f"{named} cannot be read: {error.strerror}") from error
        return self._uris[digest]


def _document(job: Job, uris: dict[str, str]) -> dict[str, Any]:
    """The job document with other names for its files."""
    document = document_of(job)
    rename_files(document, uris)
    return document
