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
    their job has; of older parts nobody knows who made them, and all are of stage version 1.
    """
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.execute(
        "UPDATE videos SET submission = (SELECT jobs.submission FROM jobs WHERE jobs.id = job_id)"
    )
    op.execute("UPDATE parts SET version = 1")
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
    op.create_index("idx_reprocessing_request", "reprocessings", ["request_hash"])
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


def downgrade() -> None:
    """Removes them."""
    op.drop_table("reprocessing_jobs")
    op.drop_table("reprocessings")
    for table, name, _kind in reversed(COLUMNS):
        op.drop_column(table, name)
