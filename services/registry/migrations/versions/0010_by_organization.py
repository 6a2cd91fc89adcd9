"""The open records about an organisation are found by it when it stands still, and when it goes on."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = ("base_case", "hub", "inquiry", "resource_offer", "resource_request", "supervision_visit")


def upgrade() -> None:
    for table in _TABLES:
        op.create_index(f"ix_{table}_organization_id", table, ["organization_id"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_index(f"ix_{table}_organization_id", table)
