"""Whose list a fact was taken from; what only another office's list has, and how many of those we took."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization", sa.Column("source", sa.String(), nullable=True))
    entered = sa.Column("entered", sa.Integer(), server_default=sa.text("0"), nullable=False)
    op.add_column("comparison", entered)
    op.add_column("comparison_line", sa.Column("said", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("comparison_line", "said")
    op.drop_column("comparison", "entered")
    op.drop_column("organization", "source")
