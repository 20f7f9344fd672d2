"""`cloud-run.yaml` beside what Terraform makes, the deployment guide wants, and the code reads."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import uvicorn.config
import yaml

from api.app import create_app
from api.settings import Settings as ApiSettings
from pipeline.options import Settings
from providers.roster import configured
from tests.deployments.cloud_run_file import FILE, GUIDE, service
from tests.deployments.configuration import DEPLOYMENTS, Body, Configuration, blocks
from tests.deployments.gcloud import refusal
from tests.deployments.values import EDGE, value_of

SERVICE = service(GUIDE)
REVISION = SERVICE["spec"]["template"]["spec"]
NOTES = SERVICE["spec"]["template"]["metadata"]["annotations"]
API, SIDECAR = REVISION["containers"]

# The guide's tables: "Environment Variables", "Required Credentials", "Database Configuration".
GUIDE_ENV = {
    "ENVIRONMENT", "GOOGLE_CLOUD_PROJECT", "GCS_BUCKET_NAME", "DATABASE_URL", "LOG_LEVEL",
    "PUBSUB_TOPIC_NAME", "CLOUD_SQL_CONNECTION_NAME",
    "GEMINI_API_KEY", "SUNO_API_KEY", "FREESOUND_API_KEY", "ELEVENLABS_API_KEY",
}  # fmt: skip
# What several instances behind Pub/Sub cannot be without, beside them.
OURS = {"AIPROD_PUSH_AUDIENCE", "AIPROD_PUSH_EMAIL", "AIPROD_LINK_SECRET"}
KEYLESS = {"GOOGLE_CLOUD_PROJECT": "a-project"}  # all that those need whom an account opens
CONNECTIONS_BESIDE = 4  # of a worker, beside one for each of its tasks: docs/operations.md


def settings() -> dict[str, str]:
    return {one["name"]: one["value"] for one in API["env"] if "value" in one}


def secrets() -> dict[str, tuple[str, str]]:
    """Secret and version, by variable."""
    found = {
        one["name"]: one["valueFrom"]["secretKeyRef"] for one in API["env"] if "value" not in one
    }
    return {name: (where["name"], where["key"]) for name, where in found.items()}


class Asked(dict[str, str]):
    """An environment that notes what it is asked for."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    values = dict.fromkeys(secrets(), "a-secret-of-a-test")
    return values | settings() | {"DATABASE_URL": "postgresql://aiprod:pw@/aiprod"}


@pytest.fixture(scope="module")
def asked(environment: dict[str, str]) -> set[str]:
    """What the code reads."""
    variables = Asked(environment)
    ApiSettings.from_environment(variables)
    Settings.from_environment(variables)
    return variables.names


@pytest.fixture(scope="module")
def made(configuration: Configuration) -> Body:
    return configuration.resources["google_cloud_run_v2_service", "api"]


@pytest.fixture(scope="module")
def template(made: Body) -> Body:
    return blocks(made, "template")[0]


def test_every_variable_that_is_set_is_read(asked: set[str]) -> None:
    by_uvicorn = {"FORWARDED_ALLOW_IPS"}
    by_libraries = {"HOME"}  # of whom the process goes on as
    source = Path(uvicorn.config.__file__).read_text(encoding="utf-8")

    assert {*settings(), *secrets()} - by_uvicorn - by_libraries - asked == set()
    assert all(f'"{name}"' in source for name in by_uvicorn)


def test_what_the_guide_and_several_instances_need_is_set() -> None:
    assert (GUIDE_ENV | OURS) - {*settings(), *secrets()} == set()


def test_the_service_takes_its_settings(environment: dict[str, str]) -> None:
    api, here = ApiSettings.from_environment(environment), Settings.from_environment(environment)

    assert api.database_url.endswith(
        "?host=%2Fcloudsql%2Faiprod-484120%3Aeurope-west1%3Aaiprod-postgres"
    )
    assert api.dead_letter_topic == "projects/aiprod-484120/topics/aiprod-jobs-dlq"
    assert {name for name, _ in api.roster.hired()} == {
        "freesound",
        "elevenlabs",
        "gemini",
        "lyria",
        "suno",
        "omni",
    }
    assert here.environment == "production"
    assert here.jobs == here.workers == int(API["resources"]["limits"]["cpu"])


