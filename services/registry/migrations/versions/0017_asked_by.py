"""Whose steps the rows of an import may be: the roles and bodies of whoever asked for it last."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = ("roles", "bodies")


def upgrade() -> None:
    for name in COLUMNS:
        empty = sa.Column(name, postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'"))
        op.add_column("import", empty)


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("import", name)
