"""Keys of the services that things are bought from, read where they are used."""

import os
import threading
import time
from collections.abc import Callable, Mapping

from google.cloud.secretmanager import SecretManagerServiceClient

from jobs import logs
from jobs.errors import InvalidInput
from storage.secrets import read_secret

FRESH_S = 600.0  # a key that was changed in Secret Manager is used after that, or when one fails


class ServiceKeys:
    """Keys by the names of their variables. Safe for several threads.

    A key in the environment comes first. Else Secret Manager has it, under the variable's name in
    small letters with hyphens: `ELEVENLABS_API_KEY` is `elevenlabs-api-key`. Whatever is read is
    hidden in the logs of this process from then on.

    Args:
      project: Google Cloud project of the secrets; None: there is only the environment.
      versions: Versions by secret, `{"elevenlabs-api-key": "3"}`; the latest of the others.
      environment: Of this process.
    """

    def __init__(
        self,
        project: str | None = None,
        versions: Mapping[str, str] | None = None,
        environment: Mapping[str, str] = os.environ,
        client: SecretManagerServiceClient | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._environment = environment
        self._project = project
        self._versions = versions or {}
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._read: dict[str, tuple[str, float]] = {}

    def get(self, variable: str) -> str:
        """The key.

        Raises:
          InvalidInput: There is none, or it may not be read here.
          StoreUnavailable: Secret Manager does not answer.
        """
        if given := self._given(variable):
            logs.hide(given)
            return given
        if not self._project:
            raise InvalidInput(f"{variable} is not set")
        with self._lock:
            known = self._read.get(variable)
            if known and self._clock() < known[1] + FRESH_S:
                return known[0]
            secret = variable.lower().replace("_", "-")
            name = f"projects/{self._project}/secrets/{secret}"
            if version := self._versions.get(secret):
                name = f"{name}/versions/{version}"
            value = read_secret(name, self._client)
            logs.hide(value)
            self._read[variable] = value, self._clock()
            return value

    def is_given(self, variable: str) -> bool:
        """Whether the environment has it."""
        return bool(self._given(variable))

    def _given(self, variable: str) -> str:
        # Whoever types a secret, or pipes one into a file, ends it with a line break.
        return self._environment.get(variable, "").strip()

    def refresh(self, variable: str, refused: str) -> bool:
        """Reads a key anew that a service has refused; whether it is another one now."""
        with self._lock:
            known = self._read.get(variable)
            if known and known[0] == refused:
                del self._read[variable]
        return self.get(variable) != refused
