"""Campaigns have a window for each legal form, inspections a first day; there was one day for all."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

WINDOWS = """
update inspection_campaign set
    begins_on = least(opened_on, due_on),
    windows = (
        select coalesce(jsonb_agg(jsonb_build_object(
            'legal_form', form, 'begins_on', least(opened_on, due_on), 'due_on', due_on)), '[]')
        from unnest(legal_forms) form
    )
where due_on is not null
"""


def upgrade() -> None:
    op.add_column("inspection_campaign", sa.Column("begins_on", sa.Date(), nullable=True))
    op.add_column(
        "inspection_campaign",
        sa.Column("windows", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")),
    )
    op.alter_column("inspection_campaign", "windows", server_default=None)
    op.add_column("inspection", sa.Column("begins_on", sa.Date(), nullable=True))
    op.execute(sa.text(WINDOWS))


def downgrade() -> None:
    op.drop_column("inspection", "begins_on")
    op.drop_column("inspection_campaign", "windows")
    op.drop_column("inspection_campaign", "begins_on")
