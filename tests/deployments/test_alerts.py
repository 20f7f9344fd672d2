"""The alerts for Prometheus, and the chapter that says what to do about them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from pipeline.cli import app
from tests.deployments.configuration import DEPLOYMENTS, Configuration
from tests.deployments.exported import exported, strangers

MONITORING = DEPLOYMENTS / "monitoring"
PAGE = (DEPLOYMENTS.parent / "docs" / "operations.md").read_text(encoding="utf-8")
RUNBOOKS = PAGE.partition("\n## Alerts\n")[2].partition("\n## ")[0]


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((MONITORING / name).read_text(encoding="utf-8"))
    return found


RULES: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in read("alerts.yaml")["groups"] for rule in group["rules"]
}
KNOWN = exported()


def test_rules_fire_when_they_should_and_not_else() -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not on this machine (apt-get install prometheus): no rule is run")

    done = subprocess.run(
        [program, "test", "rules", "alerts_test.yaml"],
        check=False, cwd=MONITORING, capture_output=True, text=True, timeout=120,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_google_alone_is_asked_is_promql(configuration: Configuration, tmp_path: Path) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not on this machine (apt-get install prometheus): nothing is read")
    queries = [alert["query"] for alert in configuration.locals["of_google"].values()]
    # What Terraform puts in are names and numbers.
    rules = [{"alert": "A", "expr": re.sub(r"\$\{[^}]*\}", "1", query)} for query in queries]
    written = tmp_path / "rules.json"  # which is YAML, too
    written.write_text(json.dumps({"groups": [{"name": "all", "rules": rules}]}))

    done = subprocess.run(
        [program, "check", "rules", "--lint=none", str(written)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(queries)} rules found" in done.stdout


@pytest.mark.parametrize("name", RULES)
def test_a_rule_asks_for_what_the_service_exports(name: str) -> None:
    assert list(strangers(RULES[name]["expr"], KNOWN)) == []


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        pytest.param("max(aiprod_stuck_jobs) > 0", [], id="ours"),
        pytest.param("max(aiprod_stuck) > 0", ["aiprod_stuck"], id="metric"),
        pytest.param('aiprod_jobs{state="done"}', ["aiprod_jobs{state}"], id="label"),
        pytest.param('aiprod_jobs{status=~"done|over"}', ["status=over"], id="value"),
        pytest.param("max by (who) (aiprod_jobs[5m:1m])", ["who"], id="grouping"),
        pytest.param("minimum(aiprod_jobs)", ["minimum"], id="function"),
    ],
)
def test_what_is_not_exported_is_found(expression: str, found: list[str]) -> None:
    assert list(strangers(expression, KNOWN)) == found


def test_every_rule_has_a_case_that_fires_and_one_that_does_not() -> None:
    cases = {
        (case["alertname"], bool(case["exp_alerts"]))
        for test in read("alerts_test.yaml")["tests"]
        for case in test["alert_rule_test"]
    }

    assert cases == {(name, fires) for name in RULES for fires in (True, False)}


def test_cases_feed_what_the_service_exports() -> None:
    series = {
        one["series"]
        for test in read("alerts_test.yaml")["tests"]
        for one in test.get("input_series", ())
    }

    assert [stranger for one in sorted(series) for stranger in strangers(one, KNOWN)] == []


def test_every_rule_has_a_severity_a_summary_and_a_chapter_that_names_it(
    configuration: Configuration,
) -> None:
    headings = re.findall(r"^### (.+)$", RUNBOOKS, re.M)
    chapters = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    of_google = configuration.locals["of_google"]
    linked = {alert["chapter"] for alert in of_google.values()}

    for name, rule in RULES.items():
        assert rule["labels"]["severity"] in ("critical", "warning"), name
        assert rule["annotations"]["summary"], name
        page, _, chapter = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/operations.md", name
        assert f"`{name}`" in RUNBOOKS
        linked.add(chapter)

    assert linked == chapters
    assert {alert["severity"] for alert in of_google.values()} <= {"critical", "warning"}
    assert set(re.findall(r"`(Aiprod\w+)`", RUNBOOKS)) == RULES.keys() | of_google.keys()


def test_chapters_name_commands_that_there_are() -> None:
    named = [words.split() for words in re.findall(r"`aiprod ([a-z]+(?: [a-z-]+)?)", RUNBOOKS)]
    missing = []

    for words in named:
        command = typer.main.get_command(app)
        for word in words:
            if hasattr(command, "commands"):
                if word not in command.commands:
                    missing.append(words)
                    break
                command = command.commands[word]

    assert len(named) > 15
    assert missing == []


def test_chapters_quote_what_is_logged() -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("api", "pipeline", "transforms")
        for path in sorted((DEPLOYMENTS.parent / folder).rglob("*.py"))
    )
    quoted = [
        "failed for a reason nobody foresaw",
        "the worker ended",
        "the outbox waits",
        "nothing was swept",
        "is left:",
    ]

    assert [text for text in quoted if text not in RUNBOOKS or text not in sources] == []
