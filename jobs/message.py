"""The message that asks for a job to be worked on. It only rings: the job is in the ledger."""

import json
import re
from dataclasses import dataclass

MESSAGE_VERSION = 1
# As the ledger has them: what no database takes (NUL, lone surrogates) must not get that far.
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


@dataclass(frozen=True)
class Ring:
    """Asks for a job to be worked on.

    Attributes:
      token: Fencing token of the claim, when the sender has claimed the job for the receiver.
    """

    job_id: str
    token: int | None = None

    def to_bytes(self) -> bytes:
        content: dict[str, object] = {"v": MESSAGE_VERSION, "job_id": self.job_id}
        if self.token is not None:
            content["token"] = self.token
        return json.dumps(content).encode()

    @classmethod
    def from_bytes(cls, message: bytes) -> "Ring":
        """Reads a message. Raises `ValueError` with the reason."""
        try:
            content = json.loads(message)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise ValueError(f"not JSON: {error}") from error
        if not isinstance(content, dict):
            raise ValueError("not a JSON object")
        version = content.get("v")
        if version != MESSAGE_VERSION or isinstance(version, bool):
            raise ValueError(f"message version {version!r} instead of {MESSAGE_VERSION}"[:200])
        job_id = content.get("job_id")
        if not isinstance(job_id, str) or not _ID.fullmatch(job_id):
            raise ValueError(f"job_id is {job_id!r} instead of an id"[:200])
        token = content.get("token")
        if token is not None and (type(token) is not int or not 0 < token < 2**31):
            raise ValueError(f"token is {token!r} instead of a number"[:200])
        return cls(job_id, token)
