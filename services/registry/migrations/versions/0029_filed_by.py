"""Who handed in an inspection, a return or the evidence of a rectification; of what is there nobody knows."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLES = ("inspection", "periodic_return", "rectification")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("filed_by", sa.String()))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "filed_by")
