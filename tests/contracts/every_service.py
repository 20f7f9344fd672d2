"""What every paid service is asked. A suite says what `order` is: the cheapest thing to buy."""

from collections.abc import Callable
from typing import Any

from jobs.errors import ProviderAccess
from tests.contracts.house import House, refusal

WRONG_KEY = "wrong-key-0123456789"
Order = Callable[[House, Any], Any]
"""Buys something in a session."""


def test_a_wrong_key_is_refused_for_nothing_and_not_told(house: House, order: Order) -> None:
    session = house.open(key=WRONG_KEY)

    error = refusal(lambda: order(house, session), ProviderAccess)

    assert WRONG_KEY not in error.message
