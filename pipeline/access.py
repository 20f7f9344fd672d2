"""Where the service is, and the key that opens it."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from jobs.errors import InvalidInput
from pipeline.options import Settings

KEY_FILE = "api-key"  # in the data folder; `aiprod serve` writes it

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class Access:
    """A service, and the key for it. `key_source`: what to look at when the key does not work."""

    url: str
    key: str | None = field(repr=False)
    key_source: str

    @property
    def is_local(self) -> bool:
        return urlsplit(self.url).hostname in _LOOPBACK


def find_access(settings: Settings, url: str | None = None) -> Access:
    """The service and the key that an option, the environment and the data folder name.

    The key in the data folder opens everything on this machine, so it is sent to no other one.

    Raises:
      InvalidInput: Not an address, or no key that can be sent.
    """
    address = _checked_url(url or settings.url)
    if settings.api_key:
        return Access(address, _checked_key(settings.api_key, "AIPROD_API_KEY"), "AIPROD_API_KEY")
    path = settings.data / KEY_FILE
    without = Access(address, None, str(path))
    if not without.is_local:
        raise InvalidInput(f"no API key for {address}: set AIPROD_API_KEY")
    try:
        key = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return without  # the service will say whether it wants one, and first whether it is there
    except (OSError, ValueError) as error:
        raise InvalidInput(f"the API key in {path} cannot be read: {error}") from error
    return Access(address, _checked_key(key, str(path)), str(path))


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises, too
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address or parts.query or parts.fragment or parts.username:
        raise InvalidInput(f"{url!r} is not the address of a service, as http://127.0.0.1:8000 is")
    return url.rstrip("/")


def _checked_key(key: str, source: str) -> str:
    if not _KEY.fullmatch(key):
        raise InvalidInput(f"{source} holds no API key: one begins with aip_ and has no spaces")
    return key
