"""Settings of the service, read from the environment here and nowhere else in `api`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jobs.errors import InvalidInput
from providers.roster import Roster, configured
from providers.settings import dollars
from storage.database import sqlite_url
from storage.database_url import database_url

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Settings:
    """How the service runs.

    Attributes:
      data: `AIPROD_DATA`: embedded database, artefacts, uploads on their way in, secrets.
      database_url: `DATABASE_URL`, with the instance that `CLOUD_SQL_CONNECTION_NAME` names;
        without it, the embedded database in `data`.
      bucket: `GCS_BUCKET_NAME`: where artefacts and deliverables are; without it, folders.
      topic: `PUBSUB_TOPIC_NAME`: where jobs are announced; without it, to the worker beside us.
      dead_letter_topic: `AIPROD_DEAD_LETTER_TOPIC`: where pushed messages that are no jobs go,
        beside the ledger; without it, the topic with `-dlq` after its name.
      project: `GOOGLE_CLOUD_PROJECT`: whose topic that is.
      pool_size: `AIPROD_DB_POOL`: connections to the database, and requests at work side by side.
      push_audience, push_email: `AIPROD_PUSH_AUDIENCE`, `AIPROD_PUSH_EMAIL`: for whom and by which
        service account tokens of a push subscription are made; without them, pushes are refused.
      rate_per_key, rate_per_tenant: `AIPROD_RATE_PER_KEY`, `AIPROD_RATE_PER_TENANT`: requests per
        minute.
      submit_rate_per_key, submit_rate_per_tenant: `AIPROD_SUBMIT_RATE_PER_KEY`,
        `AIPROD_SUBMIT_RATE_PER_TENANT`: jobs per minute.
      max_upload_bytes: `AIPROD_MAX_UPLOAD_BYTES`.
      answer_timeout_s: `AIPROD_ANSWER_TIMEOUT_S`: how long a client waits for an answer to begin.
      body_timeout_s: How long the body of a request may take, and an upload fall silent.
      has_open_metrics: `AIPROD_OPEN_METRICS`: whether `/metrics` answers without a key.
      tenant_day_usd: `AIPROD_TENANT_DAY_USD`: what services may cost a tenant in a day, to show it
        beside what they do; workers keep to it.
      link_secret: `AIPROD_LINK_SECRET`: signs links to files; without it, one in `data`.
      traces_endpoint: `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector of traces; without it, none.
      roster: Remote services: those with a key in the environment, and those that
        `AIPROD_PROVIDERS` names.
      log_level, log_format: `LOG_LEVEL`; `AIPROD_LOG_FORMAT`: `json` or `text`.
    """

    data: Path
    database_url: str
    bucket: str | None = None
    topic: str | None = None
    dead_letter_topic: str | None = None
    project: str | None = None
    pool_size: int = 20
    push_audience: str | None = None
    push_email: str | None = None
    rate_per_key: int = 600
    rate_per_tenant: int = 1200
    submit_rate_per_key: int = 120
    submit_rate_per_tenant: int = 240
    max_body_bytes: int = 2**20  # a job document of 500 scenes has about 200 kB
    max_upload_bytes: int = 2 * 2**30
    body_timeout_s: float = 30.0
    answer_timeout_s: float = 15.0  # half of what load balancers and clients commonly wait
    has_open_metrics: bool = False
    tenant_day_usd: float | None = None
    link_secret: str | None = None
    traces_endpoint: str | None = None
    roster: Roster = field(default_factory=Roster)
    log_level: str = "INFO"
    log_format: str = "text"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads and checks the environment. Creates the data folder for an embedded database.

        Raises:
          InvalidInput: Names the variable.
        """
        data = Path(environment.get("AIPROD_DATA") or "aiprod-data")
        level = environment.get("LOG_LEVEL", "INFO").upper()
        if level not in LOG_LEVELS:
            raise InvalidInput(f"LOG_LEVEL is {level!r}; give one of {', '.join(LOG_LEVELS)}")
        log_format = environment.get("AIPROD_LOG_FORMAT") or cls.log_format
        if log_format not in ("json", "text"):
            raise InvalidInput(f"AIPROD_LOG_FORMAT is {log_format!r}; give json or text")
        open_metrics = environment.get("AIPROD_OPEN_METRICS") or "0"
        if open_metrics not in ("0", "1"):
            raise InvalidInput(f"AIPROD_OPEN_METRICS is {open_metrics!r}; give 0 or 1")
        url = database_url(
            environment.get("DATABASE_URL"), environment.get("CLOUD_SQL_CONNECTION_NAME")
        )
        topic = environment.get("PUBSUB_TOPIC_NAME") or None
        return cls(
            data=data,
            database_url=url or sqlite_url(data),
            bucket=environment.get("GCS_BUCKET_NAME") or None,
            topic=topic,
            dead_letter_topic=environment.get("AIPROD_DEAD_LETTER_TOPIC")
            or (f"{topic}-dlq" if topic else None),
            project=environment.get("GOOGLE_CLOUD_PROJECT") or None,
            pool_size=_count(environment, "AIPROD_DB_POOL", cls.pool_size, 1000),
            push_audience=environment.get("AIPROD_PUSH_AUDIENCE") or None,
            push_email=environment.get("AIPROD_PUSH_EMAIL") or None,
            rate_per_key=_count(environment, "AIPROD_RATE_PER_KEY", cls.rate_per_key),
            rate_per_tenant=_count(environment, "AIPROD_RATE_PER_TENANT", cls.rate_per_tenant),
            submit_rate_per_key=_count(
                environment, "AIPROD_SUBMIT_RATE_PER_KEY", cls.submit_rate_per_key
            ),
            submit_rate_per_tenant=_count(
                environment, "AIPROD_SUBMIT_RATE_PER_TENANT", cls.submit_rate_per_tenant
            ),
            max_upload_bytes=_count(
                environment, "AIPROD_MAX_UPLOAD_BYTES", cls.max_upload_bytes, 2**40
            ),
            answer_timeout_s=_count(
                environment, "AIPROD_ANSWER_TIMEOUT_S", int(cls.answer_timeout_s), 3600
            ),
            has_open_metrics=open_metrics == "1",
            tenant_day_usd=dollars(environment, "AIPROD_TENANT_DAY_USD"),
            link_secret=environment.get("AIPROD_LINK_SECRET") or None,
            roster=configured(environment),
            traces_endpoint=environment.get("OTEL_EXPORTER_OTLP_ENDPOINT") or None,
            log_level=level,
            log_format=log_format,
        )


def _count(environment: Mapping[str, str], name: str, default: int, most: int = 10**9) -> int:
    given = environment.get(name, "")
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 20 and 1 <= int(given) <= most):
        raise InvalidInput(f"{name} is {given!r}; give a number from 1 to {most}")
    return int(given)
