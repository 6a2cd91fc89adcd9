"""A task says whose staff answers it, and so does its receipt."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("task", "task_receipt"):
        op.add_column(table, sa.Column("body", sa.String(), nullable=True))


def downgrade() -> None:
    for table in ("task_receipt", "task"):
        op.drop_column(table, "body")
