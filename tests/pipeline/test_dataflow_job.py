"""What Dataflow is sent, by the real runner, over real sockets."""

import base64
import bz2
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import google_crc32c
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_runner_api_pb2
from google.cloud.dataflow_v1beta3 import JobType, StreamingMode, WorkerIPAddressConfiguration

from jobs.errors import InvalidInput
from jobs.version import VERSION
from pipeline.options import Settings
from pipeline.streaming import run
from tests import warm

GOLDEN = Path(__file__).parent / "graph.golden.json"
HIDDEN = "open-sesame"
IMAGE = "europe-west1-docker.pkg.dev/aiprod-test/aiprod/worker:1"
OPTIONS = [
    "--runner=DataflowRunner",
    "--project=aiprod-test",
    "--region=europe-west1",
    "--job_name=aiprod-streaming",
    "--temp_location=gs://aiprod-test-temp/tmp",
    "--service_account_email=aiprod-sa@aiprod-test.iam.gserviceaccount.com",
    f"--sdk_container_image={IMAGE}",
    "--store=gs://aiprod-test-assets",
    "--database_url_secret=projects/aiprod-test/secrets/aiprod-db-url",
    "--tasks_per_worker=4",
]
ASKED_FOR = [
    "--machine_type=c3-standard-8",
    "--num_workers=2",
    "--max_num_workers=9",
    "--disk_size_gb=80",
    "--subnetwork=regions/europe-west1/subnetworks/aiprod",
    "--labels=shape=trial",
    "--labels=team=film",
    "--settings=AIPROD_PROVIDERS=elevenlabs;AIPROD_TENANT_DAY_USD=50;AIPROD_GEMINI_VOICE=",
]
STREAMING = [
    "--streaming",
    "--subscription=projects/aiprod-test/subscriptions/aiprod-jobs-pull",
    "--dead_letter_topic=projects/aiprod-test/topics/aiprod-jobs-dlq",
]


@dataclass
class Google:
    """What a submission needs of Cloud Storage and Dataflow. Whatever else is asked is refused."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def staged(self, name: str) -> bytes:
        (found,) = (data for path, data in self.objects.items() if path.endswith(f"/{name}"))
        return found


@contextmanager
def google() -> Iterator[Google]:
    state = Google()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/storage/v1/b/aiprod-test-temp":
                self._answer(200, {"name": "aiprod-test-temp"})
            elif path.startswith("/storage/v1/b/aiprod-test-temp/o/"):
                self._answer(404, {"error": {"code": 404, "message": "no such object"}})
            else:
                self._refuse()

        def do_POST(self) -> None:
            address = urlsplit(self.path)
            query = parse_qs(address.query)
            body = self._body()
            if address.path == "/v1b3/projects/aiprod-test/locations/europe-west1/jobs":
                job = json.loads(body)
                state.jobs.append(job)
                answer = {"id": "2026-01-01_job", "name": job["name"]}
                self._answer(200, {**answer, "clientRequestId": job["clientRequestId"]})
            elif query.get("uploadType") == ["resumable"]:
                name = query["name"][0] if "name" in query else json.loads(body)["name"]
                self._answer(200, {}, Location=f"{state.url}/session/{name}")
            else:
                self._refuse()

        def do_PUT(self) -> None:
            body, path = self._body(), urlsplit(self.path).path
            whole = f"bytes 0-{len(body) - 1}/{len(body)}"
            if path.startswith("/session/") and self.headers["Content-Range"] == whole:
                state.objects[path.removeprefix("/session/")] = body
                checksum = base64.b64encode(google_crc32c.Checksum(body).digest()).decode()
                self._answer(200, {"name": path, "size": str(len(body)), "crc32c": checksum})
            else:
                self._refuse()

        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing: a test that fails shows what was refused."""

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers["Content-Length"] or 0))

        def _refuse(self) -> None:
            state.refused.append(f"{self.command} {self.path}")
            self._answer(400, {"error": {"code": 400, "message": "not expected"}})

        def _answer(self, status: int, answer: dict[str, Any], **headers: str) -> None:
            data = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        # "localhost" is what makes Beam talk to this endpoint by plain HTTP.
        state.url = f"http://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield state
        server.shutdown()
        thread.join()


