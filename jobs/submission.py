"""A job as it was handed in: the document, and its files by content."""

from dataclasses import dataclass
from typing import Any

from jobs.wire import canonical, sha256

DIGITS = 8  # of its content, at the end of the id of a job that was rendered from a file


@dataclass(frozen=True)
class InputFile:
    """A file of the user's, stored under its content hash.

    Attributes:
      blob: Blob name.
      original: The uri as the document has it.
      kind: `image`, `clip`, `sound`, `captions` or `font`.
    """

    blob: str
    original: str
    kind: str


@dataclass(frozen=True)
class Submission:
    """The job document (plain JSON data, as parsed) and the files its uris name."""

    document: dict[str, Any]
    inputs: tuple[InputFile, ...] = ()

    def blob_of(self, uri: str) -> str | None:
        """Blob name of the file behind a uri of the document."""
        return next((file.blob for file in self.inputs if file.original == uri), None)


def job_id(name: str, submission: Submission) -> str:
    """Id of a job rendered from a file: readable words, then eight digits of its content.

    The same document with the same files and name is the same job, wherever it is rendered; an
    edited one is another job and gets a folder of its own, so no video overwrites another.
    """
    content = canonical(
        {
            "document": submission.document,
            "inputs": sorted([file.original, file.blob] for file in submission.inputs),
        }
    )
    return f"{id_words(name)}-{sha256(content)[:DIGITS]}"


def id_words(name: str) -> str:
    """What ids of jobs rendered from files of this name begin with."""
    words = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    return "-".join(part for part in words.split("-") if part)[:40].strip("-") or "job"
