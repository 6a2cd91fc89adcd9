"""Registers that are brought back changed: whether rows change records, how many, and as of which version."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "import", sa.Column("update", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.add_column(
        "import", sa.Column("rows_changed", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("import_fault", sa.Column("revision", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_fault", "revision")
    op.drop_column("import", "rows_changed")
    op.drop_column("import", "update")
