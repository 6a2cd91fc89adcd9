"""Whose a record is; deadlines are found by kind and field, no longer by one field of all."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the stack of each subject, unknown until its next event, and drop the index of `due_on`."""
    op.add_column("subject", sa.Column("home", sa.String(), server_default="", nullable=False))
    op.drop_index("ix_subject_due", "subject")
