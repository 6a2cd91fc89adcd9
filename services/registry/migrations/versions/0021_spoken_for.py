"""Who filed an application, and by what an organisation is heard in the service log.

Before there were accounts of organisations, the staff entered every application; of lines of the log nobody
knows by what the organisation was heard.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration_application", sa.Column("filed_by", sa.String()))
    op.execute(sa.text("update registration_application set filed_by = 'on_behalf'"))
    op.add_column("service_entry", sa.Column("on_paper", sa.Boolean()))
    op.add_column("service_entry", sa.Column("evidence", sa.String()))


def downgrade() -> None:
    op.drop_column("service_entry", "evidence")
    op.drop_column("service_entry", "on_paper")
    op.drop_column("registration_application", "filed_by")
