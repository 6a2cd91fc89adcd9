"""A decision says what of a registration it lets change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("official_decision", sa.Column("changes", pg.JSONB(), server_default="[]", nullable=False))
    op.alter_column("official_decision", "changes", server_default=None)


def downgrade() -> None:
    op.drop_column("official_decision", "changes")
