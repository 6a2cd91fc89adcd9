"""The clock of an application stands still while its organisation has to; the working days so left out."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration_application", sa.Column("paused_on", sa.Date(), nullable=True))
    paused_days = sa.Column("paused_days", sa.Integer(), server_default=sa.text("0"), nullable=False)
    op.add_column("application_step", paused_days)


def downgrade() -> None:
    op.drop_column("application_step", "paused_days")
    op.drop_column("registration_application", "paused_on")
