"""Where clients of remote services are tested: a key, and patience that takes no time."""

from dataclasses import dataclass, field

from providers.service import Access, Call

MOST_PAUSES = 100
CALL_ID = "call-0123456789abcdef0123456789abcdef"
HTML = "<html><body>Please sign in to this network</body></html>"
RETRY_INFO = (
    '[{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded.",'
    ' "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}]}}]'
)


@dataclass
class Desk:
    """What a session is given, and what it did with it.

    Attributes:
      fresh_key: What the key is after it was read anew.
      files: Bytes by the address at which they can be fetched.
    """

    key: str = "fake-key"
    fresh_key: str = "fake-key"
    files: dict[str, bytes] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @property
    def access(self) -> Access:
        return Access(key=lambda: self.key, renew=self._renew, fetch=self._fetch)

    def call(self, remote_id: str | None = None) -> Call:
        """A call, or one whose job an earlier process has started."""
        return Call(CALL_ID, remote_id, self.started.append, self.pause)

    def pause(self, seconds: float) -> float:
        self.pauses.append(seconds)
        assert len(self.pauses) < MOST_PAUSES
        return seconds

    def _renew(self, refused: str) -> bool:
        self.key = self.fresh_key
        return self.key != refused

    def _fetch(self, url: str, most_bytes: int) -> bytes:
        assert len(self.files[url]) <= most_bytes
        return self.files[url]
