"""Takes of a job's stages, when it was claimed, sizes of what it delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds columns; all may be empty, so that the version before runs on these tables, too."""
    op.add_column("jobs", sa.Column("takes", sa.JSON(), nullable=True))
    op.add_column("jobs", sa.Column("claimed_at", sa.Float(), nullable=True))
    op.add_column("videos", sa.Column("sizes", sa.JSON(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        # INSERT OR REPLACE deletes without asking the trigger that refuses DELETE.
        op.execute(
            "CREATE TRIGGER audit_log_refuses_replace BEFORE INSERT ON audit_log "
            "WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END"
        )


def downgrade() -> None:
    """Removes them."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_log_refuses_replace")
    op.drop_column("videos", "sizes")
    op.drop_column("jobs", "claimed_at")
    op.drop_column("jobs", "takes")
