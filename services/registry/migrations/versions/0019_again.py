"""A body that gave something up can hold it again, one that a task left out can be asked again, and a version
can be issued for a coming day."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ONCE = {
    "uq_cadence_division_body_gathering": ("cadence", ["division", "body", "gathering"], "not ended"),
    "uq_task_receipt_task_division": ("task_receipt", ["task_id", "division"], "state <> 'released'"),
}
_VERSIONS = ("guideline", "criteria")


def upgrade() -> None:
    for name, (table, columns, condition) in _ONCE.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns, unique=True, postgresql_where=sa.text(condition))
    for table in _VERSIONS:
        op.add_column(table, sa.Column("in_force_on", sa.Date(), nullable=True))


def downgrade() -> None:
    for table in _VERSIONS:
        op.drop_column(table, "in_force_on")
    for name, (table, columns, _) in _ONCE.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns, unique=True)
