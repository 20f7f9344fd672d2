"""What each run was asked to make and who made its parts; reprocessings and their jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

COLUMNS = (
    ("jobs", "current", sa.Integer()),
    ("jobs", "reprocessing", sa.String(length=80)),
    ("videos", "submission", sa.Text()),
    ("videos", "takes", sa.JSON()),
    ("videos", "quality", sa.JSON()),
    ("parts", "provider", sa.String(length=40)),
    ("parts", "model", sa.String(length=80)),
    ("parts", "version", sa.Integer()),
)


def upgrade() -> None:
    """Adds columns that may be empty, two tables and their indexes.

    Until now every run of a job was asked for the same, so older videos are of the document that
    their job has, with what had been made anew by then; of older parts nobody knows who made them,
    and all are of stage version 1.
    """
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.execute(
        "UPDATE videos SET submission = (SELECT jobs.submission FROM jobs WHERE jobs.id = job_id)"
    )
    op.execute("UPDATE parts SET version = 1")
    _note_takes()
    op.create_table(
        "reprocessings",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "uq_reprocessing_open",
        "reprocessings",
        ["request_hash"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "reprocessing_jobs",
        sa.Column("reprocessing", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("patch", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=True),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("reprocessing", "number"),
        sa.UniqueConstraint("reprocessing", "job_id", name="uq_reprocessing_job"),
    )
    op.create_index(
        "idx_reprocessing_run", "reprocessing_jobs", ["job_id", "generation"], unique=False
    )


def _note_takes() -> None:
    """Of a stage that was made anew several times, only the last take is known."""
    jobs = sa.table("jobs", sa.column("id", sa.String()), sa.column("takes", sa.JSON()))
    videos = sa.table(
        "videos",
        sa.column("job_id", sa.String()),
        sa.column("generation", sa.Integer()),
        sa.column("takes", sa.JSON()),
    )
    connection = op.get_bind()
    query = sa.select(videos.c.job_id, videos.c.generation, jobs.c.takes).where(
        videos.c.job_id == jobs.c.id, jobs.c.takes.is_not(None)
    )
    for job_id, generation, takes in connection.execute(query).all():
        if found := {stage: run for stage, run in (takes or {}).items() if run <= generation}:
            connection.execute(
                sa.update(videos)
                .where(videos.c.job_id == job_id, videos.c.generation == generation)
                .values(takes=found)
            )


def downgrade() -> None:
    """Removes them."""
    op.drop_table("reprocessing_jobs")
    op.drop_table("reprocessings")
    for table, name, _kind in reversed(COLUMNS):
        op.drop_column(table, name)
