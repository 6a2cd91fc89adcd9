"""Records of people in need: encrypted, purpose-bound, every look logged."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


_LOOKS_STAY = """
create function care_look_stays() returns trigger language plpgsql as $$
begin
    raise exception 'care_look is only added to';
end $$
"""


def upgrade() -> None:
    op.create_table(
        "care_census",
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
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("smallest", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("needs", pg.JSONB(), nullable=False),
        sa.Column("pairings", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_census")),
    )
    op.create_index(op.f("ix_care_census_division"), "care_census", ["division"], unique=False)
    op.create_index(op.f("ix_care_census_state"), "care_census", ["state"], unique=False)
    op.create_index(
        "uq_care_census_division_counted_on",
        "care_census",
        ["division", "counted_on"],
        unique=True,
        postgresql_where=sa.text("state = 'counted'"),
    )
    op.create_table(
        "care_look",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_care_look")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_care_look_division"), "care_look", ["division"], unique=False)
    op.create_index(op.f("ix_care_look_record_id"), "care_look", ["record_id"], unique=False)
    op.create_table(
        "care_pairing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("paired_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("guardian_consented_on", sa.Date(), nullable=False),
        sa.Column("child_mark", sa.LargeBinary(), nullable=True),
        sa.Column("giver_mark", sa.LargeBinary(), nullable=True),
        sa.Column("child", sa.LargeBinary(), nullable=True),
        sa.Column("giver", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_pairing")),
    )
    op.create_index("ix_care_pairing_child_mark", "care_pairing", ["child_mark"], unique=False)
    op.create_index(op.f("ix_care_pairing_division"), "care_pairing", ["division"], unique=False)
    op.create_index("ix_care_pairing_giver_mark", "care_pairing", ["giver_mark"], unique=False)
    op.create_index(op.f("ix_care_pairing_state"), "care_pairing", ["state"], unique=False)
    op.create_table(
        "care_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("consented_on", sa.Date(), nullable=False),
        sa.Column("consent_by", sa.String(), nullable=False),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_record")),
    )
    op.create_index(op.f("ix_care_record_division"), "care_record", ["division"], unique=False)
    op.create_index("ix_care_record_mark", "care_record", ["mark"], unique=False)
    op.create_index(op.f("ix_care_record_state"), "care_record", ["state"], unique=False)
    op.create_index(
        "uq_care_record_mark",
        "care_record",
        ["mark"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "care_step",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_care_step")),
    )
    op.create_index(op.f("ix_care_step_record_id"), "care_step", ["record_id"], unique=False)
    op.create_table(
        "person_key",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_person_key")),
    )
    op.execute(_LOOKS_STAY)
    op.execute(
        "create trigger care_look_stays before update or delete on care_look"
        " for each row execute function care_look_stays()"
    )


def downgrade() -> None:
    op.drop_table("person_key")
    op.drop_table("care_step")
    op.drop_table("care_record")
    op.drop_table("care_pairing")
    op.drop_table("care_look")
    op.drop_table("care_census")
    op.execute("drop function care_look_stays")
