"""What the routes work with, opened once per process."""

from collections.abc import Callable
from dataclasses import dataclass

from api.publisher import Publisher
from api.settings import Settings
from storage.api_keys import ApiKeys
from storage.audit import AuditLog
from storage.blobs import Blobs
from storage.catalogue import Catalogue
from storage.database import Database
from storage.dead_letters import DeadLetters
from storage.intake import Intake
from storage.rate_limits import RateLimits
from storage.uploads import Uploads
from storage.webhooks import Webhooks


@dataclass(frozen=True)
class Services:
    """Stores and clients. Safe for several threads.

    Attributes:
      dead_letter_publisher: Where pushed messages that are no jobs go, beside the ledger.
      publisher: Where rings go; the relay uses it, the readiness check asks it.
      after_commit: Told after each transaction that may have put a ring into the outbox.
      ring: Wakes the worker beside this process, if there is one.
      check_worker: Raises `ToolFailed` when that worker cannot stay up; None without one.
    """

    settings: Settings
    database: Database
    intake: Intake
    catalogue: Catalogue
    uploads: Uploads
    api_keys: ApiKeys
    rate_limits: RateLimits
    audit: AuditLog
    webhooks: Webhooks
    dead_letters: DeadLetters
    blobs: Blobs
    publisher: Publisher
    after_commit: Callable[[], None]
    ring: Callable[[], None]
    dead_letter_publisher: Publisher | None = None
    check_worker: Callable[[], None] | None = None

    @classmethod
    def over(
        cls,
        database: Database,
        *,
        settings: Settings,
        blobs: Blobs,
        publisher: Publisher,
        after_commit: Callable[[], None],
        ring: Callable[[], None],
        dead_letter_publisher: Publisher | None = None,
        check_worker: Callable[[], None] | None = None,
    ) -> "Services":
        """With all stores that are in a database."""
        return cls(
            settings=settings,
            database=database,
            intake=Intake(database),
            catalogue=Catalogue(database),
            uploads=Uploads(database),
            api_keys=ApiKeys(database),
            rate_limits=RateLimits(database),
            audit=AuditLog(database),
            webhooks=Webhooks(database),
            dead_letters=DeadLetters(database),
            blobs=blobs,
            publisher=publisher,
            after_commit=after_commit,
            ring=ring,
            dead_letter_publisher=dead_letter_publisher,
            check_worker=check_worker,
        )