def submit(
    server: Google,
    folder: Path,
    *options: str,
    entry: list[str] = STREAMING,
    ledger: str = f"postgresql://aiprod:{HIDDEN}@db/aiprod",
    is_cold: bool = False,
) -> subprocess.CompletedProcess[str]:
    given = [*OPTIONS, *entry, f"--dataflow_endpoint={server.url}", "--no_auth", *options]
    env = {
        **os.environ,
        "PYTHONPATH": str(warm.REPOSITORY),
        "STORAGE_EMULATOR_HOST": server.url,
        "AIPROD_DATA": str(folder / "data"),
        "DATABASE_URL": ledger,
    }
    if not is_cold:
        return warm.run(warm.module("pipeline"), *given, cwd=folder, env=env, timeout=120)
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *given],
        cwd=folder, env=env, check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@dataclass(frozen=True)
class Submitted:
    """What arrived: the request, the graph, and everything as text to search in."""

    job: dict[str, Any]
    graph: beam_runner_api_pb2.Pipeline
    everything: bytes
    files: tuple[str, ...]
    said: str

    @property
    def options(self) -> dict[str, Any]:
        options: dict[str, Any] = self.job["environment"]["sdkPipelineOptions"]["options"]
        return options

    def specs(self, urn: str) -> list[Any]:
        steps = self.graph.components.transforms.values()
        return [step.spec for step in steps if step.spec.urn == urn]


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Submitted:
    with google() as server:
        ran = submit(server, tmp_path_factory.mktemp("dataflow"), *ASKED_FOR, is_cold=True)
    assert (ran.returncode, server.refused) == (0, []), ran.stderr
    (job,) = server.jobs
    graph = server.staged("pipeline.pb")
    # Beam keeps pickled functions compressed: bzip2 in base64.
    functions = [
        bz2.decompress(base64.b64decode(found))
        for found in re.findall(rb"Qlpo[A-Za-z0-9+/]+=*", graph)
    ]
    return Submitted(
        job,
        beam_runner_api_pb2.Pipeline.FromString(graph),
        b"\n".join([json.dumps(job).encode(), *server.objects.values(), *functions]),
        tuple(sorted(path.rpartition("/")[2] for path in server.objects)),
        ran.stdout,
    )


def test_the_job_is_a_streaming_one_that_counts_every_message_once(submitted: Submitted) -> None:
    environment = submitted.job["environment"]

    assert JobType(submitted.job["type"]) is JobType.JOB_TYPE_STREAMING
    assert "enable_streaming_engine" in environment["experiments"]
    # Exactly-once is what Dataflow does unless it is told otherwise.
    mode = StreamingMode(environment.get("streamingMode", 0))
    assert mode is not StreamingMode.STREAMING_MODE_AT_LEAST_ONCE
    assert "at_least_once" not in json.dumps(submitted.job)


def test_the_command_returns_when_the_job_is_submitted(submitted: Submitted) -> None:
    assert submitted.said == "Dataflow job 2026-01-01_job\n"


def test_every_step_is_there_under_its_agreed_name(submitted: Submitted) -> None:
    golden = set(json.loads(GOLDEN.read_text(encoding="utf-8")))

    steps = submitted.graph.components.transforms
    (root,) = submitted.graph.root_transform_ids
    names = {step.unique_name for step in steps.values()}

    assert golden - names == set()
    assert {steps[step].unique_name for step in steps[root].subtransforms} == {
        "ReadJobs", "Produce", "RecordDeadLetters", "PublishDeadLetters",
    }  # fmt: skip


def test_messages_are_pulled_by_the_service_and_told_apart_by_nothing_but_their_own_id(
    submitted: Submitted,
) -> None:
    (payload,) = (
        beam_runner_api_pb2.PubSubReadPayload.FromString(spec.payload)
        for spec in submitted.specs("beam:transform:pubsub_read:v1")
    )

    assert payload.subscription == "projects/aiprod-test/subscriptions/aiprod-jobs-pull"
    assert payload.id_attribute == ""


def test_dead_letters_are_published_by_the_service(submitted: Submitted) -> None:
    (payload,) = (
        beam_runner_api_pb2.PubSubWritePayload.FromString(spec.payload)
        for spec in submitted.specs("beam:transform:pubsub_write:v1")
    )

    assert payload.topic == "projects/aiprod-test/topics/aiprod-jobs-dlq"


