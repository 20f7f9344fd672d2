"""Links to files that open without a key, for an hour: browsers and players send no headers."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from jobs.errors import InvalidInput

VALID_S = 3600


@dataclass(frozen=True)
class LinkSigner:
    """Signs addresses of the API. Whoever has a signed link may read that one file."""

    secret: bytes

    def signed(self, path: str, owner: str, now_s: float) -> str:
        """The address with its signature; it holds for one to two hours.

        It changes once an hour only, so that a resource with links in it stays the same meanwhile.
        """
        expires = (int(now_s) // VALID_S + 2) * VALID_S
        query = {"owner": owner, "expires": expires, "signature": self._of(path, owner, expires)}
        return f"{path}?{urlencode(query)}"

    def is_signed(self, path: str, owner: str, expires: int, signature: str, now_s: float) -> bool:
        """Whether this signer signed exactly that, and it still holds."""
        expected = self._of(path, owner, expires)
        return hmac.compare_digest(expected, signature.encode("ascii", "replace").decode()) and (
            now_s < expires
        )

    def _of(self, path: str, owner: str, expires: int) -> str:
        text = "\n".join((path, owner, str(expires)))
        return hmac.new(self.secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def open_link_signer(secret: str | None, data: Path) -> LinkSigner:
    """The signer with this secret, or with the one kept in the data folder, made on first use.

    Several instances of the service need the same secret, hence a given one.

    Raises:
      InvalidInput: The data folder cannot be used.
    """
    if secret:
        return LinkSigner(secret.encode())
    path = data / "link-secret"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = data / f".link-secret-{secrets.token_hex(8)}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
            if not path.exists():
                os.link(temporary, path)
        except FileExistsError:
            pass  # another process was first
        finally:
            temporary.unlink()
        return LinkSigner(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"cannot keep a secret in {data}: {error.strerror}") from error
