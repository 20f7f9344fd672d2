"""The table of settings in docs/operations.md, beside what the code asks its environment for."""

import re
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings as ApiSettings
from pipeline.options import Settings

PAGE = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
CHAPTER = PAGE.partition("\n## Settings\n")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| `([A-Z_]+)` \| (\w+) \| (.+?) \| .+ \|$", CHAPTER, re.M)


class Asked(dict[str, str]):
    """An environment that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)


@pytest.fixture
def asked_by_api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> set[str]:
    monkeypatch.chdir(tmp_path)  # it makes the folder of its database
    environment = Asked()
    ApiSettings.from_environment(environment)
    return environment.names


@pytest.fixture
def asked_by_worker() -> set[str]:
    environment = Asked()
    Settings.from_environment(environment)
    return environment.names


def test_the_table_has_what_is_asked_for_by_whom_it_says(
    asked_by_api: set[str], asked_by_worker: set[str]
) -> None:
    told = {name: who for name, who, _ in ROWS}

    assert told == {
        name: "both"
        if name in asked_by_api & asked_by_worker
        else "API"
        if name in asked_by_api
        else "worker"
        for name in asked_by_api | asked_by_worker
    }


def test_numbers_of_the_table_are_the_defaults(tmp_path: Path) -> None:
    told = {name: float(default) for name, _, default in ROWS if re.fullmatch(r"[\d.]+", default)}
    settings = Settings.from_environment({"AIPROD_DATA": str(tmp_path)})
    api = ApiSettings.from_environment({"AIPROD_DATA": str(tmp_path)})

    assert told == {
        "AIPROD_ANSWER_TIMEOUT_S": api.answer_timeout_s,
        "AIPROD_DB_POOL": api.pool_size,
        "AIPROD_JOBS": settings.jobs,
        "AIPROD_LEASE_S": settings.lease_s,
        "AIPROD_MAX_UPLOAD_BYTES": api.max_upload_bytes,
        "AIPROD_OPEN_METRICS": api.has_open_metrics,
        "AIPROD_RATE_PER_KEY": api.rate_per_key,
        "AIPROD_RATE_PER_TENANT": api.rate_per_tenant,
        "AIPROD_SUBMIT_RATE_PER_KEY": api.submit_rate_per_key,
        "AIPROD_SUBMIT_RATE_PER_TENANT": api.submit_rate_per_tenant,
        "AIPROD_SWEEP_S": settings.sweep_s,
        "PORT": settings.port,
    }
