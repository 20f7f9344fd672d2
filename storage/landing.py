"""A file on its way in: counted, hashed, timed, and refused once its first bytes are wrong."""

import hashlib
from dataclasses import dataclass, field
from typing import IO

from jobs.errors import UnsupportedMedia
from storage.guarded_wire import Deadline, InputInterrupted
from storage.sniff import HEAD_BYTES, WANTED, Sniffed, serves, sniff


@dataclass
class Landing:
    """Takes the content of an input piece by piece, whatever brings it.

    Args:
      kind: What the file must be: `image`, `clip`, `sound`, `captions` or `font`.
    """

    file: IO[bytes]
    kind: str
    max_bytes: int
    deadline: Deadline
    head: bytes = b""
    size_bytes: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def expect(self, size_bytes: int) -> None:
        """Refuses a file before it comes, by the size that its sender states.

        Raises:
          UnsupportedMedia: It is larger than `max_bytes`.
        """
        if size_bytes > self.max_bytes:
            limit = f"at most {self.max_bytes:,} bytes are accepted"
            raise UnsupportedMedia(f"is too large: {limit}")

    def write(self, data: bytes) -> int:
        """Takes the next bytes of the file.

        Raises:
          UnsupportedMedia: There are more than `max_bytes`, or the first ones are of another kind.
          InputInterrupted: The deadline has passed.
          Cancelled: It was called off.
        """
        self.deadline.check_wanted()
        self.size_bytes += len(data)
        self.expect(self.size_bytes)
        if self.deadline.left_s <= 0:
            raise InputInterrupted(f"did not finish within {self.deadline.limit_s:g} s")
        if len(self.head) < HEAD_BYTES:
            self.head += data[: HEAD_BYTES - len(self.head)]
            if len(self.head) == HEAD_BYTES:
                self.sniffed()
        self.digest.update(data)
        return self.file.write(data)

    def sniffed(self) -> Sniffed:
        """What the file is.

        Raises:
          UnsupportedMedia: It is empty or not of the kind.
        """
        if not self.head:
            raise UnsupportedMedia("is empty")
        found = sniff(self.head)
        if found is None or not serves(found, self.kind):
            raise UnsupportedMedia(f"is not {WANTED[self.kind]}")
        return found
