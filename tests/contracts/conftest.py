"""The contract suites, asked of stand-ins; tests/live has them asked of the services themselves."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.contracts.house import House
from tests.fakes.everybody import Fakes, everybody


@pytest.fixture(scope="session")
def fakes() -> Iterator[Fakes]:
    with everybody() as serving:
        yield serving


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, fakes: Fakes) -> Iterator[House]:
    """The stand-in for the service that a suite is about (`HIRE`)."""
    with contextlib.closing(House(request.module.HIRE, fakes.environment)) as opened:
        yield opened
