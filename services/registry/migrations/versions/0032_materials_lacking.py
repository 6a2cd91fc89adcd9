"""An evaluation says which of its materials are still lacking, from the next step of its materials on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "evaluation", sa.Column("materials_lacking", pg.ARRAY(sa.Text()), nullable=False, server_default="{}")
    )
    op.alter_column("evaluation", "materials_lacking", server_default=None)


def downgrade() -> None:
    op.drop_column("evaluation", "materials_lacking")
