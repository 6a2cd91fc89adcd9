"""A task says what answers it, and a receipt since when its plan is filed for the record."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_FILED = """
update task_receipt r set filed_on = s.day
from (select record_id, max(effective_on) as day from matter_step
      where kind = 'task_receipt' and fact = 'filed_for_record' group by record_id) s
where s.record_id = r.id
"""
_DATED = """
update matter_step set dated = coalesce(dated, '{}') || jsonb_build_object('filed_on', effective_on)
where kind = 'task_receipt' and fact = 'filed_for_record'
"""


def upgrade() -> None:
    for table in ("task", "task_receipt"):
        op.add_column(table, sa.Column("asks", sa.String(), server_default="report", nullable=False))
        op.alter_column(table, "asks", server_default=None)
    op.add_column("task_receipt", sa.Column("filed_on", sa.Date(), nullable=True))
    op.execute(_FILED)
    op.execute(_DATED)


def downgrade() -> None:
    op.drop_column("task_receipt", "filed_on")
    for table in ("task_receipt", "task"):
        op.drop_column(table, "asks")
