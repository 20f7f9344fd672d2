"""Calls that their service has called back about."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds a column that may be empty."""
    op.add_column("calls", sa.Column("told_at", sa.Float(), nullable=True))


def downgrade() -> None:
    """Removes it."""
    op.drop_column("calls", "told_at")
