"""Who is invited to meetings and trainings, and who came."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("training", sa.Column("invited", sa.Integer(), nullable=True))
    op.create_table(
        "attendance",
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
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("meeting_sequence", sa.BigInteger(), nullable=False),
        sa.Column("training_id", sa.Uuid(), nullable=True),
        sa.Column("training_sequence", sa.BigInteger(), nullable=False),
        sa.Column("gathering", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("post", sa.String(), nullable=True),
        sa.Column("participant", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("came_as", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
    )
    op.create_index(op.f("ix_attendance_division"), "attendance", ["division"])
    op.create_index(op.f("ix_attendance_state"), "attendance", ["state"])
    op.create_index("ix_attendance_organization_id", "attendance", ["organization_id"])
    op.create_index("ix_attendance_training_id", "attendance", ["training_id"])
    op.create_index(
        "uq_attendance_place",
        "attendance",
        ["meeting_id", "training_id", "organization_id", "body", "post", "participant"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    op.drop_table("attendance")
    op.drop_column("training", "invited")
