"""The chassis' tables and the sample's fund."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import create_chassis_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    create_chassis_tables(op)  # type: ignore[arg-type]
    op.create_table(
        "sample_fund",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("division", sa.String, nullable=False, index=True),
        sa.Column("home", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("basis", sa.String, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("total_fen", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("division", "title", name="uq_sample_fund_division_title"),
    )