def test_another_project_has_its_own_names_and_the_services_it_has_keys_of() -> None:
    given = {
        "PROJECT": "films-1", "REGION": "us-central1", "BUCKET": "our-films", "RELEASE": "1.2.3",
        "DOMAIN": "films.example.com", "EDGE_ADDRESS": "203.0.113.7", "WITHOUT": "suno|freesound",
        "KEYLESS": "google,veo",
    }  # fmt: skip
    written = service(given)
    (api, _) = written["spec"]["template"]["spec"]["containers"]
    secrets = {one["valueFrom"]["secretKeyRef"]["name"] for one in api["env"] if "valueFrom" in one}

    of_the_guide = r"aiprod-484120|europe-west1|v33-assets|RELEASE|EDGE|DOMAIN/|KEYLESS"
    assert not re.search(of_the_guide, json.dumps(written))
    assert api["image"] == "us-central1-docker.pkg.dev/films-1/aiprod/pipeline:1.2.3"
    assert secrets == {
        "aiprod-db-url", "aiprod-link-secret", "elevenlabs-api-key", "gemini-api-key",
    }  # fmt: skip
    assert {"name": "AIPROD_PROVIDERS", "value": "google,veo"} in api["env"]
    assert "AIPROD_SUNO_CALLBACK_URL" not in {one["name"] for one in api["env"]}


def test_the_example_is_in_the_head_of_the_file_and_complete() -> None:
    head = FILE.read_text(encoding="utf-8").partition("\napiVersion")[0]

    assert set(re.findall(r"\b([A-Z_]+)=", head)) == GUIDE.keys()


def test_gcloud_takes_the_file() -> None:
    misspelt = copy.deepcopy(SERVICE)
    misspelt["spec"]["template"]["spec"]["containers"][0]["startupProbe"]["periodSecond"] = 3

    assert refusal(SERVICE, "run.v1.Service") == ""
    assert "startupProbe.periodSecond" in refusal(misspelt, "run.v1.Service")


def test_limits_are_those_of_the_guide() -> None:
    assert API["resources"]["limits"] == {"cpu": "2", "memory": "2Gi"}
    assert REVISION["timeoutSeconds"] == 600
    assert REVISION["containerConcurrency"] == 80
    assert NOTES["autoscaling.knative.dev/minScale"] == "2"
    assert NOTES["autoscaling.knative.dev/maxScale"] == "20"


def test_names_are_those_of_the_guide(configuration: Configuration) -> None:
    names = {
        value_of(configuration, body.get("name", body.get("repository_id")))
        for (kind, _), body in configuration.resources.items()
        if kind.startswith(("google_pubsub_", "google_sql_", "google_storage_bucket"))
        and not kind.endswith("_iam_member")
    }

    assert SERVICE["metadata"]["name"] == "aiprod-v33-api"
    assert {
        "aiprod-jobs", "aiprod-jobs-sub", "aiprod-jobs-dlq", "aiprod-jobs-dlq-sub",
        "aiprod-postgres", "aiprod-v33-assets",
    } <= names  # fmt: skip
    assert {secret for secret, _ in secrets().values()} == {
        "aiprod-db-url", "gemini-api-key", "suno-api-key", "freesound-api-key",
        "elevenlabs-api-key", "aiprod-link-secret",
    }  # fmt: skip
    assert REVISION["serviceAccountName"] == "aiprod-sa@aiprod-484120.iam.gserviceaccount.com"


def test_users_come_by_the_load_balancer_and_are_checked_by_the_api(made: Body) -> None:
    notes = SERVICE["metadata"]["annotations"]

    assert notes["run.googleapis.com/ingress"] == "internal-and-cloud-load-balancing"
    assert notes["run.googleapis.com/invoker-iam-disabled"] == "true"
    assert made["ingress"] == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    assert made["invoker_iam_disabled"] is True


def test_probes_ask_routes_that_exist_without_a_key() -> None:
    routes = Path(create_app.__code__.co_filename).parent / "routes" / "health.py"
    open_routes = re.findall(r'"(/\w+)"', routes.read_text(encoding="utf-8"))
    probes = [API["startupProbe"], API["livenessProbe"]]

    assert [probe["httpGet"]["path"] for probe in probes] == ["/ready", "/health"]
    assert {"/ready", "/health"} <= set(open_routes)
    assert API["ports"] == [{"containerPort": 8000}]


def test_the_worker_has_its_cores_while_no_request_is_there(template: Body) -> None:
    assert NOTES["run.googleapis.com/cpu-throttling"] == "false"
    for container in blocks(template, "containers"):
        assert blocks(container, "resources")[0]["cpu_idle"] is False


def test_all_instances_of_two_versions_find_connections(configuration: Configuration) -> None:
    env = settings()
    of_one = int(env["AIPROD_DB_POOL"]) + int(env["AIPROD_WORKERS"]) + CONNECTIONS_BESIDE
    at_most = configuration.variables["max_instances"]["default"]
    machines = 30 * (4 + CONNECTIONS_BESIDE)  # of Dataflow, beside instances without a worker

    for_operators, for_superusers = 10, 3
    needed = 2 * at_most * of_one + for_operators + for_superusers
    beside_dataflow = 2 * at_most * int(env["AIPROD_DB_POOL"]) + machines + 13
    assert max(needed, beside_dataflow) <= configuration.locals["max_connections"]


