"""What was held is found by its day; organisations by their names, by codes from below, and by mergers."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OF_ORGANIZATIONS = {
    "name": "not ended",
    "credit_code": "not ended and replica",
    "merged_into": "merged_into is not null",
}


def upgrade() -> None:
    for table in ("meeting", "training"):
        op.create_index(f"ix_{table}_held_on", table, ["held_on"])
    for column, condition in _OF_ORGANIZATIONS.items():
        op.create_index(
            f"ix_organization_{column}", "organization", [column], postgresql_where=sa.text(condition)
        )


def downgrade() -> None:
    for column in _OF_ORGANIZATIONS:
        op.drop_index(f"ix_organization_{column}", "organization")
    for table in ("meeting", "training"):
        op.drop_index(f"ix_{table}_held_on", table)
