"""The tables of the ledger."""

from sqlalchemy import (
    JSON,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()

# Times are seconds since 1970 by the clock of the database, so that machines need not agree.
JOBS = Table(
    "jobs",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("status", String(20), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("token", Integer, nullable=False),
    Column("submission", String(120), nullable=False),
    Column("manifest", Text),
    Column("problems", JSON, nullable=False),
    Column("cancel_requested", Integer, nullable=False, default=0),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
)
Index("idx_job_status", JOBS.c.status)
Index("idx_job_created", JOBS.c.created_at.desc())

JOB_EVENTS = Table(
    "job_events",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", String(80), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("data", JSON, nullable=False),
)
Index("idx_event_job", JOB_EVENTS.c.job_id, JOB_EVENTS.c.id)

PARTS = Table(
    "parts",
    METADATA,
    Column("job_id", String(80), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("task_id", String(80), primary_key=True),
    Column("stage", String(20), nullable=False),
    Column("key", String(64), nullable=False),
    Column("status", String(20), nullable=False),
    Column("units_done", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("problem", JSON),
)
