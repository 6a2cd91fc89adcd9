"""The register is written with less: every index that a row enters costs an import of 100,000 rows.

Names are found through the unique index, which begins with them; an import's rows through a summary of the
pages that they filled one after another.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

LIVING = sa.text("not ended and not replica")
REPLICA = sa.text("not ended and replica")
IMPORTED = sa.text("import_id is not null")


def upgrade() -> None:
    op.drop_index("uq_organization_division_name", "organization")
    op.create_index(
        "uq_organization_name_division", "organization", ["normalized_name", "division"], unique=True,
        postgresql_where=LIVING,
    )  # fmt: skip
    op.drop_index("ix_organization_name", "organization")
    op.create_index(
        "ix_organization_normalized_name", "organization", ["normalized_name"], postgresql_where=REPLICA
    )
    op.drop_index("ix_organization_import_id", "organization")
    op.create_index(
        "ix_organization_import_id", "organization", ["import_id"], postgresql_using="brin",
        postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
    )  # fmt: skip
    op.alter_column("organization", "brands", server_default="{}")


def downgrade() -> None:
    op.alter_column("organization", "brands", server_default=None)
    op.drop_index("ix_organization_import_id", "organization")
    op.create_index("ix_organization_import_id", "organization", ["import_id"], postgresql_where=IMPORTED)
    op.drop_index("ix_organization_normalized_name", "organization")
    op.create_index("ix_organization_name", "organization", ["name"], postgresql_where=sa.text("not ended"))
    op.drop_index("uq_organization_name_division", "organization")
    op.create_index(
        "uq_organization_division_name", "organization", ["division", "normalized_name"], unique=True,
        postgresql_where=LIVING,
    )  # fmt: skip
