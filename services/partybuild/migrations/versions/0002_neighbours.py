"""Neighbours are found by index, however many organisations an area and its field have."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_organization_area_full_members", "organization")
    op.create_index(
        "ix_organization_neighbours_in_area",
        "organization",
        ["area", sa.text("full_members desc"), "id"],
        postgresql_where=sa.text("full_members > 0 and not ended"),
    )
    op.create_index(
        "ix_organization_neighbours_in_field",
        "organization",
        [sa.text('"left"(area, 6)'), sa.text("full_members desc"), "id"],
        postgresql_where=sa.text("full_members > 0 and not ended"),
    )
    op.create_index(
        "ix_coverage_duty_waiting",
        "coverage_duty",
        ["organization_id"],
        postgresql_where=sa.text(
            "line = 'party' and status in ('open', 'lapsed')"
            " and proposed_reason in ('no_neighbour_no_host', 'host_in_area')"
        ),
    )
