"""Which organisation goes on for one that was merged."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_organization_merged_into", "organization", ["merged_into"],
        postgresql_where=sa.text("merged_into is not null"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_organization_merged_into", "organization")
    op.drop_column("organization", "merged_into")