def test_workers_are_as_asked_for_with_one_process_each(submitted: Submitted) -> None:
    environment = submitted.job["environment"]
    (pool,) = environment["workerPools"]

    assert pool["machineType"] == "c3-standard-8"
    assert pool["numWorkers"] == 2
    assert pool["autoscalingSettings"]["maxNumWorkers"] == 9
    assert pool["diskSizeGb"] == 80
    assert pool["subnetwork"] == "regions/europe-west1/subnetworks/aiprod"
    assert pool["numThreadsPerWorker"] == 64
    assert [image["containerImage"] for image in pool["sdkHarnessContainerImages"]] == [IMAGE]
    assert "no_use_multiple_sdk_containers" in environment["experiments"]
    assert environment["serviceAccountEmail"] == "aiprod-sa@aiprod-test.iam.gserviceaccount.com"


def test_nobody_on_the_internet_can_call_a_worker(submitted: Submitted) -> None:
    (pool,) = submitted.job["environment"]["workerPools"]

    assert (
        WorkerIPAddressConfiguration(pool["ipConfiguration"])
        is WorkerIPAddressConfiguration.WORKER_IP_PRIVATE
    )


def test_labels_tell_what_it_is_and_what_was_given_comes_first(submitted: Submitted) -> None:
    assert submitted.job["labels"] == {
        "app": "aiprod", "version": VERSION.replace(".", "-"), "shape": "trial", "team": "film",
    }  # fmt: skip


def test_workers_know_which_services_to_ask_and_read_keys_themselves(submitted: Submitted) -> None:
    assert b"providers.elevenlabs.client" in submitted.everything
    assert b"providers.suno" not in submitted.everything


def test_nothing_is_installed_when_a_worker_starts(submitted: Submitted) -> None:
    # The launcher of Beam's containers installs what has one of these names.
    assert set(submitted.files) <= {"pipeline.pb", "submission_environment_dependencies.txt"}


def test_the_job_names_its_secret_and_does_not_have_it(submitted: Submitted) -> None:
    name = "projects/aiprod-test/secrets/aiprod-db-url"

    assert submitted.options["database_url_secret"] == name
    assert f"secret://{name}".encode() in submitted.everything
    assert HIDDEN.encode() not in submitted.everything


def test_the_program_that_submits_is_not_sent_along(submitted: Submitted) -> None:
    assert not submitted.options["save_main_session"]
    assert [name for name in submitted.files if "session" in name] == []


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        pytest.param(
            "--subscription=",
            "--subscription is missing: projects/<project>/subscriptions/<name>",
            id="nothing to read",
        ),
        pytest.param("--store=", "--store is missing", id="nowhere to write"),
        pytest.param(
            "--sdk_container_image=",
            "--sdk_container_image is missing; give the image that this code is in, since Beam's "
            "own has neither it nor FFmpeg",
            id="nothing to run in",
        ),
        pytest.param(
            "--settings=ELEVENLABS_API_KEY=open-sesame",
            "--settings has 'ELEVENLABS_API_KEY'; give NAME=VALUE, with names that begin with "
            "AIPROD_, or OTEL_EXPORTER_OTLP_ENDPOINT, and never a key",
            id="a key",
        ),
        pytest.param(
            "--store=/data",
            "--store is /data; give gs://<bucket>, which workers share",
            id="a folder, which each worker has for itself",
        ),
        pytest.param(
            "--database_url_secret=postgresql://aiprod:open-sesame@db/aiprod",
            "--database_url_secret is not the name of a secret; "
            "give projects/<project>/secrets/<secret>",
            id="a secret itself",
        ),
    ],
)
def test_options_that_cannot_work_are_refused(tmp_path: Path, option: str, sentence: str) -> None:
    options = PipelineOptions([*OPTIONS, *STREAMING, option])

    with pytest.raises(InvalidInput) as refused:
        run(options, Settings.from_environment({}), tmp_path)

    assert refused.value.message == sentence


def test_what_is_refused_is_said_in_one_line_and_nothing_is_sent(tmp_path: Path) -> None:
    with google() as server:
        ran = submit(server, tmp_path, "--store=")

    assert (ran.returncode, ran.stderr) == (2, "pipeline: --store is missing\n")
    assert (server.objects, server.jobs) == ({}, [])
