"""What is said of a day is said of it alone: a row of standing keeps what its fact says, and nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SAID = """
with before as (
    select number, lag(legal_status) over earlier as legal_status, lag(division) over earlier as division
    from organization_standing
    window earlier as (partition by organization_id order by sequence, effective_on)
)
update organization_standing s
set legal_status = nullif(s.legal_status, before.legal_status), division = nullif(s.division, before.division)
from before where before.number = s.number
"""
"""A row had everything as it was when it was recorded: it says what the one recorded before it has not."""

NOTHING = "delete from organization_standing where legal_status is null and division is null"

NEVER = """
delete from organization_standing s using organization o
where o.id = s.organization_id
  and (o.merged_into is not null or o.legal_status = 'dissolved' and o.basis = 'corrected')
"""
"""Records that were merged into others, and those of imports that were taken back, are counted on no day."""

REGISTERED = """
insert into organization_standing (organization_id, effective_on, sequence, legal_status)
select id, obliged_on, first.sequence, 'registered'
from organization o, lateral (
    select min(effective_on) as effective_on, min(sequence) as sequence
    from organization_standing s where s.organization_id = o.id
) first
where o.legal_status in ('registered', 'suspended') and o.obliged_on < first.effective_on
"""
"""Who came whole onto the register brought the day of the registration along."""

PARTY = """
with before as (
    select party_organization_id, effective_on, lag(mode) over earlier as mode,
           lag(level) over earlier as level
    from party_organization_standing
    window earlier as (partition by party_organization_id order by sequence, effective_on)
)
update party_organization_standing s
set mode = nullif(s.mode, before.mode), level = nullif(s.level, before.level)
from before
where (before.party_organization_id, before.effective_on) = (s.party_organization_id, s.effective_on)
"""

PARTY_NOTHING = "delete from party_organization_standing where mode is null and level is null"


def upgrade() -> None:
    op.drop_constraint("pk_organization_standing", "organization_standing")
    op.add_column(
        "organization_standing", sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False)
    )
    op.create_primary_key("pk_organization_standing", "organization_standing", ["number"])
    op.drop_column("organization_standing", "ended")
    for column in ("legal_status", "division"):
        op.alter_column("organization_standing", column, existing_type=sa.String(), nullable=True)
    op.create_index("ix_organization_standing", "organization_standing", ["organization_id", "effective_on"])
    for column in ("mode", "level"):
        op.alter_column("party_organization_standing", column, existing_type=sa.String(), nullable=True)
    for column in ("line", "division", "dissolved"):
        op.drop_column("party_organization_standing", column)
    for statement in (SAID, NOTHING, NEVER, REGISTERED, PARTY, PARTY_NOTHING):
        op.execute(sa.text(statement))


def downgrade() -> None:
    op.drop_index("ix_organization_standing", "organization_standing")
    op.drop_constraint("pk_organization_standing", "organization_standing")
    op.drop_column("organization_standing", "number")
    op.add_column(
        "organization_standing", sa.Column("ended", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_primary_key(
        "pk_organization_standing", "organization_standing", ["organization_id", "effective_on"]
    )
    for column in ("line", "division"):
        op.add_column(
            "party_organization_standing", sa.Column(column, sa.String(), server_default="", nullable=False)
        )
    op.add_column(
        "party_organization_standing",
        sa.Column("dissolved", sa.Boolean(), server_default="false", nullable=False),
    )
