"""What records of other stacks were about, where they followed a merger."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "followed",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_followed"),
    )


def downgrade() -> None:
    op.drop_table("followed")
