"""What the Terraform files must not do, and what must hold in them whatever else changes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from api import metrics
from pipeline.machines import MACHINES
from tests.deployments.configuration import DEPLOYMENTS, Body, Configuration, blocks, texts
from tests.deployments.values import value_of
from tests.test_deployment_pubsub import PAGE, created
from tests.test_deployment_pubsub import grants as told

FILES = sorted(
    path
    for path in DEPLOYMENTS.rglob("*")
    if path.is_file() and "__pycache__" not in path.parts and ".terraform" not in path.parts
)
# Keys of Google, ElevenLabs and GitHub, private keys, urls with a password.
SECRET = re.compile(
    r"AIza[\w-]{30}|\bsk_[0-9a-f]{40}|\bgh[ps]_\w{30}|-----BEGIN|://[^/\s:$]+:[^/\s@$]+@"
)


def of_type(configuration: Configuration, *types: str) -> dict[str, Body]:
    return {
        f"{kind}.{name}": body
        for (kind, name), body in configuration.resources.items()
        if kind in types
    }


def grants(configuration: Configuration) -> dict[str, Body]:
    return {
        f"{kind}.{name}": body
        for (kind, name), body in configuration.resources.items()
        if kind.endswith(("_iam_member", "_iam_binding", "_iam_policy"))
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_has_a_secret(path: Path) -> None:
    assert SECRET.search(path.read_text(encoding="utf-8")) is None


def test_terraform_knows_no_secret_so_that_its_state_has_none(configuration: Configuration) -> None:
    versions = of_type(configuration, "google_secret_manager_secret_version")
    makes_secrets = of_type(configuration, "google_sql_user", "google_service_account_key")

    assert makes_secrets == {}
    assert [body["secret_data"] for body in versions.values()] == [
        '${file("${path.module}/scraping.yaml")}'
    ]


def test_grants_are_on_single_things_but_for_what_google_gives_on_projects_alone(
    configuration: Configuration,
) -> None:
    of_project = of_type(configuration, "google_project_iam_member")
    roles = {body["role"]: "condition" in body for body in of_project.values()}

    assert roles == {
        "roles/cloudsql.client": True,
        "roles/monitoring.metricWriter": False,
        "roles/aiplatform.user": False,
        "roles/dataflow.worker": False,
        "roles/logging.logWriter": False,
    }


def test_nobody_is_granted_more_than_a_role_of_use(configuration: Configuration) -> None:
    roles = {role for body in grants(configuration).values() for role in texts(body["role"])}
    members = {body["member"] for body in grants(configuration).values()}

    assert not [role for role in roles if re.search(r"owner|editor|admin", role, re.IGNORECASE)]
    assert not [member for member in members if member.startswith("all")]  # allUsers
    assert all(
        kind.endswith("_iam_member")
        for kind in (name.split(".")[0] for name in grants(configuration))
    )


def test_the_account_for_pushing_may_call_the_service_and_nothing_else(
    configuration: Configuration,
) -> None:
    its = {
        name: body["role"]
        for name, body in grants(configuration).items()
        if body["member"] == "${google_service_account.push.member}"
    }

    assert its == {"google_cloud_run_v2_service_iam_member.push": "roles/run.invoker"}


def test_the_account_for_builds_reaches_images_and_two_folders(
    configuration: Configuration,
) -> None:
    its = {
        name: body
        for name, body in grants(configuration).items()
        if body["member"] == "${google_service_account.build.member}"
    }
    bucket = its["google_storage_bucket_iam_member.build"]
    (condition,) = blocks(bucket, "condition")
    folders = {one["folder"]: one["role"] for one in bucket["for_each"].values()}

    assert {name.split(".")[0] for name in its} == {
        "google_artifact_registry_repository_iam_member",
        "google_project_iam_member",
        "google_storage_bucket_iam_member",
    }
    assert condition["expression"].endswith("/objects/${each.value.folder}')")
    assert folders == {
        "tmp/source/": "roles/storage.objectViewer",
        "templates/": "roles/storage.objectCreator",
    }


def test_old_images_can_be_deleted_and_the_newest_stay(configuration: Configuration) -> None:
    registry = configuration.resources["google_artifact_registry_repository", "images"]
    policies = blocks(registry, "cleanup_policies")
    kept = [one for one in policies if one["action"] == "KEEP"]

    # Under immutable tags Google deletes no image that has a tag.
    assert blocks(registry, "docker_config") == [{"immutable_tags": False}]
    assert registry["cleanup_policy_dry_run"] is False
    assert [blocks(one, "most_recent_versions") for one in kept] == [[{"keep_count": 10}]]
    assert {
        blocks(one, "condition")[0]["tag_state"] for one in policies if one["action"] == "DELETE"
    } == {"ANY", "UNTAGGED"}


def test_subscriptions_are_as_the_manual_makes_them(configuration: Configuration) -> None:
    made = {
        value_of(configuration, body["name"]): body
        for body in of_type(configuration, "google_pubsub_subscription").values()
    }
    push, pull, dead = (
        made[name] for name in ("aiprod-jobs-sub", "aiprod-jobs-pull", "aiprod-jobs-dlq-sub")
    )
    said = created("subscriptions", "aiprod-jobs-sub")
    (letters,), (retry,) = blocks(push, "dead_letter_policy"), blocks(push, "retry_policy")

    assert push["ack_deadline_seconds"] == int(said["--ack-deadline"])
    assert letters["dead_letter_topic"] == "${google_pubsub_topic.dead.id}"
    assert letters["max_delivery_attempts"] == int(said["--max-delivery-attempts"])
    assert retry["minimum_backoff"] == said["--min-retry-delay"]
    assert retry["maximum_backoff"] == said["--max-retry-delay"]
    assert dead["message_retention_duration"] == f"{31 * 24 * 3600}s"
    assert pull["ack_deadline_seconds"] == int(
        created("subscriptions", "aiprod-jobs-pull")["--ack-deadline"]
    )
    assert not {"dead_letter_policy", "retry_policy", "push_config"} & set(pull)
    assert all(blocks(body, "expiration_policy") == [{"ttl": ""}] for body in made.values())


def test_pushes_are_made_for_whom_the_manual_says(configuration: Configuration) -> None:
    (audience,) = re.findall(r"^AUDIENCE=(\S+)$", PAGE, re.M)
    (service,) = re.findall(r"^SERVICE=(\S+)$", PAGE, re.M)
    (project,) = re.findall(r"^PROJECT=(\S+)$", PAGE, re.M)

    assert value_of(configuration, "${local.push_audience}") == audience.replace(
        "$SERVICE", service
    ).replace("$PROJECT", project)


def test_the_manual_grants_what_terraform_grants(configuration: Configuration) -> None:
    members = {
        "${google_service_account.api.member}": "$API",
        "${google_service_account.worker[0].member}": "$WORKER",
        "${local.pubsub_agent}": "$AGENT",
    }
    made = set()
    for body in of_type(
        configuration, "google_pubsub_topic_iam_member", "google_pubsub_subscription_iam_member"
    ).values():
        thing = body.get("topic", body.get("subscription"))
        things = list(texts(body["for_each"])) if thing == "${each.value}" else [thing]
        # Of a subscription, roles; behind a condition, since there is none in the other shape.
        roles = [body["role"]]
        if roles == ["${each.value}"]:
            roles = re.findall(r"roles/[\w.]+", body["for_each"])
        for one in things:
            kind, name = re.findall(r"google_pubsub_(\w+)\.(\w+)", one)[0]
            named = configuration.resources[f"google_pubsub_{kind}", name]["name"]
            for role in roles:
                made.add(
                    (
                        value_of(configuration, named),
                        members[body["member"]],
                        role.removeprefix("roles/"),
                    )
                )

    assert made == told()


def test_pubsub_may_move_dead_letters(configuration: Configuration) -> None:
    agents = {
        (name.split(".")[0], body["role"])
        for name, body in grants(configuration).items()
        if body["member"] == "${local.pubsub_agent}"
    }

    assert {
        ("google_pubsub_topic_iam_member", "roles/pubsub.publisher"),
        ("google_pubsub_subscription_iam_member", "roles/pubsub.subscriber"),
    } <= agents


def test_each_shape_has_its_own_subscription(configuration: Configuration) -> None:
    counts = {
        name: configuration.resources["google_pubsub_subscription", name].get("count")
        for name in ("pushed", "pulled", "dead")
    }

    assert counts == {
        "pushed": "${local.is_dataflow ? 0 : 1}",
        "pulled": "${local.is_dataflow ? 1 : 0}",
        "dead": None,
    }


def test_the_streaming_job_is_told_what_its_template_asks_for(
    configuration: Configuration,
) -> None:
    metadata = DEPLOYMENTS.parent / "templates" / "metadata.json"
    if not metadata.is_file():
        pytest.skip("templates/metadata.json is not here, which says what a template asks for")
    known = {one["name"]: one for one in json.loads(metadata.read_text())["parameters"]}
    job = configuration.resources["google_dataflow_flex_template_job", "stream"]

    assert set(job["parameters"]) - set(known) == set()
    assert {name for name, one in known.items() if not one.get("isOptional")} <= set(
        job["parameters"]
    )


def test_the_streaming_job_has_a_task_for_each_core_and_ends_what_it_began(
    configuration: Configuration,
) -> None:
    job = configuration.resources["google_dataflow_flex_template_job", "stream"]

    assert job["machine_type"] == MACHINES["machine_type"]
    assert job["machine_type"].endswith(f"-{job['parameters']['tasks_per_worker']}")
    assert job["on_delete"] == "drain"


def test_database_and_bucket_cannot_be_reached_from_outside_nor_be_lost_by_a_slip(
    configuration: Configuration,
) -> None:
    database = configuration.resources["google_sql_database_instance", "ledger"]
    (running,) = blocks(database, "settings")
    (address,), (backup,) = (
        blocks(running, "ip_configuration"),
        blocks(running, "backup_configuration"),
    )
    bucket = configuration.resources["google_storage_bucket", "assets"]

    assert (address["ipv4_enabled"], address["ssl_mode"]) == (False, "ENCRYPTED_ONLY")
    assert backup["enabled"] is backup["point_in_time_recovery_enabled"] is True
    assert database["deletion_protection"] is running["deletion_protection_enabled"] is True
    assert bucket["public_access_prevention"] == "enforced"
    assert bucket["uniform_bucket_level_access"] is True
    assert blocks(bucket, "lifecycle") == [{"prevent_destroy": True}]
    assert bucket["force_destroy"] is False


def test_only_what_dataflow_leaves_is_deleted_by_age(configuration: Configuration) -> None:
    rules = blocks(configuration.resources["google_storage_bucket", "assets"], "lifecycle_rule")
    deleting = [rule for rule in rules if blocks(rule, "action")[0]["type"] == "Delete"]
    job = configuration.resources["google_dataflow_flex_template_job", "stream"]

    assert [blocks(rule, "condition")[0]["matches_prefix"] for rule in deleting] == [["tmp/"]]
    assert job["temp_location"].endswith("}/tmp")
    assert job["staging_location"].endswith("}/dataflow/staging")  # a job names what is there


def test_what_is_for_machines_inside_is_refused_at_the_edge(configuration: Configuration) -> None:
    rules = blocks(configuration.resources["google_compute_security_policy", "edge"], "rule")
    first = min(
        rules, key=lambda rule: rule["priority"] if isinstance(rule["priority"], int) else 10**9
    )
    (found,) = re.findall(r"matches\('(.+)'\)", next(iter(texts(first["match"]))))

    for path in ("/metrics", "//metrics", "/metrics/", "/process-job"):
        assert re.match(found, path)
    for path in ("/", "/health", "/v1/jobs", "/v1/metrics", "/callbacks/suno/call-1"):
        assert not re.match(found, path)


def test_texts_of_users_are_no_attacks(configuration: Configuration) -> None:
    (found,) = re.findall(r"matches\('(.+)'\)", configuration.locals["has_no_text"])

    for path in ("/v1/jobs", "/callbacks/suno/call-1"):
        assert re.match(found, path)
    for path in ("/", "/health", "/v1", "/metrics"):
        assert not re.match(found, path)


def test_alerts_of_google_ask_for_metrics_of_google_of_logs_and_of_ours(
    configuration: Configuration,
) -> None:
    known = Path(metrics.__file__).read_text(encoding="utf-8")
    logged = {path.stem for path in (DEPLOYMENTS / "monitoring" / "log-metrics").iterdir()}
    alerts: dict[str, Any] = configuration.locals["of_google"]

    for name, alert in alerts.items():
        for metric in re.findall(r"(?<![\w:])aiprod_\w+", alert["query"]):
            assert f'"{metric.removeprefix("aiprod_")}"' in known, f"{name}: {metric}"
        for metric in re.findall(r"logging_googleapis_com:user_(\w+)", alert["query"]):
            assert metric.replace("_", "-") in logged, f"{name}: {metric}"
        for domain, labels in re.findall(r"(\w+_googleapis_com):\w+\{(.+?)\}", alert["query"]):
            # Google wants it where a metric is of several resources.
            assert "monitored_resource=" in labels, f"{name}: {domain}"
    assert alerts["AiprodEdgeErrors"]["query"].endswith("> 0.05")  # the guide's 5 %
