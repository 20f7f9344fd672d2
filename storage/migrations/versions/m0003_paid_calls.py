"""Paid calls: whose they are, what they were to cost, and what may be spent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

COLUMNS = (
    ("tenant", sa.String(length=80)),
    ("token", sa.Integer()),
    ("model", sa.String(length=80)),
    ("quote_usd", sa.Float()),
    ("day", sa.String(length=10)),
    ("request_id", sa.String(length=200)),
    ("reason", sa.Text()),
)


def upgrade() -> None:
    """Adds columns that may be empty, two indexes and a table."""
    op.add_column("jobs", sa.Column("quote_usd", sa.Float(), nullable=True))
    for name, kind in COLUMNS:
        op.add_column("calls", sa.Column(name, kind, nullable=True))
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_call_open", "calls", ["key"],
        unique=True, sqlite_where=is_open, postgresql_where=is_open,
    )  # fmt: skip
    op.create_index("idx_call_provider", "calls", ["provider", "ended_at"])
    op.create_table(
        "spending",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("spent_usd", sa.Float(), nullable=False),
        sa.Column("limit_usd", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    """Removes them."""
    op.drop_table("spending")
    op.drop_index("idx_call_provider", table_name="calls")
    op.drop_index("uq_call_open", table_name="calls")
    for name, _kind in reversed(COLUMNS):
        op.drop_column("calls", name)
    op.drop_column("jobs", "quote_usd")
