"""The tables of the ledger. Their history is in `storage/migrations`."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

METADATA = MetaData()

_ID = String(80)  # ids of jobs, keys, uploads: ours are 26 to 60 characters
_SHA256 = String(64)
_COUNTER = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up INTEGER keys only

# Times are seconds since 1970 by the clock of the database, so that machines need not agree.
JOBS = Table(
    "jobs",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("tenant", _ID, nullable=False),
    Column("queue", String(20), nullable=False),  # who may claim it: "service", "render", "batch"
    Column("status", String(20), nullable=False),
    Column("generation", Integer, nullable=False),  # counts runs, from 1
    Column("token", Integer, nullable=False),  # fencing: writes with an older one change nothing
    Column("title", String(200)),
    Column("submission", Text, nullable=False),  # JSON of the Submission
    Column("approved", Boolean, nullable=False, server_default=false()),
    Column("cancel_requested", Boolean, nullable=False, server_default=false()),
    Column("problems", JSON, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),  # claims of this run
    Column("not_before", Float),  # a delayed job is not claimed earlier
    Column("lease_until", Float),  # whoever works on it has promised to say so again by then
    Column("worker", String(120)),
    Column("claimed_at", Float),
    Column("takes", JSON),  # stage -> the run that made its parts anew
    Column("quote_usd", Float),  # what the run was to cost when it was planned
    Column("current", Integer),  # the run whose video is shown; none: the newest delivered one
    Column("reprocessing", _ID),  # what made the run, if its owner did not
    Column("rung_at", Float),  # when somebody was last told to work on it
    Column("events", Integer, nullable=False, server_default="0"),  # how many job_events it has
    Column("idempotency_key", String(255)),
    Column("request_hash", _SHA256),
    Column("webhook_url", String(2048)),
    Column("trace", String(55)),  # W3C traceparent of the request that made it
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    UniqueConstraint("tenant", "idempotency_key", name="uq_job_idempotency"),
)
LISTED = [column for column in JOBS.c if column.name != "submission"]  # which may be a megabyte
Index("idx_job_status", JOBS.c.status, JOBS.c.queue, JOBS.c.created_at)
Index("idx_job_created", JOBS.c.created_at.desc())
Index("idx_job_tenant", JOBS.c.tenant, JOBS.c.created_at.desc(), JOBS.c.id.desc())

# Numbered per job under the lock of its row: a reader that has seen number 7 has seen 1 to 6.
JOB_EVENTS = Table(
    "job_events",
    METADATA,
    Column("job_id", _ID, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("data", JSON, nullable=False),
)

PARTS = Table(
    "parts",
    METADATA,
    Column("job_id", _ID, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("task_id", _ID, primary_key=True),
    Column("stage", String(20), nullable=False),
    Column("key", _SHA256, nullable=False),
    Column("status", String(20), nullable=False),
    Column("units_done", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("problem", JSON),
    Column("provider", String(40)),  # of the choice that made it; none for what we make ourselves
    Column("model", String(80)),
    Column("version", Integer),  # of its stage
)

# One row per run that was delivered.
VIDEOS = Table(
    "videos",
    METADATA,
    Column("job_id", _ID, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("user_id", _ID, nullable=False),  # the tenant
    Column("manifest", String(200), nullable=False),  # blob name
    Column("files", JSON, nullable=False),  # public name -> blob name
    Column("sizes", JSON),  # public name -> bytes
    Column("frames", Integer, nullable=False),
    Column("duration_s", Float, nullable=False),
    Column("submission", Text),  # JSON of the Submission that it was made of
    Column("takes", JSON),
    Column("quality", JSON),  # as in the manifest
    Column("created_at", Float, nullable=False),
)
Index("idx_video_user", VIDEOS.c.user_id)

# An intent, written before every paid call and closed after it.
CALLS = Table(
    "calls",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("key", _SHA256, nullable=False),
    Column("job_id", _ID, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("stage", String(20), nullable=False),
    Column("provider", String(40), nullable=False),
    Column("status", String(20), nullable=False),  # open, paid, refused, unknown, unusable
    Column("remote_id", String(200)),  # the provider's own name of the job it works on
    Column("cost_usd", Float, nullable=False),  # what was quoted, until it has ended
    Column("started_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("tenant", _ID),
    Column("token", Integer),  # of the run that makes the call: it lives as long as that claim
    Column("lives_until", Float),  # it goes on without its run, and says so again by then
    Column("model", String(80)),
    Column("quote_usd", Float),
    Column("day", String(10)),  # on which it counts against the budget of its tenant
    Column("request_id", String(200)),
    Column("reason", Text),  # why it ended otherwise than paid
    Column("told_at", Float),  # when its service has last called back, while it was open
)
# Two workers never pay for one key at the same time.
Index(
    "uq_call_open",
    CALLS.c.key,
    unique=True,
    sqlite_where=CALLS.c.ended_at.is_(None),
    postgresql_where=CALLS.c.ended_at.is_(None),
)
Index("idx_call_provider", CALLS.c.provider, CALLS.c.ended_at)
Index("idx_call_key", CALLS.c.key)
Index("idx_call_job", CALLS.c.job_id, CALLS.c.generation)

# What is spent or reserved, and how much may be: of a job, a tenant's day, or everything ("all").
SPENDING = Table(
    "spending",
    METADATA,
    Column("name", String(160), primary_key=True),
    Column("spent_usd", Float, nullable=False),
    Column("limit_usd", Float),  # where an operator has set one; else it comes with each call
)

# Something done to many jobs that have ended: a new run of each, with the same change.
REPROCESSINGS = Table(
    "reprocessings",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("tenant", _ID, nullable=False),
    Column("request_hash", _SHA256, nullable=False),  # the same request again goes on with it
    Column("request", JSON, nullable=False),
    Column("status", String(20), nullable=False),  # running, done, cancelled
    Column("jobs", Integer, nullable=False),
    Column("allowed", Integer, nullable=False),  # how many of them may be begun: a canary's few
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
)
# The same request is worked off once, however many begin it at the same moment.
Index(
    "uq_reprocessing_open",
    REPROCESSINGS.c.request_hash,
    unique=True,
    sqlite_where=REPROCESSINGS.c.ended_at.is_(None),
    postgresql_where=REPROCESSINGS.c.ended_at.is_(None),
)

REPROCESSING_JOBS = Table(
    "reprocessing_jobs",
    METADATA,
    Column("reprocessing", _ID, primary_key=True),
    Column("number", Integer, primary_key=True),  # from 1, in the order in which they are begun
    Column("job_id", String(200), nullable=False),  # as it was asked for; there may be none
    Column("place", String(200)),  # where it was asked for: a line of a file
    Column("patch", JSON),  # for this job alone, beside that for all
    Column("state", String(20), nullable=False),
    Column("generation", Integer),  # the run that was made
    Column("before", Integer),  # the run whose video was shown before
    Column("why", Text),
    UniqueConstraint("reprocessing", "job_id", name="uq_reprocessing_job"),
)
Index("idx_reprocessing_run", REPROCESSING_JOBS.c.job_id, REPROCESSING_JOBS.c.generation)

# Rings that are to be published; deleted when they have been.
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", _COUNTER, primary_key=True, autoincrement=True),
    Column("job_id", _ID, nullable=False),  # or the id of a dead letter that is sent again
    Column("payload", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("taken_until", Float),  # a relay is publishing it
)
Index("idx_outbox_job", OUTBOX.c.job_id)

# What could not be decoded or admitted; a message that comes again is counted.
DEAD_LETTERS = Table(
    "dead_letters",
    METADATA,
    Column("id", _SHA256, primary_key=True),  # of the whole message, as it came
    Column("stage", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("attempts", Integer, nullable=False),  # since it was last sent again
    Column("first_at", Float, nullable=False),
    Column("last_at", Float, nullable=False),
    Column("replayed_at", Float),
)

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("tenant", _ID, nullable=False),
    Column("blob", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("created_at", Float, nullable=False),
)
Index("idx_upload_tenant", UPLOADS.c.tenant)

API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("tenant", _ID, nullable=False),
    Column("name", String(100), nullable=False),
    Column("secret_hash", _SHA256, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("revoked_at", Float),
    Column("last_used_at", Float),
    Column("rotated_from", _ID),
)
Index("idx_key_tenant", API_KEYS.c.tenant)

# Token buckets: `tokens` were there at `filled_at`. `waiting:<provider>` was emptied when somebody
# waited for a place among its calls.
RATE_BUCKETS = Table(
    "rate_buckets",
    METADATA,
    Column("name", String(120), primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("filled_at", Float, nullable=False),
)

# Append-only: triggers refuse UPDATE and DELETE.
AUDIT_LOG = Table(
    "audit_log",
    METADATA,
    Column("id", _COUNTER, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("tenant", _ID, nullable=False),
    Column("actor", _ID, nullable=False),  # id of the key, or "operator"
    Column("action", String(60), nullable=False),
    Column("target", String(120), nullable=False),
    Column("data", JSON, nullable=False),
)
Index("idx_audit_tenant", AUDIT_LOG.c.tenant, AUDIT_LOG.c.id)

WEBHOOK_DELIVERIES = Table(
    "webhook_deliveries",
    METADATA,
    Column("id", _ID, primary_key=True),  # webhook-id: the same in every attempt
    Column("tenant", _ID, nullable=False),
    Column("job_id", _ID, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("url", String(2048), nullable=False),
    Column("payload", Text, nullable=False),
    Column("status", String(20), nullable=False),  # pending, delivered, failed
    Column("attempts", Integer, nullable=False),
    Column("log", JSON, nullable=False),  # per attempt: when, status code or error, milliseconds
    Column("due_at", Float),  # next attempt; none when it has ended
    Column("taken_until", Float),  # a sender is at it
    Column("created_at", Float, nullable=False),
)
Index("idx_webhook_due", WEBHOOK_DELIVERIES.c.status, WEBHOOK_DELIVERIES.c.due_at)
Index("idx_webhook_job", WEBHOOK_DELIVERIES.c.job_id, WEBHOOK_DELIVERIES.c.generation)

WEBHOOK_SECRETS = Table(
    "webhook_secrets",
    METADATA,
    Column("tenant", _ID, primary_key=True),
    Column("secrets", JSON, nullable=False),  # newest first; two during a rotation
    Column("updated_at", Float, nullable=False),
)
