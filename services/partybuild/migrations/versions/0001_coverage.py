"""Duties and coverings, party organisations and posts, instructors, and the copy of the register."""

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
        "coverage_duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=True),
        sa.Column("covered_by_id", sa.Uuid(), nullable=True),
        sa.Column("covered_by_sequence", sa.BigInteger(), nullable=False),
        sa.Column("proposed_mode", sa.String(), nullable=True),
        sa.Column("proposed_reason", sa.String(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("covered_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_coverage_duty"),
        sa.UniqueConstraint("organization_id", "line", name="uq_coverage_duty_organization_id_line"),
    )
    op.create_table(
        "covering",
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("coverage_class", sa.String(), nullable=False),
        sa.Column("source_kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("source_sequence", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until is null or until >= since", name="ck_covering_dates"),
        sa.PrimaryKeyConstraint("number", name="pk_covering"),
    )
    op.create_table(
        "duty_deadline",
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("duty_id", "started_on", name="pk_duty_deadline"),
    )
    op.create_table(
        "instructor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("organization_ids", pg.ARRAY(sa.UUID()), nullable=False),
        sa.Column("appointed_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("cardinality(organization_ids) <= capacity", name="ck_instructor_capacity"),
        sa.PrimaryKeyConstraint("id", name="pk_instructor"),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("legal_form", sa.String(), nullable=False),
        sa.Column("legal_status", sa.String(), nullable=False),
        sa.Column("full_members", sa.Integer(), nullable=True),
        sa.Column("categories", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("obliged_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_organization"),
    )
    op.create_table(
        "organization_standing",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("legal_status", sa.String(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "effective_on", name="pk_organization_standing"),
    )
    op.create_table(
        "party_organization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("superior_id", sa.Uuid(), nullable=True),
        sa.Column("superior_name", sa.String(), nullable=True),
        sa.Column("organization_ids", pg.ARRAY(sa.UUID()), nullable=False),
        sa.Column("lead_organization_id", sa.Uuid(), nullable=True),
        sa.Column("posts", pg.JSONB(), nullable=False),
        sa.Column("full_members", sa.Integer(), nullable=True),
        sa.Column("probationary_members", sa.Integer(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("term_began_on", sa.Date(), nullable=True),
        sa.Column("term_ends_on", sa.Date(), nullable=True),
        sa.Column("score_thousandths", sa.Integer(), nullable=True),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_party_organization"),
    )
    op.create_table(
        "party_organization_standing",
        sa.Column("party_organization_id", sa.Uuid(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("dissolved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "party_organization_id", "effective_on", name="pk_party_organization_standing"
        ),
    )
    op.create_table(
        "post",
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("party_organization_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until is null or until >= since", name="ck_post_dates"),
        sa.PrimaryKeyConstraint("number", name="pk_post"),
    )
    op.create_table(
        "preparation",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name="pk_preparation"),
    )
    op.create_index("ix_coverage_duty_division", "coverage_duty", ["division"])
    op.create_index("ix_coverage_duty_status_due_on", "coverage_duty", ["status", "due_on"])
    op.create_index("ix_covering_organization_id", "covering", ["organization_id"])
    op.create_index(
        "uq_covering_one_organisation_at_a_time",
        "covering",
        ["organization_id", "line"],
        unique=True,
        postgresql_where=sa.text("until is null and coverage_class = 'organisation'"),
    )
    op.create_index(
        "uq_covering_open_by_source",
        "covering",
        ["source_id", "organization_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_index("ix_instructor_division", "instructor", ["division"])
    op.create_index(
        "ix_instructor_organization_ids", "instructor", ["organization_ids"], postgresql_using="gin"
    )
    op.create_index(
        "uq_instructor_one_appointment_at_a_time",
        "instructor",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("status = 'appointed'"),
    )
    op.create_index("ix_organization_area_full_members", "organization", ["area", "full_members"])
    op.create_index("ix_organization_division", "organization", ["division"])
    op.create_index("ix_organization_merged_into", "organization", ["merged_into"])
    op.create_index("ix_party_organization_division", "party_organization", ["division"])
    op.create_index(
        "ix_party_organization_organization_ids",
        "party_organization",
        ["organization_ids"],
        postgresql_using="gin",
    )
    op.create_index("ix_post_party_organization_id", "post", ["party_organization_id"])
    op.create_index(
        "uq_post_one_secretary_at_a_time",
        "post",
        ["party_organization_id"],
        unique=True,
        postgresql_where=sa.text("until is null and kind = 'secretary'"),
    )
