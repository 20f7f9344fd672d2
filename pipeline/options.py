"""Settings of the command and the workers, read from the environment here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jobs.errors import InvalidInput
from providers.roster import KEYS, Roster, configured
from providers.settings import dollars
from storage.database_url import database_url

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
DEFAULT_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Settings:
    """How this machine runs AIPROD.

    Attributes:
      data: `AIPROD_DATA`: embedded database, artefacts, scratch space, the local API key.
      ffmpeg: `AIPROD_FFMPEG`: another FFmpeg than the one that came by pip.
      workers: `AIPROD_WORKERS`: tasks side by side; by default one per core this process may use.
      jobs: `AIPROD_JOBS`: jobs that a service works on side by side; they share the workers.
      lease_s: `AIPROD_LEASE_S`: how long a worker that falls silent keeps its job, in seconds.
      database_url: `DATABASE_URL`, with the instance that `CLOUD_SQL_CONNECTION_NAME` names;
        without it, the embedded database.
      bucket: `GCS_BUCKET_NAME`: where artefacts and deliverables go; without it, folders.
      topic: `PUBSUB_TOPIC_NAME`: where jobs are announced; without it, to the worker beside us.
      sweep_s: `AIPROD_SWEEP_S`: how often a service looks for jobs that nobody works on.
      crash_point: `AIPROD_CRASH_POINT`: where a test lets this process die.
      input_buckets: `AIPROD_INPUT_BUCKETS`: buckets that jobs may take files from, with commas.
      url, api_key: `AIPROD_URL`, `AIPROD_API_KEY`: the service that commands talk to.
      project: `GOOGLE_CLOUD_PROJECT`.
      traces_endpoint: `OTEL_EXPORTER_OTLP_ENDPOINT`: where traces go; without it, nowhere.
      environment: `ENVIRONMENT`: `production` makes no key for this machine.
      port: `PORT`: where a service listens, as Cloud Run says it.
      roster: Remote services: those with a key in the environment, and those that
        `AIPROD_PROVIDERS` names, with commas, whose keys are in Secret Manager.
      key_versions: `AIPROD_SECRET_VERSIONS`: which version of a key's secret is used, as
        `elevenlabs-api-key=3`, with commas; the latest of the others.
      tenant_day_usd: `AIPROD_TENANT_DAY_USD`: what paid services may cost a tenant in a day.
      log_level, log_format: `LOG_LEVEL`; `AIPROD_LOG_FORMAT`: `json` or `text`.
    """

    data: Path
    ffmpeg: str | None
    workers: int
    jobs: int
    lease_s: float
    database_url: str | None
    bucket: str | None
    topic: str | None
    input_buckets: tuple[str, ...]
    sweep_s: float
    crash_point: str | None
    url: str
    api_key: str | None
    project: str | None
    traces_endpoint: str | None
    environment: str
    port: int
    roster: Roster
    key_versions: tuple[tuple[str, str], ...]
    tenant_day_usd: float | None
    log_level: str
    log_format: str | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads and checks the environment. Raises `InvalidInput` naming the variable."""
        level = environment.get("LOG_LEVEL", "WARNING").upper()
        if level not in LOG_LEVELS:
            raise InvalidInput(f"LOG_LEVEL is {level!r}; give one of {', '.join(LOG_LEVELS)}")
        log_format = environment.get("AIPROD_LOG_FORMAT") or None
        if log_format not in (None, "json", "text"):
            raise InvalidInput(f"AIPROD_LOG_FORMAT is {log_format!r}; give json or text")
        buckets = environment.get("AIPROD_INPUT_BUCKETS", "")
        return cls(
            data=Path(environment.get("AIPROD_DATA") or "aiprod-data"),
            ffmpeg=environment.get("AIPROD_FFMPEG") or None,
            workers=_count(environment, "AIPROD_WORKERS", _cores(), 64),
            jobs=_count(environment, "AIPROD_JOBS", 4, 64),
            lease_s=_seconds(environment, "AIPROD_LEASE_S", 60.0),
            database_url=database_url(
                environment.get("DATABASE_URL"), environment.get("CLOUD_SQL_CONNECTION_NAME")
            ),
            bucket=environment.get("GCS_BUCKET_NAME") or None,
            topic=environment.get("PUBSUB_TOPIC_NAME") or None,
            input_buckets=tuple(name.strip() for name in buckets.split(",") if name.strip()),
            sweep_s=_seconds(environment, "AIPROD_SWEEP_S", 5.0),
            crash_point=environment.get("AIPROD_CRASH_POINT") or None,
            url=environment.get("AIPROD_URL") or DEFAULT_URL,
            api_key=environment.get("AIPROD_API_KEY") or None,
            project=environment.get("GOOGLE_CLOUD_PROJECT") or None,
            traces_endpoint=environment.get("OTEL_EXPORTER_OTLP_ENDPOINT") or None,
            environment=environment.get("ENVIRONMENT") or "local",
            port=_count(environment, "PORT", 8000, 65535),
            roster=configured(environment),
            key_versions=_versions(environment),
            tenant_day_usd=dollars(environment, "AIPROD_TENANT_DAY_USD"),
            log_level=level,
            log_format=log_format,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must not appear in a log."""
        password = urlsplit(self.database_url).password if self.database_url else None
        return tuple(secret for secret in (self.api_key, password) if secret)


def _count(environment: Mapping[str, str], name: str, default: int, most: int) -> int:
    given = environment.get(name, "")
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= most):
        raise InvalidInput(f"{name} is {given!r}; give a number from 1 to {most}")
    return int(given)


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    given = environment.get(name, "")
    if not given:
        return default
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 3600:
        raise InvalidInput(f"{name} is {given!r}; give seconds from 0.1 to 3600")
    return seconds


def _versions(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    given = environment.get("AIPROD_SECRET_VERSIONS", "")
    pairs = [one.strip().partition("=") for one in given.split(",") if one.strip()]
    if any(not (name and version.isdigit()) for name, _, version in pairs):
        raise InvalidInput(
            f"AIPROD_SECRET_VERSIONS is {given!r}; give names of secrets and numbers, as in "
            "elevenlabs-api-key=3,gemini-api-key=1"
        )
    known = [key.lower().replace("_", "-") for key in KEYS]
    if unknown := [name for name, _, _ in pairs if name not in known]:
        raise InvalidInput(
            f"AIPROD_SECRET_VERSIONS names {unknown[0]!r}; give some of {', '.join(known)}"
        )
    return tuple((name, version) for name, _, version in pairs)


def _cores() -> int:
    """Cores this process may use; all of them where nobody can tell, as on macOS."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
