"""Google's Pub/Sub emulator, started once for all tests that name this module a plugin."""

import os
from collections.abc import Iterator

import pytest

from jobs.errors import ToolMissing
from pipeline.emulator import Emulator, find
from tests.pubsub import Post, new_post


@pytest.fixture(scope="session")
def installed() -> Emulator:
    """The emulator of this machine; tests that need it say what is missing and are skipped."""
    try:
        return find(os.environ.get("AIPROD_PUBSUB_EMULATOR"), os.environ.get("JAVA_HOME"))
    except ToolMissing as missing:
        pytest.skip(missing.message)


@pytest.fixture(scope="session")
def emulator_host(installed: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("pubsub") / "emulator.log"
    with installed.running(0, log) as running:
        yield running.host


@pytest.fixture
def post(emulator_host: str) -> Post:
    return new_post(emulator_host)
