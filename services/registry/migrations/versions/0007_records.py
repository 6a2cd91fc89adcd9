"""What is kept of an organisation: returns, governance, contacts, service points, placements, brands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


_UNIQUE = {
    "uq_organization_credit_code": ["credit_code"],
    "uq_organization_division_name": ["division", "normalized_name"],
}


def _unique_where(condition: str) -> None:
    """What no two living organisations share, among those that the condition names."""
    for name, columns in _UNIQUE.items():
        op.drop_index(name, table_name="organization")
        op.create_index(name, "organization", columns, unique=True, postgresql_where=sa.text(condition))


def upgrade() -> None:
    op.add_column(
        "organization",
        sa.Column("replica", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    _unique_where("not ended and not replica")
    op.create_table(
        "brand",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("measures", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("recognised_on", sa.Date(), nullable=True),
        sa.Column("designated_by", sa.String(), nullable=True),
        sa.Column("designated_on", sa.Date(), nullable=True),
        sa.Column("long_term", sa.Boolean(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
    )
    op.create_index(op.f("ix_brand_division"), "brand", ["division"], unique=False)
    op.create_index("ix_brand_organization_id", "brand", ["organization_id"], unique=False)
    op.create_index(op.f("ix_brand_state"), "brand", ["state"], unique=False)
    op.create_table(
        "candidacy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("projects", pg.JSONB(), nullable=False),
        sa.Column("met", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("failed", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column("served", sa.BigInteger(), nullable=True),
        sa.Column("served_qualifier", sa.String(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy")),
    )
    op.create_index(op.f("ix_candidacy_division"), "candidacy", ["division"], unique=False)
    op.create_index("ix_candidacy_organization_id", "candidacy", ["organization_id"], unique=False)
    op.create_index(op.f("ix_candidacy_state"), "candidacy", ["state"], unique=False)
    op.create_table(
        "community_activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("party_organization", sa.Uuid(), nullable=True),
        sa.Column("brand_id", sa.Uuid(), nullable=True),
        sa.Column("brand_sequence", sa.BigInteger(), nullable=False),
        sa.Column("target_groups", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("party_flag", sa.Boolean(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=True),
        sa.Column("reached_qualifier", sa.String(), nullable=True),
        sa.Column("volunteers", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_activity")),
    )
    op.create_index(op.f("ix_community_activity_division"), "community_activity", ["division"], unique=False)
    op.create_index(
        "ix_community_activity_organization_id", "community_activity", ["organization_id"], unique=False
    )
    op.create_index(op.f("ix_community_activity_state"), "community_activity", ["state"], unique=False)
    op.create_table(
        "comparison",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("theirs_only", sa.Integer(), nullable=False),
        sa.Column("ours_only", sa.Integer(), nullable=False),
        sa.Column("differing_fields", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
    )
    op.create_index(op.f("ix_comparison_division"), "comparison", ["division"], unique=False)
    op.create_index(op.f("ix_comparison_state"), "comparison", ["state"], unique=False)
    op.create_table(
        "comparison_line",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("comparison_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("matched_by", sa.String(), nullable=True),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("ours", sa.String(), nullable=True),
        sa.Column("theirs", sa.String(), nullable=True),
        sa.Column("wins", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_comparison_line")),
    )
    op.create_index(
        "ix_comparison_line_comparison_id", "comparison_line", ["comparison_id", "number"], unique=False
    )
    op.create_table(
        "contact_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("interval", sa.String(), nullable=False),
        sa.Column("handed_over_on", sa.Date(), nullable=True),
        sa.Column("handed_over_times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_assignment")),
    )
    op.create_index(op.f("ix_contact_assignment_division"), "contact_assignment", ["division"], unique=False)
    op.create_index(
        "ix_contact_assignment_officer",
        "contact_assignment",
        ["officer"],
        unique=False,
        postgresql_where=sa.text("not ended"),
    )
    op.create_index(op.f("ix_contact_assignment_state"), "contact_assignment", ["state"], unique=False)
    op.create_index(
        "uq_contact_assignment_division_role",
        "contact_assignment",
        ["division", "role"],
        unique=True,
        postgresql_where=sa.text("not ended and organization_id is null"),
    )
    op.create_index(
        "uq_contact_assignment_organization_role",
        "contact_assignment",
        ["organization_id", "role"],
        unique=True,
        postgresql_where=sa.text("not ended and organization_id is not null"),
    )
    op.create_table(
        "contact_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_sequence", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("headings", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("staff_count", sa.Integer(), nullable=True),
        sa.Column("member_count", sa.Integer(), nullable=True),
        sa.Column("full_party_member_count", sa.Integer(), nullable=True),
        sa.Column("staff", sa.String(), nullable=True),
        sa.Column("members", sa.String(), nullable=True),
        sa.Column("party", sa.String(), nullable=True),
        sa.Column("work", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_record")),
    )
    op.create_index(op.f("ix_contact_record_division"), "contact_record", ["division"], unique=False)
    op.create_index("ix_contact_record_organization_id", "contact_record", ["organization_id"], unique=False)
    op.create_index(op.f("ix_contact_record_state"), "contact_record", ["state"], unique=False)
    op.create_index(
        "uq_contact_record_assignment_period", "contact_record", ["assignment_id", "period"], unique=True
    )
    op.create_table(
        "governance_checklist",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("systems", pg.JSONB(), nullable=False),
        sa.Column("charter_template", sa.String(), nullable=True),
        sa.Column("charter_current", sa.Boolean(), nullable=False),
        sa.Column("charter_party_clause", sa.Boolean(), nullable=True),
        sa.Column("charter_adopted_on", sa.Date(), nullable=True),
        sa.Column("fees_declared", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("fees_declared_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_checklist")),
    )
    op.create_index(
        op.f("ix_governance_checklist_division"), "governance_checklist", ["division"], unique=False
    )
    op.create_index(op.f("ix_governance_checklist_state"), "governance_checklist", ["state"], unique=False)
    op.create_index(
        "uq_governance_checklist_organization_id",
        "governance_checklist",
        ["organization_id"],
        unique=True,
        postgresql_where=sa.text("not ended"),
    )
    op.create_table(
        "outside_id",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("outside_system", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_id")),
    )
    op.create_index(op.f("ix_outside_id_division"), "outside_id", ["division"], unique=False)
    op.create_index("ix_outside_id_organization_id", "outside_id", ["organization_id"], unique=False)
    op.create_index(op.f("ix_outside_id_state"), "outside_id", ["state"], unique=False)
    op.create_index(
        "uq_outside_id_outside_system_code",
        "outside_id",
        ["outside_system", "code"],
        unique=True,
        postgresql_where=sa.text("not ended"),
    )
    op.create_table(
        "periodic_return",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("call_sequence", sa.BigInteger(), nullable=False),
        sa.Column("interval", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period_begins_on", sa.Date(), nullable=True),
        sa.Column("period_ends_on", sa.Date(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("service_hours", sa.BigInteger(), nullable=True),
        sa.Column("service_hours_qualifier", sa.String(), nullable=True),
        sa.Column("hours", pg.JSONB(), nullable=False),
        sa.Column("donated_fen", sa.BigInteger(), nullable=True),
        sa.Column("donated_fen_qualifier", sa.String(), nullable=True),
        sa.Column("in_kind_fen", sa.BigInteger(), nullable=True),
        sa.Column("in_kind_fen_qualifier", sa.String(), nullable=True),
        sa.Column("learners", sa.Integer(), nullable=True),
        sa.Column("learners_qualifier", sa.String(), nullable=True),
        sa.Column("classes", sa.Integer(), nullable=True),
        sa.Column("classes_qualifier", sa.String(), nullable=True),
        sa.Column("served", sa.BigInteger(), nullable=True),
        sa.Column("served_qualifier", sa.String(), nullable=True),
        sa.Column("staff_count", sa.Integer(), nullable=True),
        sa.Column("member_count", sa.Integer(), nullable=True),
        sa.Column("volunteer_count", sa.Integer(), nullable=True),
        sa.Column("income", pg.JSONB(), nullable=False),
        sa.Column("income_fen", sa.BigInteger(), nullable=True),
        sa.Column("own_income_fen", sa.BigInteger(), nullable=True),
        sa.Column("returned_times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periodic_return")),
    )
    op.create_index("ix_periodic_return_call_id", "periodic_return", ["call_id"], unique=False)
    op.create_index(op.f("ix_periodic_return_division"), "periodic_return", ["division"], unique=False)
    op.create_index(op.f("ix_periodic_return_state"), "periodic_return", ["state"], unique=False)
    op.create_index(
        "uq_periodic_return_organization_period",
        "periodic_return",
        ["organization_id", "interval", "period"],
        unique=True,
    )
    op.create_table(
        "placement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("social_worker", sa.String(), nullable=True),
        sa.Column("partner", sa.String(), nullable=True),
        sa.Column("services", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("renewed_times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    op.create_index(op.f("ix_placement_division"), "placement", ["division"], unique=False)
    op.create_index(op.f("ix_placement_state"), "placement", ["state"], unique=False)
    op.create_index(
        "uq_placement_organization_division",
        "placement",
        ["organization_id", "division"],
        unique=True,
        postgresql_where=sa.text("not ended"),
    )
    op.create_table(
        "registration_guidance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("application_sequence", sa.BigInteger(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("topics", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_guidance")),
    )
    op.create_index(
        op.f("ix_registration_guidance_division"), "registration_guidance", ["division"], unique=False
    )
    op.create_index(op.f("ix_registration_guidance_state"), "registration_guidance", ["state"], unique=False)
    op.create_table(
        "return_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("interval", sa.String(), nullable=False),
        sa.Column("legal_statuses", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("hub_links", pg.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_call")),
    )
    op.create_index(op.f("ix_return_call_division"), "return_call", ["division"], unique=False)
    op.create_index(op.f("ix_return_call_state"), "return_call", ["state"], unique=False)
    op.create_table(
        "service_point",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("club", sa.String(), nullable=True),
        sa.Column("years", pg.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_point")),
    )
    op.create_index(op.f("ix_service_point_division"), "service_point", ["division"], unique=False)
    op.create_index("ix_service_point_organization_id", "service_point", ["organization_id"], unique=False)
    op.create_index(op.f("ix_service_point_state"), "service_point", ["state"], unique=False)


def downgrade() -> None:
    op.drop_table("service_point")
    op.drop_table("return_call")
    op.drop_table("registration_guidance")
    op.drop_table("placement")
    op.drop_table("periodic_return")
    op.drop_table("outside_id")
    op.drop_table("governance_checklist")
    op.drop_table("contact_record")
    op.drop_table("contact_assignment")
    op.drop_table("comparison_line")
    op.drop_table("comparison")
    op.drop_table("community_activity")
    op.drop_table("candidacy")
    op.drop_table("brand")
    _unique_where("not ended")
    op.drop_column("organization", "replica")
