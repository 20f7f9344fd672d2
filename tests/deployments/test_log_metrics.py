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
from tests.deployments.gcloud import options, refusal

ROOT = DEPLOYMENTS.parent
LOGS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("\n## Logs\n")[2]
LOGS = LOGS.partition("\n## ")[0]
FOLDER = DEPLOYMENTS / "monitoring" / "log-metrics"
METRICS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in FOLDER.iterdir()}
LEFT = METRICS["aiprod-provider-left"]
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


def test_the_manual_makes_the_metrics_that_terraform_makes() -> None:
    made = {
        command[command.index("create") + 1]: options(command)["--config-from-file"]
        for command in COMMANDS
    }

    assert made == {name: f"deployments/monitoring/log-metrics/{name}.yaml" for name in METRICS}


@pytest.mark.parametrize("name", METRICS)
def test_gcloud_takes_the_metric_and_its_labels_are_declared(name: str) -> None:
    metric = METRICS[name]

    assert refusal(metric, "logging.v2.LogMetric") == ""
    assert refusal({**metric, "filters": "a"}, "logging.v2.LogMetric") != ""
    assert metric["labelExtractors"].keys() == {
        label["key"] for label in metric["metricDescriptor"]["labels"]
    }


@pytest.mark.parametrize("name", METRICS)
def test_filters_ask_for_what_is_logged(name: str, lines: io.StringIO) -> None:
    metric = METRICS[name]
    with about(job="job-1", run="job-1.1.1", stage="voice", trace=TRACE):
        logging.getLogger("here").error("failed")
    (line,) = lines.getvalue().splitlines()
    fields = set(re.findall(r"jsonPayload\.(\w+)", json.dumps(metric)))
    asked = re.findall(
        r'jsonPayload.logger="([\w.]+)" AND jsonPayload.message:"([^"]+)"', metric["filter"]
    )

    assert fields <= json.loads(line).keys()
    assert len(asked) == metric["filter"].count("jsonPayload.message")
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
