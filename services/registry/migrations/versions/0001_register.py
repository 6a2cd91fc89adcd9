"""Organisations with the days of their statuses, registration applications, imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from chassis.migrations import create_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_chassis_tables(op)  # type: ignore[arg-type]
    op.create_table(
        "application_step",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("working_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_application_step")),
    )
    op.create_index(
        "ix_application_step_application_id", "application_step", ["application_id"], unique=False
    )
    op.create_table(
        "import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("apply", sa.String(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_hash", sa.LargeBinary(), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("headers", pg.JSONB(), nullable=False),
        sa.Column("mapping", pg.JSONB(), nullable=True),
        sa.Column("mapping_given", pg.JSONB(), nullable=True),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_valid", sa.Integer(), nullable=False),
        sa.Column("rows_faulty", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_applied", sa.Integer(), nullable=False),
        sa.Column("rows_undone", sa.Integer(), nullable=False),
        sa.Column("rows_kept", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("problem", pg.JSONB(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    op.create_index(op.f("ix_import_division"), "import", ["division"], unique=False)
    op.create_index(op.f("ix_import_file_hash"), "import", ["file_hash"], unique=False)
    op.create_index(
        "ix_import_working",
        "import",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state in ('received', 'applying', 'undoing')"),
    )
    op.create_table(
        "import_fault",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_import_fault")),
    )
    op.create_index("ix_import_fault_import_id", "import_fault", ["import_id", "number"], unique=False)
    op.create_table(
        "import_file",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_file")),
    )
    op.create_table(
        "import_mapping",
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("mapping", pg.JSONB(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("division", "fingerprint", name=op.f("pk_import_mapping")),
    )
    op.create_table(
        "import_progress",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_applied", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_progress")),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("normalized_name", sa.String(), nullable=False),
        sa.Column("pinyin", sa.String(), nullable=False),
        sa.Column("legal_form", sa.String(), nullable=False),
        sa.Column("legal_status", sa.String(), nullable=False),
        sa.Column("hub_link", sa.String(), nullable=False),
        sa.Column("hub_standing", sa.String(), server_default="good", nullable=False),
        sa.Column("decoupling", sa.String(), server_default="not_begun", nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("credit_code", sa.String(), nullable=True),
        sa.Column("legacy_number", sa.String(), nullable=True),
        sa.Column("categories", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("nature", sa.String(), nullable=True),
        sa.Column("functions", pg.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("service_directions", pg.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("target_groups", pg.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("development_mode", sa.String(), nullable=True),
        sa.Column("premises", sa.String(), nullable=True),
        sa.Column("staff_count", sa.Integer(), nullable=True),
        sa.Column("member_count", sa.Integer(), nullable=True),
        sa.Column("full_party_member_count", sa.Integer(), nullable=True),
        sa.Column("volunteer_count", sa.Integer(), nullable=True),
        sa.Column("supervisory_unit", sa.String(), nullable=True),
        sa.Column("supervisory_unit_name", sa.String(), nullable=True),
        sa.Column("registration_authority", sa.String(), nullable=True),
        sa.Column("registration_route", sa.String(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("hub_filed_on", sa.Date(), nullable=True),
        sa.Column("linked_on", sa.Date(), nullable=True),
        sa.Column("decoupled_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("credit_listing", sa.String(), server_default="none", nullable=False),
        sa.Column("credit_listed_on", sa.Date(), nullable=True),
        sa.Column("brands", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("four_no_fees_declared", sa.Boolean(), nullable=True),
        sa.Column("registered_capital_fen", sa.BigInteger(), nullable=True),
        sa.Column("charity", sa.Boolean(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("merged_into_sequence", sa.BigInteger(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("import_row", sa.Integer(), nullable=True),
        sa.Column("import_fingerprint", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_index(op.f("ix_organization_division"), "organization", ["division"], unique=False)
    op.create_index(
        "ix_organization_import_id",
        "organization",
        ["import_id"],
        unique=False,
        postgresql_where=sa.text("import_id is not null"),
    )
    op.create_index(
        "uq_organization_credit_code",
        "organization",
        ["credit_code"],
        unique=True,
        postgresql_where=sa.text("not ended"),
    )
    op.create_index(
        "uq_organization_division_name",
        "organization",
        ["division", "normalized_name"],
        unique=True,
        postgresql_where=sa.text("not ended"),
    )
    op.create_table(
        "organization_status",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("legal_form", sa.String(), nullable=False),
        sa.Column("legal_status", sa.String(), nullable=False),
        sa.Column("hub_link", sa.String(), nullable=False),
        sa.Column("registration_route", sa.String(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_organization_status")),
    )
    op.create_index(
        "ix_organization_status_organization_id",
        "organization_status",
        ["organization_id", "effective_on"],
        unique=False,
    )
    op.create_table(
        "registration_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("normalized_name", sa.String(), nullable=False),
        sa.Column("legal_form", sa.String(), nullable=False),
        sa.Column("categories", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("supervisory_unit", sa.String(), nullable=True),
        sa.Column("supervisory_unit_name", sa.String(), nullable=True),
        sa.Column("criteria_version", sa.String(), nullable=True),
        sa.Column("criteria_met", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("criteria_failed", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("charter_template", sa.String(), nullable=True),
        sa.Column("charter_party_clause", sa.Boolean(), nullable=True),
        sa.Column("full_party_member_count", sa.Integer(), nullable=True),
        sa.Column("member_count", sa.Integer(), nullable=True),
        sa.Column("staff_count", sa.Integer(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("step_began_on", sa.Date(), nullable=True),
        sa.Column("step_due_on", sa.Date(), nullable=True),
        sa.Column("working_days_used", sa.Integer(), nullable=False),
        sa.Column("returned_times", sa.Integer(), nullable=False),
        sa.Column("reasons", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("items", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("explanation", sa.String(), nullable=True),
        sa.Column("coordination_note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_application")),
    )
    op.create_index(
        op.f("ix_registration_application_division"), "registration_application", ["division"], unique=False
    )
    op.create_index(
        "ix_registration_application_organization_id",
        "registration_application",
        ["organization_id"],
        unique=False,
    )
    op.create_index(
        "uq_registration_application_open_name",
        "registration_application",
        ["division", "normalized_name"],
        unique=True,
        postgresql_where=sa.text("not ended"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_registration_application_open_name",
        table_name="registration_application",
        postgresql_where=sa.text("not ended"),
    )
    op.drop_index("ix_registration_application_organization_id", table_name="registration_application")
    op.drop_index(op.f("ix_registration_application_division"), table_name="registration_application")
    op.drop_table("registration_application")
    op.drop_index("ix_organization_status_organization_id", table_name="organization_status")
    op.drop_table("organization_status")
    op.drop_index(
        "uq_organization_division_name", table_name="organization", postgresql_where=sa.text("not ended")
    )
    op.drop_index(
        "uq_organization_credit_code", table_name="organization", postgresql_where=sa.text("not ended")
    )
    op.drop_index(
        "ix_organization_import_id",
        table_name="organization",
        postgresql_where=sa.text("import_id is not null"),
    )
    op.drop_index(op.f("ix_organization_division"), table_name="organization")
    op.drop_table("organization")
    op.drop_table("import_progress")
    op.drop_table("import_mapping")
    op.drop_table("import_file")
    op.drop_index("ix_import_fault_import_id", table_name="import_fault")
    op.drop_table("import_fault")
    op.drop_index(
        "ix_import_working",
        table_name="import",
        postgresql_where=sa.text("state in ('received', 'applying', 'undoing')"),
    )
    op.drop_index(op.f("ix_import_file_hash"), table_name="import")
    op.drop_index(op.f("ix_import_division"), table_name="import")
    op.drop_table("import")
    op.drop_index("ix_application_step_application_id", table_name="application_step")
    op.drop_table("application_step")
