"""The commands that build the template and start, update and drain its jobs."""

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.errors import InvalidInput
from jobs.version import VERSION
from pipeline.flex_template import metadata
from pipeline.launch import Target, build, main, run, update

ROAD = "regions/europe-west1/subnetworks/aiprod"
TARGET = Target("a-project", "europe-west1", "a-bucket", ROAD)
SET = ["--project=a-project", "--region=europe-west1", "--bucket=a-bucket", f"--subnetwork={ROAD}"]


def parameters(command: list[str]) -> dict[str, str]:
    (given,) = (part for part in command if part.startswith("--parameters=^~~^"))
    pairs = given.removeprefix("--parameters=^~~^").split("~~")
    return dict(pair.split("=", 1) for pair in pairs)


def test_a_streaming_job_is_started_with_what_differs_from_project_to_project() -> None:
    command = run(TARGET)

    assert command[:-1] == [
        "gcloud", "dataflow", "flex-template", "run", "aiprod-streaming",
        "--project=a-project", "--region=europe-west1",
        f"--template-file-gcs-location=gs://a-bucket/templates/aiprod-{VERSION}.json",
        "--staging-location=gs://a-bucket/dataflow/staging",
        "--temp-location=gs://a-bucket/tmp",
        "--service-account-email=aiprod-worker@a-project.iam.gserviceaccount.com",
        f"--subnetwork={ROAD}", "--disable-public-ips",
    ]  # fmt: skip
    assert parameters(command) == {
        "sdk_container_image": f"europe-west1-docker.pkg.dev/a-project/aiprod/pipeline:{VERSION}",
        "store": "gs://a-bucket",
        "database_url_secret": "projects/a-project/secrets/aiprod-db-url",
        "subscription": "projects/a-project/subscriptions/aiprod-jobs-pull",
        "dead_letter_topic": "projects/a-project/topics/aiprod-jobs-dlq",
    }


def test_a_batch_is_told_what_to_run_again_and_reads_no_subscription() -> None:
    command = run(replace(TARGET, request='{"selection": {"statuses": ["done"]}}'))

    assert command[4] == "aiprod-reprocessing"
    assert parameters(command)["request"] == '{"selection": {"statuses": ["done"]}}'
    assert parameters(command)["batch"] == "true"
    assert "subscription" not in parameters(command)


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(TARGET, id="streaming"),
        pytest.param(replace(TARGET, reprocessing="re-1"), id="batch"),
        pytest.param(replace(TARGET, settings="AIPROD_PROVIDERS=gemini,suno"), id="services"),
    ],
)
def test_the_template_has_every_parameter_that_is_given_and_all_that_it_needs(
    target: Target,
) -> None:
    known = {one["name"]: one for one in metadata()["parameters"]}

    given = parameters(run(target))

    assert given.keys() <= known.keys()
    assert {name for name, one in known.items() if not one["isOptional"]} <= given.keys()


def test_an_update_takes_the_new_names_of_steps_along() -> None:
    command = update(replace(TARGET, mapping='{"A/Do": "B/Do", "A/Wait": "B/Wait"}'))

    assert command[-2:] == ["--update", "--transform-name-mappings=^~~^A/Do=B/Do~~A/Wait=B/Wait"]


def test_both_images_and_the_template_are_built_under_the_version_that_is_started() -> None:
    assert build(TARGET) == [
        "gcloud", "builds", "submit", ".", "--project=a-project",
        "--config=templates/cloudbuild.yaml",
        "--gcs-source-staging-dir=gs://a-bucket/tmp/source",
        f"--substitutions=_REGION=europe-west1,_BUCKET=a-bucket,_VERSION={VERSION}",
    ]  # fmt: skip


def test_builds_of_one_version_are_told_apart_by_their_release() -> None:
    target = replace(TARGET, release="0.1.0-1f3c")

    assert "_VERSION=0.1.0-1f3c" in build(target)[-1]
    assert "--template-file-gcs-location=gs://a-bucket/templates/aiprod-0.1.0-1f3c.json" in run(
        target
    )
    assert parameters(run(target))["sdk_container_image"].endswith("/pipeline:0.1.0-1f3c")


