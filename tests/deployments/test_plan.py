"""Terraform itself plans both shapes, with the schema of Google's provider and without a cloud."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.deployments.cloud_run_file import service, variables
from tests.deployments.configuration import DEPLOYMENTS, TERRAFORM
from tests.deployments.stand_in import providers
from tests.deployments.test_alerts import RULES, RUNBOOKS

GIVEN = {
    "release": "1.2.3",
    "domain": "api.example.com",
    "alert_email": "oncall@example.com",
    "billing_account": "012345-6789AB-CDEF01",
}
LIMIT_S = 120  # it takes two seconds of CPU, on machines that are shared
OF_PUSHES = {"google_pubsub_subscription.pushed[0]"}
OF_PULLS = {
    "google_pubsub_subscription.pulled[0]",
    "google_dataflow_flex_template_job.stream[0]",
    "google_service_account.worker[0]",
    "google_compute_router_nat.out[0]",
}


class Terraform:
    """The files in a folder of their own, and Terraform to plan them."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        program = shutil.which("terraform")
        if program is None:
            pytest.skip("terraform is not on this machine: nothing is planned")
        self._program, self._environment = program, environment
        # With what they read beside them, where it is.
        own = shutil.ignore_patterns(".terraform*", "*.tfvars", "*.tfstate*", "__pycache__")
        shutil.copytree(DEPLOYMENTS, folder / "deployments", ignore=own)
        (folder / "docs").mkdir()
        shutil.copy(DEPLOYMENTS.parent / "docs" / "operations.md", folder / "docs")
        self._folder = folder / "deployments" / TERRAFORM.name
        versions = self._folder / "versions.tf"
        text = versions.read_text(encoding="utf-8")
        # The state would be in a bucket.
        text = re.sub(r'  backend "gcs" \{.*?\n  \}\n', "", text, flags=re.S)
        versions.write_text(text, encoding="utf-8")

    def plan(self, given: Mapping[str, str]) -> dict[str, Any]:
        """What would be made, by address.

        Raises:
          AssertionError: Terraform refuses, with what it says.
        """
        variables = [f"-var={name}={value}" for name, value in given.items()]
        self.run("plan", "-no-color", "-input=false", "-out=plan", *variables)
        planned = json.loads(self.run("show", "-json", "plan"))
        resources = planned["planned_values"]["root_module"]["resources"]
        return {one["address"]: one["values"] for one in resources}

    def run(self, *words: str) -> str:
        """What it prints."""
        done = subprocess.run(
            [self._program, *words],
            check=False, cwd=self._folder, env=dict(self._environment), capture_output=True,
            text=True, timeout=LIMIT_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def terraform(tmp_path: Path, schema: dict[str, Any]) -> Iterator[Terraform]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    with providers(schema) as found:
        yield Terraform(tmp_path, {**others, **found, "CHECKPOINT_DISABLE": "1"})


@pytest.mark.parametrize(
    ("shape", "has", "lacks", "image", "last"),
    [
        pytest.param("cloud-run", OF_PUSHES, OF_PULLS, "pipeline", "--out=/tmp/out", id="workers"),
        pytest.param("dataflow", OF_PULLS, OF_PUSHES, "api", "--no-worker", id="streaming job"),
    ],
)
def test_terraform_plans_the_shape(
    terraform: Terraform, shape: str, has: set[str], lacks: set[str], image: str, last: str
) -> None:  # fmt: skip
    planned = terraform.plan({**GIVEN, "shape": shape})
    (template,) = planned["google_cloud_run_v2_service.api"]["template"]
    api = template["containers"][0]
    keys = {one["name"] for one in api["env"] if one["value_source"]}

    assert has <= planned.keys()
    assert not lacks & planned.keys()
    assert api["image"].endswith(f"/aiprod/{image}:1.2.3")
    assert api["args"][-1] == last
    assert {"DATABASE_URL", "GEMINI_API_KEY"} <= keys


@pytest.mark.parametrize("services", [[], ["elevenlabs"], ["suno", "gemini", "google"]], ids=len)
def test_the_file_for_gcloud_alone_gives_the_api_the_same_variables(
    terraform: Terraform, services: list[str]
) -> None:
    of_keys = {"gemini", "suno", "freesound", "elevenlabs"}
    written = service({"WITHOUT": "|".join(of_keys - set(services))})

    planned = terraform.plan({**GIVEN, "services": json.dumps(services)})

    (template,) = planned["google_cloud_run_v2_service.api"]["template"]
    made = {one["name"] for one in template["containers"][0]["env"]}
    assert variables(written) == made | {"AIPROD_PROVIDERS"}  # empty there, where there are none


@pytest.mark.parametrize("shape", ["cloud-run", "dataflow"])
def test_services_without_a_key_have_their_api_and_the_account_that_renders(
    terraform: Terraform, shape: str
) -> None:
    planned = terraform.plan({**GIVEN, "shape": shape, "services": '["google", "veo"]'})
    (template,) = planned["google_cloud_run_v2_service.api"]["template"]
    env = {one["name"]: one.get("value") for one in template["containers"][0]["env"]}
    secrets = {one["secret_id"] for one in planned.values() if "secret_id" in one}

    assert planned["google_project_iam_member.asks_vertex[0]"]["role"] == "roles/aiplatform.user"
    for api in ("aiplatform.googleapis.com", "texttospeech.googleapis.com"):
        assert f'google_project_service.used["{api}"]' in planned
    assert env["AIPROD_PROVIDERS"] == "google,veo"
    assert not [one for one in secrets if one and one.endswith("-api-key")]
    if shape == "dataflow":
        job = planned["google_dataflow_flex_template_job.stream[0]"]
        assert job["parameters"]["settings"].startswith("AIPROD_PROVIDERS=google,veo;")


def test_what_only_services_without_a_key_need_is_not_there_without_them(
    terraform: Terraform,
) -> None:
    planned = terraform.plan({**GIVEN, "services": '["elevenlabs"]'})
    (template,) = planned["google_cloud_run_v2_service.api"]["template"]

    assert "google_project_iam_member.asks_vertex[0]" not in planned
    assert not [one for one in planned if "aiplatform" in one or "texttospeech" in one]
    assert "AIPROD_PROVIDERS" not in {one["name"] for one in template["containers"][0]["env"]}


def test_every_rule_of_prometheus_is_a_policy_of_google_with_its_chapter(
    terraform: Terraform,
) -> None:
    planned = terraform.plan(GIVEN)
    policies = {
        address.split('"')[1]: one
        for address, one in planned.items()
        if address.startswith("google_monitoring_alert_policy.all")
    }

    for name, rule in RULES.items():
        policy = policies[name]
        (condition,) = policy["conditions"]
        (query,) = condition["condition_prometheus_query_language"]
        minutes = int(rule.get("for", "0m").removesuffix("m"))
        assert query["query"] == rule["expr"]
        assert query["duration"] == f"{60 * minutes}s"
        assert policy["severity"] == rule["labels"]["severity"].upper()
        title = policy["display_name"].removeprefix(f"{name}: ")
        assert f"\n### {title}\n" in RUNBOOKS
    for name, policy in policies.items():
        (told,) = policy["documentation"]
        assert f"`{name}`" in told["content"]
        assert told["content"] in RUNBOOKS
        assert len(told["content"]) < 8192  # what Google takes
    assert len(policies) - len(RULES) == 9  # of Google's own metrics: docs/operations.md


def test_metrics_of_logs_and_dashboards_are_made_of_their_files(terraform: Terraform) -> None:
    planned = terraform.plan(GIVEN)
    folder = DEPLOYMENTS / "monitoring"
    logged = {
        one["name"]: one
        for address, one in planned.items()
        if address.startswith("google_logging_metric.all")
    }
    pages = [
        one["dashboard_json"]
        for address, one in planned.items()
        if address.startswith("google_monitoring_dashboard.all")
    ]

    assert logged.keys() == {path.stem for path in (folder / "log-metrics").iterdir()}
    errors = logged["aiprod-errors"]
    (kind,) = errors["metric_descriptor"]
    assert errors["label_extractors"]["stage"] == "EXTRACT(jsonPayload.stage)"
    assert [label["key"] for label in kind["labels"]] == ["logger", "stage"]
    assert sorted(pages) == sorted(
        path.read_text(encoding="utf-8") for path in (folder / "google-dashboards").iterdir()
    )


def test_wrong_variables_are_refused_by_name(terraform: Terraform) -> None:
    wrong = {
        "project": "12345", "region": "europe", "shape": "gke", "release": "latest",
        "domain": "https://x", "services": '["sora"]', "max_instances": "21",
        "max_workers": "0", "database_version": "POSTGRES_13", "database_tier": "db-f1-micro",
        "database_availability": "GLOBAL", "alert_email": "oncall", "billing_account": "1",
        "monthly_budget": "0.5", "daily_spend_usd": "0", "tenant_day_usd": "-1",
    }  # fmt: skip

    with pytest.raises(AssertionError) as refused:
        terraform.plan(wrong)

    said = set(re.findall(r"^. (\w+) (?:is|are) (?!\")", str(refused.value), re.M))
    assert said >= wrong.keys()


def test_files_are_written_as_terraform_writes_them(terraform: Terraform) -> None:
    assert terraform.run("fmt", "-check", "-no-color", str(TERRAFORM)) == ""
