"""Subjects, organisations for searching, the timeline, and the projection's version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from chassis.migrations import create_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything in an empty database."""
    create_chassis_tables(op)  # type: ignore[arg-type]
    op.create_table(
        "subject",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("aggregate", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("state", pg.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("service", "aggregate", "id", name="pk_subject"),
    )
    op.create_index("ix_subject_service_aggregate_division", "subject", ["service", "aggregate", "division"])
    op.create_index("ix_subject_organization_id", "subject", ["organization_id"])
    op.create_table(
        "organization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("legal_form", sa.String(), nullable=False),
        sa.Column("legal_status", sa.String(), nullable=False),
        sa.Column("hub_link", sa.String(), nullable=False),
        sa.Column("hub_standing", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("categories", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("full_members", sa.Integer(), nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organization"),
    )
    op.create_index("ix_organization_division_legal_status", "organization", ["division", "legal_status"])
    op.create_index("ix_organization_name_id", "organization", ["name", "id"])
    op.create_table(
        "timeline",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("aggregate", sa.String(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("particular", pg.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("service", "subject", "epoch", "sequence", name="pk_timeline"),
    )
    op.create_index("ix_timeline_organization_id_recorded_at", "timeline", ["organization_id", "recorded_at"])
    op.create_index("ix_timeline_division_recorded_at", "timeline", ["division", "recorded_at"])
    op.create_table(
        "projection",
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("single", name="pk_projection"),
    )
