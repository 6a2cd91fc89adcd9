"""Campaigns, inspections, and what else is looked at and put right."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessment",
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
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("business_points", sa.Integer(), nullable=True),
        sa.Column("business_assessed_on", sa.Date(), nullable=True),
        sa.Column("party_points", sa.Integer(), nullable=True),
        sa.Column("party_assessed_on", sa.Date(), nullable=True),
        sa.Column("shortfalls", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("opinions", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("measures", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("reviewed_times", sa.Integer(), nullable=False),
        sa.Column("plan_due_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index(op.f("ix_assessment_division"), "assessment", ["division"], unique=False)
    op.create_index(op.f("ix_assessment_state"), "assessment", ["state"], unique=False)
    op.create_index("uq_assessment_organization_year", "assessment", ["organization_id", "year"], unique=True)
    op.create_table(
        "body_check",
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
        sa.Column("spot_check_id", sa.Uuid(), nullable=True),
        sa.Column("spot_check_sequence", sa.BigInteger(), nullable=False),
        sa.Column("legal_form", sa.String(), nullable=False),
        sa.Column("topics", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("inspectors", sa.Integer(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("failed", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("found", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("assigned", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("findings", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_check")),
    )
    op.create_index(op.f("ix_body_check_division"), "body_check", ["division"], unique=False)
    op.create_index("ix_body_check_organization_id", "body_check", ["organization_id"], unique=False)
    op.create_index("ix_body_check_spot_check_id", "body_check", ["spot_check_id"], unique=False)
    op.create_index(op.f("ix_body_check_state"), "body_check", ["state"], unique=False)
    op.create_table(
        "clean_up",
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
        sa.Column("clean_up_kind", sa.String(), nullable=False),
        sa.Column("legal_forms", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("categories", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("document_number", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clean_up")),
    )
    op.create_index(op.f("ix_clean_up_division"), "clean_up", ["division"], unique=False)
    op.create_index(op.f("ix_clean_up_state"), "clean_up", ["state"], unique=False)
    op.create_table(
        "clean_up_check",
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
        sa.Column("clean_up_id", sa.Uuid(), nullable=True),
        sa.Column("clean_up_sequence", sa.BigInteger(), nullable=False),
        sa.Column("clean_up_kind", sa.String(), nullable=False),
        sa.Column("four_nos", sa.Boolean(), nullable=True),
        sa.Column("violations", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("administrative_staff", sa.Integer(), nullable=True),
        sa.Column("problems", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("rectification_id", sa.Uuid(), nullable=True),
        sa.Column("rectification_sequence", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clean_up_check")),
    )
    op.create_index("ix_clean_up_check_clean_up_id", "clean_up_check", ["clean_up_id", "id"], unique=False)
    op.create_index(op.f("ix_clean_up_check_division"), "clean_up_check", ["division"], unique=False)
    op.create_index("ix_clean_up_check_organization_id", "clean_up_check", ["organization_id"], unique=False)
    op.create_index(op.f("ix_clean_up_check_state"), "clean_up_check", ["state"], unique=False)
    op.create_table(
        "evaluation",
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
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("legal_form", sa.String(), nullable=False),
        sa.Column("trained_times", sa.Integer(), nullable=False),
        sa.Column("coached_times", sa.Integer(), nullable=False),
        sa.Column("materials_completed_on", sa.Date(), nullable=True),
        sa.Column("conflicts", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("proposed_grade", sa.String(), nullable=True),
        sa.Column("publicised_until", sa.Date(), nullable=True),
        sa.Column("reconsidered_times", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(), nullable=True),
        sa.Column("graded_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("lowered_on", sa.Date(), nullable=True),
        sa.Column("materials", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("stands_aside", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("scores", pg.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
    )
    op.create_index(op.f("ix_evaluation_division"), "evaluation", ["division"], unique=False)
    op.create_index("ix_evaluation_organization_id", "evaluation", ["organization_id"], unique=False)
    op.create_index(op.f("ix_evaluation_state"), "evaluation", ["state"], unique=False)
    op.create_table(
        "inspection",
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
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_sequence", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("legal_form", sa.String(), nullable=False),
        sa.Column("supervised", sa.Boolean(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("guided_times", sa.Integer(), nullable=False),
        sa.Column("returned_times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_index("ix_inspection_campaign_id", "inspection", ["campaign_id", "id"], unique=False)
    op.create_index(op.f("ix_inspection_division"), "inspection", ["division"], unique=False)
    op.create_index(op.f("ix_inspection_state"), "inspection", ["state"], unique=False)
    op.create_index(
        "uq_inspection_organization_year", "inspection", ["organization_id", "year", "form"], unique=True
    )
    op.create_table(
        "inspection_campaign",
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
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("legal_forms", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("excused_after", sa.Date(), nullable=True),
        sa.Column("document_number", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_campaign")),
    )
    op.create_index(
        op.f("ix_inspection_campaign_division"), "inspection_campaign", ["division"], unique=False
    )
    op.create_index(op.f("ix_inspection_campaign_state"), "inspection_campaign", ["state"], unique=False)
    op.create_index(op.f("ix_inspection_campaign_year"), "inspection_campaign", ["year"], unique=False)
    op.create_table(
        "spot_check",
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
        sa.Column("topics", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("legal_forms", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("inspectors_each", sa.Integer(), nullable=False),
        sa.Column("unchecked_since", sa.Date(), nullable=True),
        sa.Column("seed", sa.String(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_digest", sa.String(), nullable=True),
        sa.Column("drawn_bodies", sa.Integer(), nullable=True),
        sa.Column("drawn_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("inspectors", pg.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check")),
    )
    op.create_index(op.f("ix_spot_check_division"), "spot_check", ["division"], unique=False)
    op.create_index(op.f("ix_spot_check_state"), "spot_check", ["state"], unique=False)
    op.create_table(
        "spot_check_pool",
        sa.Column("spot_check_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("spot_check_id", "organization_id", name=op.f("pk_spot_check_pool")),
    )


def downgrade() -> None:
    op.drop_table("spot_check_pool")
    op.drop_table("spot_check")
    op.drop_table("inspection_campaign")
    op.drop_table("inspection")
    op.drop_table("evaluation")
    op.drop_table("clean_up_check")
    op.drop_table("clean_up")
    op.drop_table("body_check")
    op.drop_table("assessment")
