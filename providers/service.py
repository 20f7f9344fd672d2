"""What every remote service has in common: how it is reached, and what its sessions are given."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from jobs.errors import (
    Charged,
    InputUnreachable,
    InvalidInput,
    ProviderAccess,
    ProviderUnavailable,
    ProviderUnusable,
    StoreUnavailable,
    UnsupportedMedia,
)

Told = TypeVar("Told")
_KEY = re.compile(r"[!-~]+")  # of a header, without its spaces


@dataclass(frozen=True)
class Access:
    """What a session needs on the worker and must not travel with its configuration.

    Attributes:
      key: Reads the key of the service. It is asked for with every request, and kept nowhere.
      renew: Reads it anew after the service has refused the one given; whether it is another now.
      fetch: Reads a file at an address that the service has given, at most so many bytes.
    """

    key: Callable[[], str]
    renew: Callable[[str], bool]
    fetch: Callable[[str, int], bytes]

    def key_of(self, provider: str) -> str:
        """The key.

        Raises:
          ProviderAccess: There is none to be had, or what there is cannot go into a header.
          ProviderUnavailable: Secret Manager does not answer.
        """
        try:
            found = self.key()
        except InvalidInput as error:
            raise ProviderAccess(
                f"the key of {provider} cannot be read: {error.message}",
                charged=Charged.NO,
                provider=provider,
            ) from error
        except StoreUnavailable as error:
            raise ProviderUnavailable(
                f"the key of {provider} cannot be read now: {error.message}",
                charged=Charged.NO,
                provider=provider,
            ) from error
        if not _KEY.fullmatch(found):
            raise ProviderAccess(
                f"the key of {provider} is empty, or has spaces or characters in it that no key "
                "has",
                charged=Charged.NO,
                provider=provider,
            )
        return found

    def with_key(self, provider: str, ask: Callable[[str], Told]) -> Told:
        """What a service answers to a request with the key: asked once more when it has refused the
        key and there is another one by now.

        Raises:
          ProviderError: As `ask` and `key_of`.
        """
        key = self.key_of(provider)
        try:
            return ask(key)
        except ProviderAccess as error:
            # For Google a wrong key may be a 400, for others a 403 is no matter of the key.
            is_key_wrong = error.facts.get("status") == 401 or error.facts.get("is_key_wrong")
            if not is_key_wrong or not self.renew(key):
                raise
        return ask(self.key_of(provider))

    def file_of(self, provider: str, what: str, url: str, most_bytes: int) -> bytes:
        """A file with what a service has made and is paid for.

        Args:
          what: Is in it, for messages: `song`.

        Raises:
          ProviderUnavailable: It cannot be had now.
          ProviderUnusable: It is gone for good, or too large.
        """
        try:
            return self.fetch(url, most_bytes)
        except InputUnreachable as error:
            if error.retryable:
                raise ProviderUnavailable(
                    f"{provider} did not send the {what}: {error.message}",
                    charged=Charged.UNKNOWN,
                    provider=provider,
                ) from error
            raise gone(provider, what) from error
        except UnsupportedMedia as error:
            raise ProviderUnusable(
                f"{provider} has a {what} that is too large",
                charged=Charged.YES,
                is_over=True,
                provider=provider,
            ) from error


def gone(provider: str, what: str) -> ProviderUnusable:
    """The error of a file that a service keeps no longer: waiting for it brings nothing."""
    return ProviderUnusable(
        f"{provider} has deleted the {what}, or hides it",
        charged=Charged.YES,
        is_over=True,
        provider=provider,
    )


# What was waited for as long as it may take is asked for by the next run, not again by this one.
NEXT_RUN_S = 3600.0

Pause = Callable[[float], float]
"""Waits so many seconds while the provider works, or fewer when it calls back; returns how many.
Raises `Cancelled` when nobody wants it."""


@dataclass(frozen=True)
class Call:
    """A call that is paid for, as the session that makes it is told of it.

    Attributes:
      id: In the ledger; nobody can guess it, so it may be what the provider calls back with.
      remote_id: The provider's own name of a job that an earlier process has started, or None.
      started: Is told that name, as soon as there is one.
      pause: Waits between two questions.
    """

    id: str
    remote_id: str | None
    started: Callable[[str], None]
    pause: Pause
