"""Sending webhooks, signed as the Standard Webhooks specification says."""

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks import Webhook

from api.retry_after import asked_wait_s
from jobs.crash_points import crash_point
from jobs.errors import AiprodError, InputUnreachable
from jobs.version import VERSION
from storage.guarded_http import web_address
from storage.webhooks import PER_TENANT, Delivery, Webhooks

LOG = logging.getLogger(__name__)
AT_ONCE = 4 * PER_TENANT  # threads that mostly wait
ANSWER_BYTES = 64 * 1024  # of the answer are read; only its status counts
LEASE_S = 60.0  # a sender that dies leaves its webhooks to others after that
MINUTE, HOUR = 60.0, 3600.0
# When it is tried again after each failure, as the specification proposes; ten attempts in all.
SCHEDULE_S = (
    5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
JITTER = 0.1
LONGEST_WAIT_S = 24 * HOUR
IDLE_S = 2.0  # how often webhooks are looked for that another process has queued
TAKEN_PAUSE_S = 0.1  # after another process was quicker
PAUSE_S = 5.0  # after the database did not answer
GONE = 410


class WebhookSender:
    """Sends what is due, several at once, each tenant and each receiver at its own pace.

    Args:
      open_client: Opens an HTTP client that reaches public addresses only.
      clock: Seconds since 1970; receivers compare them with theirs.
    """

    def __init__(
        self,
        webhooks: Webhooks,
        open_client: Callable[[], httpx.Client],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._webhooks = webhooks
        self._open_client = open_client
        self._clock = clock
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._under_way = 0

    def wake(self) -> None:
        """Says that there may be something to send."""
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        """Sends until told to stop; call `wake` after setting `stop`.

        Attempts that are under way then are not waited for: a receiver that hangs would hold up
        the end of the service. Whatever is not noted is sent again, under the same id.
        """
        client = self._open_client()  # never closed: attempts may outlast this loop
        while True:
            self._wake.clear()
            if stop.is_set():
                return
            try:
                wait_s = self._send_due(client)
            except AiprodError as error:
                LOG.warning("webhooks wait: %s", error.message)
                wait_s = PAUSE_S
            self._wake.wait(wait_s)

    def _send_due(self, client: httpx.Client) -> float:
        """Starts sending what is due; returns how long to wait before looking again."""
        with self._lock:
            free = AT_ONCE - self._under_way
        if not free:
            return IDLE_S  # the end of an attempt wakes this loop
        next_s = self._webhooks.next_due_s()
        if next_s != 0:
            return IDLE_S if next_s is None else min(next_s, IDLE_S)
        taken = self._webhooks.take_due(free, LEASE_S)
        with self._lock:
            self._under_way += len(taken)
        for delivery in taken:
            # Not of a pool: the end of the process waits for the threads of a pool.
            threading.Thread(
                target=self._send, args=(client, delivery), name="webhook", daemon=True
            ).start()
        return 0 if taken else TAKEN_PAUSE_S

    def _send(self, client: httpx.Client, delivery: Delivery) -> None:
        try:
            self.send(client, delivery)
        except AiprodError as error:
            LOG.warning("webhook %s is sent again later: %s", delivery.id, error.message)
        except Exception:
            LOG.exception("webhook %s met what nobody foresaw; it is sent again", delivery.id)
        finally:
            with self._lock:
                self._under_way -= 1
            self._wake.set()

    def send(self, client: httpx.Client, delivery: Delivery) -> None:
        """Makes one attempt and notes what came of it.

        Whatever is wrong with the receiver, its answer or our reading of it is noted as an attempt
        that failed: one that is not noted would be made again for ever.

        Raises:
          LedgerUnavailable: The database did not answer; the receiver is not to blame.
        """
        secrets = self._webhooks.secrets(delivery.tenant)
        started, at = time.monotonic(), datetime.fromtimestamp(self._clock(), UTC)
        entry: dict[str, Any] = {"at": round(at.timestamp(), 3)}
        status, retry_after = 0, None
        try:
            status, retry_after = _post(client, delivery, at, secrets)
            entry["status"] = status
        except (AiprodError, httpx.HTTPError) as error:
            entry["error"] = (str(error) or type(error).__name__)[:300]
        except Exception as error:
            LOG.error("webhook %s met an unexpected failure", delivery.id, exc_info=error)
            entry["error"] = f"failed on our side ({type(error).__name__})"
        entry["ms"] = round((time.monotonic() - started) * 1000)
        crash_point("webhook.after_send")
        if 200 <= status < 300:
            self._webhooks.note_attempt(delivery, entry, "delivered", None)
        elif status == GONE or delivery.attempts >= len(SCHEDULE_S):
            self._webhooks.note_attempt(delivery, entry, "failed", None)
        else:
            planned = SCHEDULE_S[delivery.attempts] * random.uniform(1.0, 1.0 + JITTER)
            after_s = min(max(planned, asked_wait_s(retry_after, at)), LONGEST_WAIT_S)
            self._webhooks.note_attempt(delivery, entry, "pending", after_s)


def _post(
    client: httpx.Client, delivery: Delivery, at: datetime, secrets: tuple[str, ...]
) -> tuple[int, str | None]:
    """Status of the answer, and its Retry-After."""
    signatures = [Webhook(one).sign(delivery.id, at, delivery.payload) for one in secrets]
    headers = {
        "content-type": "application/json",
        "user-agent": f"aiprod/{VERSION}",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    content = delivery.payload.encode()
    url = web_address(delivery.url)
    with client.stream("POST", url, content=content, headers=headers) as answer:
        with contextlib.suppress(InputUnreachable):  # its status is here, and is all that counts
            _read_some(answer)
        return answer.status_code, answer.headers.get("retry-after")


def _read_some(answer: httpx.Response) -> None:
    """Lets a receiver finish: one that is cut off may take its webhook for lost."""
    read = 0
    for block in answer.iter_raw():
        read += len(block)
        if read > ANSWER_BYTES:
            return
