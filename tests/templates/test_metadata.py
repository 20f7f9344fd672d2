"""The metadata of the Flex Template: the pipeline's options, as Dataflow takes them."""

import json
import re
from pathlib import Path

import pytest
from google.cloud.dataflow_v1beta3.types import TemplateMetadata

from pipeline.flex_template import PARAMETERS, metadata

REPOSITORY = Path(__file__).parents[2]
COMMITTED = REPOSITORY / "templates" / "metadata.json"
BY_NAME = {parameter["name"]: parameter for parameter in metadata()["parameters"]}


def test_the_committed_metadata_is_that_of_the_options() -> None:
    # Otherwise: make template-metadata
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == metadata()


def test_every_option_is_a_parameter_and_nothing_else_but_the_image() -> None:
    assert BY_NAME.keys() == {"sdk_container_image", *PARAMETERS}


def test_dataflow_knows_every_field_and_kind_of_parameter() -> None:
    text = COMMITTED.read_text(encoding="utf-8")

    read = TemplateMetadata.from_json(text, ignore_unknown_fields=False)

    assert read.streaming
    assert read.supports_exactly_once
    assert len(read.parameters) == len(BY_NAME)


VALUES = [
    ("subscription", "projects/aiprod-484120/subscriptions/aiprod-jobs-pull", True),
    ("subscription", "aiprod-jobs-pull", False),
    ("subscription", "projects/a-project/topics/aiprod-jobs", False),
    ("subscription", "", True),
    ("dead_letter_topic", "projects/aiprod-484120/topics/aiprod-jobs-dlq", True),
    ("dead_letter_topic", "projects/aiprod-484120/subscriptions/aiprod-jobs-dlq", False),
    ("store", "gs://aiprod-v33-assets", True),
    ("store", "gs://aiprod-v33-assets/prefix", True),
    ("store", "/data", False),
    ("store", "", False),
    ("database_url_secret", "projects/aiprod-484120/secrets/aiprod-db-url", True),
    ("database_url_secret", "projects/aiprod-484120/secrets/aiprod-db-url/versions/3", True),
    ("database_url_secret", "postgresql://aiprod:open-sesame@db/aiprod", False),
    ("input_buckets", "one-bucket,another.bucket", True),
    ("input_buckets", "gs://one-bucket", False),
    ("tasks_per_worker", "4", True),
    ("tasks_per_worker", "0", False),
    ("lease_s", "300.0", True),
    ("lease_s", "five", False),
    ("batch", "true", True),
    ("batch", "yes", False),
    ("batch", "", False),
    ("reprocessing", "re-01JX5-abc", True),
    ("request", '{"selection": {}}', True),
    ("request", "everything", False),
    ("settings", "AIPROD_PROVIDERS=elevenlabs,gemini;AIPROD_TENANT_DAY_USD=50", True),
    ("settings", "elevenlabs", False),
    ("sdk_container_image", "europe-west1-docker.pkg.dev/a-project/aiprod/pipeline:0.1.0", True),
    (
        "sdk_container_image",
        f"europe-west1-docker.pkg.dev/a-project/aiprod/pipeline@sha256:{'0' * 64}",
        True,
    ),
    ("sdk_container_image", "europe-west1-docker.pkg.dev/a-project/aiprod/pipeline", False),
]


@pytest.mark.parametrize(("name", "value", "passes"), VALUES)
def test_values_are_let_through_that_the_pipeline_can_use(
    name: str, value: str, passes: bool
) -> None:
    (regex,) = BY_NAME[name]["regexes"]

    assert bool(re.fullmatch(regex, value)) is passes


def test_values_of_every_parameter_are_tried() -> None:
    assert {name for name, _, passes in VALUES if passes} == BY_NAME.keys()


@pytest.mark.parametrize("name", [n for n in sorted(BY_NAME) if "defaultValue" in BY_NAME[n]])
def test_a_default_is_let_through(name: str) -> None:
    (regex,) = BY_NAME[name]["regexes"]

    assert re.fullmatch(regex, BY_NAME[name]["defaultValue"])


def test_terraform_gives_parameters_that_there_are_and_all_that_are_needed() -> None:
    written = (REPOSITORY / "deployments" / "terraform" / "dataflow.tf").read_text(encoding="utf-8")
    block = written.partition("  parameters = {\n")[2].partition("\n  }\n")[0]

    given = set(re.findall(r"^    (\w+) += ", block, re.M))

    assert given <= BY_NAME.keys()
    assert {name for name, one in BY_NAME.items() if not one["isOptional"]} <= given
