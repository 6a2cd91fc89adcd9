"""What a hub does through the year."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cadence",
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
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("gathering", sa.String(), nullable=False),
        sa.Column("interval", sa.String(), nullable=False),
        sa.Column("strength", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadence")),
    )
    op.create_index(op.f("ix_cadence_division"), "cadence", ["division"], unique=False)
    op.create_index(op.f("ix_cadence_state"), "cadence", ["state"], unique=False)
    op.create_index(
        "uq_cadence_division_body_gathering", "cadence", ["division", "body", "gathering"], unique=True
    )
    op.create_table(
        "inquiry",
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
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("first_person", sa.String(), nullable=False),
        sa.Column("handler", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("transferred_times", sa.Integer(), nullable=False),
        sa.Column("reopened_times", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("working_days", sa.Integer(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("asker", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
    )
    op.create_index(op.f("ix_inquiry_division"), "inquiry", ["division"], unique=False)
    op.create_index(op.f("ix_inquiry_state"), "inquiry", ["state"], unique=False)
    op.create_table(
        "meeting",
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
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("gathering", sa.String(), nullable=False),
        sa.Column("strength", sa.String(), nullable=False),
        sa.Column("cadence_id", sa.Uuid(), nullable=True),
        sa.Column("cadence_sequence", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("period_begins_on", sa.Date(), nullable=True),
        sa.Column("period_ends_on", sa.Date(), nullable=True),
        sa.Column("scheduled_on", sa.Date(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("agenda", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("agenda_lacking", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=True),
        sa.Column("attended", sa.Integer(), nullable=True),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("organizations", sa.Integer(), nullable=True),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("explanation_due_on", sa.Date(), nullable=True),
        sa.Column("explanation_code", sa.String(), nullable=True),
        sa.Column("explanation", sa.String(), nullable=True),
        sa.Column("minutes", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    op.create_index(op.f("ix_meeting_division"), "meeting", ["division"], unique=False)
    op.create_index(op.f("ix_meeting_state"), "meeting", ["state"], unique=False)
    op.create_index("uq_meeting_cadence_period", "meeting", ["cadence_id", "period"], unique=True)
    op.create_table(
        "plan",
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
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("adopted_by", sa.String(), nullable=True),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("meeting_sequence", sa.BigInteger(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=True),
        sa.Column("framework", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("phases", pg.JSONB(), nullable=False),
        sa.Column("milestones", pg.JSONB(), nullable=False),
        sa.Column("gaps", pg.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index(op.f("ix_plan_division"), "plan", ["division"], unique=False)
    op.create_index(op.f("ix_plan_state"), "plan", ["state"], unique=False)
    op.create_table(
        "task",
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
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("responsible", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("co_operating", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("implementing", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("document_number", sa.String(), nullable=True),
        sa.Column("framework", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("origin_record_id", sa.Uuid(), nullable=True),
        sa.Column("origin_record_sequence", sa.BigInteger(), nullable=False),
        sa.Column("instruction", sa.String(), nullable=True),
        sa.Column("instructed_by", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_division"), "task", ["division"], unique=False)
    op.create_index(op.f("ix_task_state"), "task", ["state"], unique=False)
    op.create_table(
        "task_receipt",
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
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("task_sequence", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=True),
        sa.Column("report", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_receipt")),
    )
    op.create_index(op.f("ix_task_receipt_division"), "task_receipt", ["division"], unique=False)
    op.create_index(op.f("ix_task_receipt_state"), "task_receipt", ["state"], unique=False)
    op.create_index("uq_task_receipt_task_division", "task_receipt", ["task_id", "division"], unique=True)
    op.create_table(
        "training",
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
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.Column("strength", sa.String(), nullable=False),
        sa.Column("cadence_id", sa.Uuid(), nullable=True),
        sa.Column("cadence_sequence", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("plan_sequence", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("period_begins_on", sa.Date(), nullable=True),
        sa.Column("period_ends_on", sa.Date(), nullable=True),
        sa.Column("series", sa.String(), nullable=True),
        sa.Column("topics", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("surveyed_on", sa.Date(), nullable=True),
        sa.Column("respondents", sa.Integer(), nullable=True),
        sa.Column("wanted", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("scheduled_on", sa.Date(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("attended", sa.Integer(), nullable=True),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("staff", sa.Integer(), nullable=True),
        sa.Column("organizations", sa.Integer(), nullable=True),
        sa.Column("sites", sa.Integer(), nullable=True),
        sa.Column("explanation_due_on", sa.Date(), nullable=True),
        sa.Column("explanation_code", sa.String(), nullable=True),
        sa.Column("explanation", sa.String(), nullable=True),
        sa.Column("lecturer", sa.String(), nullable=True),
        sa.Column("findings", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
    )
    op.create_index(op.f("ix_training_division"), "training", ["division"], unique=False)
    op.create_index("ix_training_plan_id", "training", ["plan_id"], unique=False)
    op.create_index(op.f("ix_training_state"), "training", ["state"], unique=False)
    op.create_index("uq_training_cadence_period", "training", ["cadence_id", "period"], unique=True)
    op.create_table(
        "training_plan",
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
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("topics", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("held_sessions", sa.Integer(), nullable=True),
        sa.Column("held_people", sa.Integer(), nullable=True),
        sa.Column("held_hours", sa.Integer(), nullable=True),
        sa.Column("topics_left", pg.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_plan")),
    )
    op.create_index(op.f("ix_training_plan_division"), "training_plan", ["division"], unique=False)
    op.create_index(op.f("ix_training_plan_state"), "training_plan", ["state"], unique=False)
    op.create_index(
        "uq_training_plan_division_body_year", "training_plan", ["division", "body", "year"], unique=True
    )


def downgrade() -> None:
    op.drop_table("training_plan")
    op.drop_table("training")
    op.drop_table("task_receipt")
    op.drop_table("task")
    op.drop_table("plan")
    op.drop_table("meeting")
    op.drop_table("inquiry")
    op.drop_table("cadence")
