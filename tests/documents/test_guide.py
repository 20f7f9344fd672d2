"""docs/guide.md: that each line of the deployment guide is answered, by what there is."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.deployments.configuration import TERRAFORM, read_configuration
from tests.documents.told import PROGRAM, REPOSITORY

PAGE = REPOSITORY / "docs" / "guide.md"
ROWS = re.findall(r"^\| (?!the guide|---)(.+?) \| (.+) \|$", PAGE.read_text("utf-8"), re.M)
LINK = re.compile(r"\[[^\]]+\]\(([^)#]*)(?:#([^)]*))?\)")
# What the guide names, from its top to its end.
GUIDE = (
    # components
    *("API Service", "FastAPI/Uvicorn", "Cloud SQL PostgreSQL 14", "aiprod-postgres"),
    *("Google Cloud Storage", "aiprod-v33-assets", "Pub/Sub", "Prometheus", "Grafana"),
    *("Cloud Logging", "FastAPI endpoints", "StateMachine", "Pub/Sub job queue"),
    *("Audio-Video Pipeline", "AudioGenerator (TTS)", "MusicComposer (Suno API)"),
    *("SoundEffectsAgent (Freesound)", "PostProcessor (FFmpeg)", "GCS Storage (Output)"),
    # prerequisites
    *("Google Cloud SDK", "Docker", "kubectl", "Python 3.11+", "aiprod-484120", "europe-west1"),
    *("permissions", "Database URL", "Gemini API key", "Suno API key", "Freesound API key"),
    *("ElevenLabs API key", "aiprod-sa"),
    # deployment
    *("build the image", "test locally", "Container Registry", "aiprod-db-url"),
    *("gemini-api-key", "suno-api-key", "freesound-api-key", "elevenlabs-api-key"),
    *("access to secrets", "`aiprod-jobs`", "labels", "aiprod-jobs-sub", "/process-job"),
    *("ack deadline 600", "`aiprod-jobs-dlq`", "aiprod-jobs-dlq-sub"),
    *("deployments/cloud-run.yaml", "aiprod-v33-api", "verify"),
    # configuration
    *("ENVIRONMENT", "GOOGLE_CLOUD_PROJECT", "GCS_BUCKET_NAME", "DATABASE_URL", "LOG_LEVEL"),
    *("PUBSUB_TOPIC_NAME", "CLOUD_SQL_CONNECTION_NAME", "keys as variables"),
    *("Cloud SQL proxy", "unix_socket_dir", "CPU 2 vCPU", "Memory 2 GB", "Timeout 600 seconds"),
    *("Concurrency 80", "Min Instances 2", "Max Instances 20"),
    # monitoring
    *("view logs", "follow logs", "view metrics", "error rate above 5%", "notification channel"),
    *("run.googleapis.com/request_count", "run.googleapis.com/request_latencies"),
    *("run.googleapis.com/billable_time", "run.googleapis.com/cpu_allocation"),
    "run.googleapis.com/memory_allocation",
    # troubleshooting, operations, rollback, performance
    *("Service won't start", "High error rate", "Slow responses", "Queue backlog", "Scaling"),
    *("Backup", "Restore", "Update environment variables", "Update resource limits", "Rollback"),
    *("Emergency rollback", "CDN caching", "idx_video_user", "idx_job_status"),
    *("idx_job_created", "connect with psql", "compression", "connection pooling"),
    "async processing",
    # security
    *("All secrets stored in Secret Manager", "Service account with minimal permissions"),
    *("Cloud Run ingress set to internal", "SSL/TLS enforced for all connections"),
    *("Database connection encrypted", "API authentication required", "Rate limiting enabled"),
    *("Audit logging enabled", "DDoS protection via Cloud Armor", "Regular security scans"),
    # contacts
    *("On-call engineering", "Production issues", "Urgent escalation"),
)


def file_of(name: str) -> Path | None:
    """The file or folder that is meant, if one is: in the repository, or Terraform's."""
    if not re.fullmatch(r"[\w./-]+(?:\.\w+|/)|Makefile", name) or name.startswith("google_"):
        return None
    return (
        REPOSITORY / name if "/" in name or name in ("Makefile", "setup.py") else TERRAFORM / name
    )


@cache
def resources() -> set[str]:
    """What Terraform makes, as `type.name`."""
    return {".".join(address) for address in read_configuration(TERRAFORM).resources}


def anchors(page: Path) -> set[str]:
    """The chapters of a page, as links call them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def wrong_in(answer: str) -> list[str]:
    """What an answer names that there is not; `nothing` when it names no place at all."""
    wrong, places = [], []
    for target, anchor in LINK.findall(answer):
        page = (PAGE.parent / target).resolve() if target else PAGE
        places.append(page)
        if not page.exists() or (anchor and anchor not in anchors(page)):
            wrong.append(f"{target}#{anchor}")
    names = re.findall(r"`([^`]+)`", answer)
    for name in names:
        if file := file_of(name):
            places.append(file)
            if not file.exists():
                wrong.append(name)
    text = "\n".join(place.read_text("utf-8") for place in places if place.is_file())
    for name in names:
        if name.startswith("google_"):
            is_there = name in resources()
        else:  # commands are looked at where all are; the rest stands in a file beside it
            is_there = bool(file_of(name) or PROGRAM.fullmatch(name) or name in text)
        if not is_there:
            wrong.append(name)
    return wrong if places else [*wrong, "nothing"]


@pytest.mark.parametrize("named", GUIDE)
def test_each_line_of_the_guide_is_answered(named: str) -> None:
    assert [row for row, _ in ROWS if named in row]


@pytest.mark.parametrize(("row", "answer"), ROWS, ids=[row for row, _ in ROWS])
def test_an_answer_names_what_there_is(row: str, answer: str) -> None:
    assert wrong_in(answer) == []


def test_every_file_of_terraform_answers_something() -> None:
    internal = {"versions.tf", "outputs.tf"}
    text = PAGE.read_text(encoding="utf-8")

    files = [path.name for path in TERRAFORM.iterdir() if path.suffix in (".tf", ".yaml")]
    assert {name for name in files if f"`{name}`" not in text} <= internal


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("`nowhere.tf`", id="no such file"),
        pytest.param("`google_storage_bucket.asets` in `storage.tf`", id="no such resource"),
        pytest.param("`AIPROD_DB_POL` in `api.tf`", id="not in that file"),
        pytest.param("[scaling](operations.md#groing)", id="no such chapter"),
        pytest.param("by itself", id="no place"),
    ],
)
def test_an_answer_that_names_nothing_there_is_seen(answer: str) -> None:
    assert wrong_in(answer)
