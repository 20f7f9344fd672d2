"""The contract suites of tests/contracts, asked of the services themselves: `make live`.

They are asked at the addresses that the settings name, with the keys of this shell.
"""

import contextlib
import os
from collections.abc import Generator, Iterator

import pytest

from tests.contracts.house import House, lacking


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """The service that a suite is about (`HIRE`)."""
    hire = request.module.HIRE
    if unset := lacking(hire, os.environ):
        pytest.skip(unset)
    with contextlib.closing(House(hire, os.environ)) as opened:
        yield opened


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets a service that is not asked be told of in one line, and not in one for each clause."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = (str(item.path), 1, report.longrepr[2])
    return report
