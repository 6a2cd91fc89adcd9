"""Filters that people keep, and what is due by its day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of saved filters and the index of deadlines."""
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filter"),
        sa.UniqueConstraint("actor_id", "path", "name", name="uq_saved_filter_actor_id_path_name"),
    )
    op.create_index(
        "ix_subject_due", "subject",
        [sa.text("coalesce(state ->> 'due_on', state ->> 'step_due_on')")],
        postgresql_where=sa.text(
            "not ended and coalesce(state ->> 'due_on', state ->> 'step_due_on') is not null"
        ),
    )  # fmt: skip
