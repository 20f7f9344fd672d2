"""Where clients of remote services are tested: a key, patience that takes no time, and faults."""

from dataclasses import dataclass, field

import pytest

from jobs.errors import (
    Charged,
    ProviderAccess,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
)
from providers.service import Access
from tests.fakes.service import Fault

MOST_PAUSES = 100
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

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        assert len(self.pauses) < MOST_PAUSES

    def _renew(self, refused: str) -> bool:
        self.key = self.fresh_key
        return self.key != refused

    def _fetch(self, url: str, most_bytes: int) -> bytes:
        assert len(self.files[url]) <= most_bytes
        return self.files[url]


def _status(status: int, body: str = "", **headers: str) -> Fault:
    return Fault(
        status=status, body=body, headers={"Retry-After": headers["after"]} if headers else {}
    )


# What a request may meet, the error, and whether it is charged when the request is one to pay for.
FAULTS = [
    pytest.param(_status(401), ProviderAccess, Charged.NO, id="unauthenticated"),
    pytest.param(_status(403), ProviderAccess, Charged.NO, id="not in the plan"),
    pytest.param(_status(400), ProviderRejected, Charged.NO, id="bad request"),
    pytest.param(_status(404), ProviderRejected, Charged.NO, id="retired model"),
    pytest.param(_status(429), ProviderUnavailable, Charged.NO, id="429"),
    pytest.param(_status(429, RETRY_INFO), ProviderUnavailable, Charged.NO, id="429 with delay"),
    pytest.param(_status(503, HTML), ProviderUnavailable, Charged.NO, id="503 as a page"),
    pytest.param(Fault(hang=True), ProviderUnavailable, Charged.UNKNOWN, id="hang"),
    pytest.param(Fault(lost=True), ProviderUnavailable, Charged.UNKNOWN, id="answer lost"),
    pytest.param(Fault(cut=True), ProviderUnavailable, Charged.UNKNOWN, id="answer cut"),
    pytest.param(Fault(drip_s=0.006), ProviderUnavailable, Charged.UNKNOWN, id="byte by byte"),
    pytest.param(
        Fault(endless_head=True), ProviderUnavailable, Charged.UNKNOWN, id="a head that never ends"
    ),
    # Which of the two limits ends it depends on the machine.
    pytest.param(
        Fault(endless=True),
        (ProviderUnavailable, ProviderUnusable),
        Charged.UNKNOWN,
        id="endless",
    ),
    pytest.param(Fault(body=HTML), ProviderUnusable, Charged.YES, id="page with 200"),
    pytest.param(
        Fault(body='{"error": {"code": 500}}'), ProviderUnusable, Charged.YES, id="error with 200"
    ),
    pytest.param(Fault(body=""), ProviderUnusable, Charged.YES, id="nothing with 200"),
    pytest.param(Fault(body="null"), ProviderUnusable, Charged.YES, id="null"),
    pytest.param(Fault(body="[]"), ProviderUnusable, Charged.YES, id="list"),
    pytest.param(Fault(body="{}"), ProviderUnusable, Charged.YES, id="empty object"),
]