def test_whoever_needs_other_machines_says_so_to_gcloud() -> None:
    command = run(replace(TARGET, flags="--max-workers=9 --worker-machine-type=c3-standard-8"))

    assert command[-2:] == ["--max-workers=9", "--worker-machine-type=c3-standard-8"]


@pytest.mark.parametrize(
    ("command", "target", "sentence"),
    [
        pytest.param(
            run,
            replace(TARGET, project=""),
            "PROJECT is not set; give PROJECT=aiprod-484120",
            id="no project",
        ),
        pytest.param(
            run,
            replace(TARGET, region=""),
            "REGION is not set; give REGION=europe-west1",
            id="no region",
        ),
        pytest.param(
            build,
            replace(TARGET, bucket=""),
            "BUCKET is not set; give BUCKET=aiprod-v33-assets",
            id="no bucket",
        ),
        pytest.param(
            run,
            replace(TARGET, subnetwork=""),
            "SUBNETWORK is not set; give SUBNETWORK=regions/europe-west1/subnetworks/default, with "
            "Private Google Access: workers have no address of their own on the internet",
            id="no subnetwork",
        ),
        pytest.param(
            run,
            replace(TARGET, bucket="gs://a-bucket"),
            "BUCKET is gs://a-bucket; give its name, without gs://",
            id="an address of a bucket",
        ),
        pytest.param(
            run,
            replace(TARGET, request="{}", reprocessing="re-1"),
            "REQUEST and REPROCESSING are both set; give one of the two",
            id="two batches",
        ),
        pytest.param(
            update,
            replace(TARGET, reprocessing="re-1"),
            "a batch cannot be updated; cancel it, and go on with REPROCESSING=<id>",
            id="an update of a batch",
        ),
        pytest.param(
            update,
            replace(TARGET, mapping="A=B"),
            'MAPPING is A=B; give {"old step": "new step"}',
            id="a mapping that is no JSON",
        ),
        pytest.param(
            run,
            replace(TARGET, settings="AIPROD_PROVIDERS=~~"),
            "settings has ~~ in it, which keeps parameters apart",
            id="a value that cannot be told apart",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_said_with_an_example(
    command: Callable[[Target], list[str]], target: Target, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        command(target)

    assert refused.value.message == sentence


@pytest.fixture
def gcloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of gcloud: knows one running job, and notes what it is told."""
    noted = tmp_path / "noted"
    program = tmp_path / "gcloud"
    program.write_text(
        "#!/bin/sh\n"
        f'printf "%s\\n" "$*" >> {shlex.quote(str(noted))}\n'
        'case "$*" in *"jobs list"*name=aiprod-streaming*) echo 2026-01-01_job ;; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return noted


def test_a_job_is_drained_by_its_name(gcloud: Path) -> None:
    assert main(["drain", *SET]) == 0

    assert gcloud.read_text().splitlines() == [
        "dataflow jobs list --status=active --project=a-project --region=europe-west1 "
        "--filter=name=aiprod-streaming --format=value(id)",
        "dataflow jobs drain 2026-01-01_job --project=a-project --region=europe-west1",
    ]


def test_a_job_that_does_not_run_is_not_drained(
    gcloud: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drain", *SET, "--name=another"]) == 2

    assert capsys.readouterr().err == (
        "dataflow-drain: 0 jobs of the name another run in europe-west1; "
        "give NAME=<the job's name>\n"
    )
    assert "drain" not in gcloud.read_text()


def test_a_dry_run_only_tells_the_command(gcloud: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--dry_run", *SET]) == 0

    assert shlex.split(capsys.readouterr().out) == run(TARGET)
    assert not gcloud.exists()


def test_a_machine_without_gcloud_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["run", *SET]) == 2
    assert capsys.readouterr().err == (
        "dataflow-run: gcloud is not here; install it, or look only, with DRY_RUN=1\n"
    )
