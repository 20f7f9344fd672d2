import json
from typing import Any

import pytest

from tests.deployments.configuration import TERRAFORM, Configuration, read_configuration
from tests.deployments.derive_schema import SCHEMA


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    return read_configuration(TERRAFORM)


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found