def test_terraform_gives_the_same_settings_and_secrets(configuration: Configuration) -> None:
    env = {name: value_of(configuration, one) for name, one in configuration.locals["env"].items()}
    env |= {  # these by services: test_plan.py
        "AIPROD_PROVIDERS": "",
        "AIPROD_SUNO_CALLBACK_URL": "https://DOMAIN/callbacks/suno",
    }
    keys = configuration.locals["key_of"]
    of_services = {
        keys[name]: f"{name}-api-key" for name in configuration.variables["services"]["default"]
    }
    mounted = {name: secret for name, (secret, _) in secrets().items()}

    assert env == settings()
    assert env["FORWARDED_ALLOW_IPS"].endswith(EDGE)
    assert of_services | configuration.locals["own"] == mounted
    assert {version for _, version in secrets().values()} == {"latest"}


def test_a_streaming_job_is_given_the_services_that_keys_give_to_the_api(
    configuration: Configuration,
) -> None:
    keys, makers = configuration.locals["key_of"], configuration.locals["makers_of"]

    assert makers.keys() - keys.keys() == {"google", "veo"}  # which are named there and here
    for name in makers.keys() - keys.keys():
        assert makers[name] == [name]
        assert [maker for maker, _ in configured(KEYLESS | {"AIPROD_PROVIDERS": name}).hired()] == [
            name
        ]
    for name, variable in keys.items():
        by_key = {maker for maker, _ in configured({variable: "a-key-of-a-test"}).hired()}
        by_name = {
            maker for maker, _ in configured({"AIPROD_PROVIDERS": ",".join(makers[name])}).hired()
        }
        assert by_key == by_name == set(makers[name])


def test_terraform_makes_the_same_service(
    configuration: Configuration, made: Body, template: Body
) -> None:
    api, sidecar = blocks(template, "containers")
    limits = blocks(template, "scaling")[0]
    (network,) = blocks(blocks(template, "vpc_access")[0], "network_interfaces")
    (told,) = json.loads(NOTES["run.googleapis.com/network-interfaces"])

    def value(given: Any) -> Any:
        return value_of(configuration, given)

    assert value(made["name"]) == SERVICE["metadata"]["name"]
    assert value(made["location"]) == SERVICE["metadata"]["labels"]["cloud.googleapis.com/location"]
    assert value(template["service_account"]) == REVISION["serviceAccountName"]
    assert template["timeout"] == f"{REVISION['timeoutSeconds']}s"
    assert template["max_instance_request_concurrency"] == REVISION["containerConcurrency"]
    assert str(value(limits["min_instance_count"])) == NOTES["autoscaling.knative.dev/minScale"]
    assert str(value(limits["max_instance_count"])) == NOTES["autoscaling.knative.dev/maxScale"]
    assert [value(one) for one in made["custom_audiences"]] == json.loads(
        SERVICE["metadata"]["annotations"]["run.googleapis.com/custom-audiences"]
    )
    assert {name: value(one) for name, one in network.items()} == told
    assert sidecar["image"] == SIDECAR["image"]
    assert API["image"] == f"{value(configuration.locals['images'])}/pipeline:RELEASE"
    assert [*configuration.locals["as_user"], *configuration.locals["serve"]] == [
        *API["command"],
        *API["args"],
    ]
    for container, written in ((api, API), (sidecar, SIDECAR)):
        assert blocks(container, "resources")[0]["limits"] == written["resources"]["limits"]
    for terraform, knative in (
        ("startup_probe", "startupProbe"),
        ("liveness_probe", "livenessProbe"),
    ):
        (probe,) = blocks(api, terraform)
        assert dict(_plain(probe)) == dict(_plain(_snake(API[knative])))


def test_the_sidecar_collects_from_the_port_of_the_api() -> None:
    told = yaml.safe_load((DEPLOYMENTS / "terraform" / "scraping.yaml").read_text())
    (endpoint,) = told["spec"]["endpoints"]

    assert endpoint["port"] == API["ports"][0]["containerPort"]
    assert endpoint["path"] == "/metrics"


def _plain(probe: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in probe.items():
        inner = value[0] if isinstance(value, list) else value
        yield from inner.items() if isinstance(inner, dict) else [(name, inner)]


def _snake(given: Mapping[str, Any]) -> dict[str, Any]:
    return {re.sub(r"(?=[A-Z])", "_", name).lower(): value for name, value in given.items()}
