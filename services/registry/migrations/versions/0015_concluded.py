"""A decision names the record that it concludes, and its organisation's home knows which one it moved."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("official_decision", sa.Column("record_id", sa.Uuid(), nullable=True))
    op.add_column(
        "official_decision",
        sa.Column("record_sequence", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.add_column("official_decision", sa.Column("credit_code", sa.String(), nullable=True))
    op.add_column("applied_decision", sa.Column("record_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("applied_decision", "record_id")
    for column in ("credit_code", "record_sequence", "record_id"):
        op.drop_column("official_decision", column)
