"""Calls that go on though their run was stopped."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds a column that may be empty."""
    op.add_column("calls", sa.Column("lives_until", sa.Float(), nullable=True))


def downgrade() -> None:
    """Removes it."""
    op.drop_column("calls", "lives_until")
