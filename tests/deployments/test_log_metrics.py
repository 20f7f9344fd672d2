"""The metrics of logs that docs/operations.md makes, and the fields that it names."""

import io
import json
import logging
import re
import shlex
from typing import Any

import pytest
import yaml

from jobs.logs import about, configure
from tests.deployments.configuration import DEPLOYMENTS
from tests.deployments.gcloud import options

ROOT = DEPLOYMENTS.parent
LOGS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("\n## Logs\n")[2]
LOGS = LOGS.partition("\n## ")[0]
LEFT = yaml.safe_load((DEPLOYMENTS / "monitoring" / "provider-left.yaml").read_text("utf-8"))
COMMANDS = [
    shlex.split(line)[1:] for line in re.findall(r"^gcloud .+", LOGS.replace("\\\n", " "), re.M)
]
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.fixture
def lines() -> Any:
    """Where records go as JSON, until the test ends."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    configure("INFO", as_json=True, project="studio", stream=stream)
    yield stream
    root.handlers[:], root.level = before[0], before[1]


def test_filters_ask_for_what_is_logged() -> None:
    filters = [options(command).get("--log-filter", LEFT["filter"]) for command in COMMANDS]
    asked = [
        (module, message)
        for one in filters
        for module, message in re.findall(
            r'jsonPayload.logger="([\w.]+)" AND jsonPayload.message:"([^"]+)"', one
        )
    ]

    assert (len(COMMANDS), len(asked)) == (3, 2)
    for module, message in asked:
        source = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        assert message in source
        assert "getLogger(__name__)" in source


def test_the_provider_is_taken_out_of_the_message() -> None:
    source = (ROOT / "transforms" / "perform.py").read_text(encoding="utf-8")
    (written,) = re.findall(r'LOG\.warning\("(.+ is left: .+)", task', source)
    (pattern,) = re.findall(r'"(.+)"\)', LEFT["labelExtractors"]["provider"])

    found = re.search(pattern, written % ("voice/1: en", "google_speech", "provider_unavailable"))

    assert found is not None
    assert found[1] == "google_speech"
    assert LEFT["labelExtractors"].keys() == {
        label["key"] for label in LEFT["metricDescriptor"]["labels"]
    }


def test_every_field_of_a_record_is_in_the_manual(lines: io.StringIO) -> None:
    with about(job="job-1", run="job-1.1.1", stage="voice", trace=TRACE):
        try:
            raise ValueError("broken")
        except ValueError:
            logging.getLogger("here").exception("failed")
    (line,) = lines.getvalue().splitlines()
    table = LOGS.partition("| field | what |")[2].partition("\n\n")[0]
    told = {
        name
        for row in table.splitlines()
        for name in re.findall(r"`([\w./]+)`", row.split("|")[1] if "|" in row else "")
    }

    assert json.loads(line).keys() == told
