"""Access tokens of Vertex AI, as this machine's own account gets them."""

import threading
from typing import Any

import google.auth
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import Request

from jobs.errors import Charged, InvalidInput, ProviderUnavailable

SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class Tokens:
    """What `Access.key` and `Access.renew` are where a token opens the door. Safe for several
    threads.

    Args:
      credentials: Of google-auth; by default those of this machine.
    """

    def __init__(self, credentials: Any = None) -> None:
        self._credentials = credentials
        self._lock = threading.Lock()

    def key(self) -> str:
        """A token that is valid for some minutes.

        Raises:
          InvalidInput: This machine has no account, or not one that may.
          ProviderUnavailable: Who issues tokens does not answer.
        """
        with self._lock:
            return self._token(is_refused=False)

    def renew(self, refused: str) -> bool:
        """Gets another token after the service has refused one; whether it is another now."""
        with self._lock:
            try:
                held = getattr(self._credentials, "token", None)
                return self._token(is_refused=held == refused) != refused
            except InvalidInput:
                return False

    def _token(self, *, is_refused: bool) -> str:
        try:
            if self._credentials is None:
                self._credentials, _ = google.auth.default(scopes=[SCOPE])
            if is_refused or not self._credentials.valid:
                self._credentials.refresh(Request())
        except TransportError as error:
            raise ProviderUnavailable(
                "no access token for Vertex AI: who issues them does not answer",
                charged=Charged.NO,
                provider="vertex",
            ) from error
        except GoogleAuthError as error:
            raise InvalidInput(
                "no access token for Vertex AI: set GOOGLE_APPLICATION_CREDENTIALS, or run as a "
                f"service account ({type(error).__name__})"
            ) from error
        return str(self._credentials.token)
