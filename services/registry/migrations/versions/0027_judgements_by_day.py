"""How the hub judged organisations and on which list they were is known from day to day."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TOLD = """
with told as (
    select aggregateid::uuid as organization_id, split_part(type, '.', 5) as fact, sequence,
           convert_from(payload, 'UTF8')::jsonb -> 'state' as state
    from event_log
    where aggregatetype = 'organization'
      and split_part(type, '.', 5) in ('hub_standing_changed', 'credit_listing_changed')
), days as (
    select distinct on (organization_id, fact, effective_on)
           organization_id, replace(fact, '_changed', '') as axis,
           (state ->> 'effective_on')::date as effective_on, sequence,
           coalesce(state ->> replace(fact, '_changed', ''),
                    case when fact = 'hub_standing_changed' then 'good' else 'none' end) as value
    from told, lateral (select (state ->> 'effective_on')::date) as on_(effective_on)
    order by organization_id, fact, effective_on, sequence desc
)
insert into organization_judgement (organization_id, axis, effective_on, until, value)
select organization_id, axis, effective_on,
       lead(effective_on) over (partition by organization_id, axis order by effective_on), value
from days
"""
"""What this stack said of its own, each from its day on."""

HEARD = """
insert into organization_judgement (organization_id, axis, effective_on, value)
select id, 'hub_standing', effective_on, hub_standing
from organization where replica and hub_standing <> 'good'
union all
select id, 'credit_listing', coalesce(credit_listed_on, effective_on), credit_listing
from organization where replica and credit_listing <> 'none'
"""
JUDGED = """
insert into organization_judgement (organization_id, axis, effective_on, value)
select o.id, 'judged', coalesce(max(j.effective_on), o.effective_on), o.judged_standing
from organization o
left join organization_judgement j on j.organization_id = o.id and j.axis = 'hub_standing'
where o.judged_standing <> 'good'
group by o.id
"""


def upgrade() -> None:
    op.create_table(
        "organization_judgement",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("axis", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "axis", "effective_on", name=op.f("pk_organization_judgement")
        ),
    )
    for statement in (TOLD, HEARD, JUDGED):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("organization_judgement")
