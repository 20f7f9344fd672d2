"""What Cloud Build does: templates/cloudbuild.yaml, as `make dataflow-template` starts it."""

import copy
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.launch import Target, build
from tests.deployments.configuration import TERRAFORM, read_configuration
from tests.deployments.gcloud import options, refusal

BUILD: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "templates" / "cloudbuild.yaml").read_text(encoding="utf-8")
)
STEPS: dict[str, dict[str, Any]] = {step["id"]: step for step in BUILD["steps"]}
# In the place of Docker: it knows one image.
DOCKER = """#!/bin/sh
case "$*" in
  "manifest inspect registry/$THERE:1.2.3") echo "{}" ;;
  *) echo "no such manifest" >&2; exit 1 ;;
esac
"""


def test_gcloud_takes_the_file() -> None:
    misspelt = copy.deepcopy(BUILD)
    misspelt["options"]["machine"] = misspelt["options"].pop("machineType")

    assert refusal(BUILD, "cloudbuild.v1.Build") == ""
    assert "machine" in refusal(misspelt, "cloudbuild.v1.Build")


def test_the_account_that_builds_is_made_and_reaches_what_is_built() -> None:
    made = read_configuration(TERRAFORM).resources
    account = made["google_service_account", "build"]["account_id"]
    granted = made["google_storage_bucket_iam_member", "build"]["for_each"]
    command = build(Target("a-project", "europe-west1", "a-bucket"))
    (template,) = (one for one in STEPS["template"]["args"] if one.startswith("gs://"))

    assert BUILD["serviceAccount"] == (
        "projects/${PROJECT_ID}/serviceAccounts/"
        f"{account}@${{PROJECT_ID}}.iam.gserviceaccount.com"
    )
    # Logs of an account of ours cannot go to Google's own bucket.
    assert BUILD["options"]["logging"] == "CLOUD_LOGGING_ONLY"
    source = options(command)["--gcs-source-staging-dir"].removeprefix("gs://a-bucket/")
    assert granted["source"]["folder"] == f"{source}/"
    assert template.removeprefix("gs://${_BUCKET}/").startswith(granted["template"]["folder"])


@pytest.mark.parametrize(
    ("there", "code"),
    [
        pytest.param("nothing", 0, id="a new release"),
        pytest.param("api", 1, id="one of which an image is there"),
        pytest.param("pipeline", 1, id="one of which the other is"),
    ],
)
def test_a_release_that_is_there_is_not_built_again(tmp_path: Path, there: str, code: int) -> None:
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    *flags, script = STEPS["new"]["args"]
    text = script.replace("${_REPOSITORY}", "registry").replace("${_VERSION}", "1.2.3")

    done = subprocess.run(
        ["bash", *flags, text.replace("$$", "$")],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "THERE": there},
        check=False, capture_output=True, text=True, timeout=30,
    )  # fmt: skip

    assert done.returncode == code
    assert (f"registry/{there}:1.2.3 is there; give another RELEASE" in done.stderr) == bool(code)


def test_nothing_is_built_before_that_is_known() -> None:
    before: dict[str, set[str]] = {"new": set()}
    for name, step in list(STEPS.items())[1:]:
        waits = set(step["waitFor"])
        before[name] = waits.union(*(before[one] for one in waits))

    assert next(iter(STEPS)) == "new"
    assert [name for name in before if name != "new" and "new" not in before[name]] == []
