"""The price book: what a call will cost, before it is made."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jobs.errors import InvalidInput

_BOOK = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Price:
    """A row of the price book.

    Attributes:
      usd: US dollars for `per` units.
      unit: `characters`, `seconds`, `tokens`, ...
      dated: When the figure was read.
      sure: `documented` by the provider, `quoted` by others, or `assumed`.
    """

    usd: float
    per: float
    unit: str
    dated: date
    sure: str

    def of(self, units: float) -> float:
        """Price of so many units, in US dollars."""
        return self.usd * units / self.per


@cache
def price(*path: str) -> Price:
    """The price under these names: `price("elevenlabs", "tts", "eleven_v3")`.

    Raises:
      InvalidInput: The book has none. What has no price is not bought: nobody could say what a job
        will cost.
    """
    found: Any = price_book()
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, dict) or "usd" not in found:
        raise InvalidInput(
            f"the price book (providers/prices.toml) has no price for {' '.join(path)}; "
            "add a row for it, or choose another model"
        )
    return Price(**found)


def need_price(setting: str, *path: str) -> None:
    """Looks whether what a setting chose has a price. Raises `InvalidInput` naming the setting."""
    try:
        price(*path)
    except InvalidInput as error:
        raise InvalidInput(f"{setting}: {error.message}") from error


@cache
def price_book() -> dict[str, Any]:
    """The whole book, as it stands in its file."""
    return tomllib.loads(_BOOK.read_text(encoding="utf-8"))
