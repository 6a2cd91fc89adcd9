"""Each axis of an organisation has a course of its own: entries keep what they say, and stand anew by it.
How many of the administration lead an organisation is on its record."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SAID = """
update organization_status s set said = changed.said
from (
    select now.number, (
        select coalesce(jsonb_object_agg(axis, value), '{}')
        from (values ('division', now.division, before.division),
                     ('legal_form', now.legal_form, before.legal_form),
                     ('legal_status', now.legal_status, before.legal_status),
                     ('registration_route', now.registration_route, before.registration_route),
                     ('hub_link', now.hub_link, before.hub_link)) as axes(axis, value, was)
        where value is distinct from was
    ) as said
    from organization_status now,
    lateral (
        select * from organization_status b
        where b.organization_id = now.organization_id and b.number < now.number
        order by b.number desc limit 1
    ) before
) changed
where changed.number = s.number
"""
"""An entry had all axes as they were when it was recorded: it says what the one recorded before it has not.
The first says all, and keeps saying so by saying nothing of its own."""

FIRST = """
update organization_status s
set said = jsonb_strip_nulls(jsonb_build_object(
    'division', division, 'legal_form', legal_form, 'legal_status', legal_status,
    'registration_route', registration_route, 'hub_link', nullif(hub_link, 'none')
))
where said is null and exists (
    select from organization_status o where o.organization_id = s.organization_id and o.number <> s.number
)
"""

DECOUPLED = """
insert into organization_status (number, organization_id, division, hub_link, said, effective_on, recorded_at)
select nextval(pg_get_serial_sequence('organization_status', 'number')), o.id, o.division, o.hub_link,
       jsonb_build_object('decoupling', step.decoupling), step.effective_on, step.recorded_at
from organization o, lateral (
    select (convert_from(payload, 'UTF8')::jsonb -> 'state' ->> 'effective_on')::date as effective_on,
           convert_from(payload, 'UTF8')::jsonb -> 'state' ->> 'decoupling' as decoupling, l.recorded_at
    from event_log l
    where l.aggregateid = o.id::text and o.decoupling <> 'not_begun'
      and l.type like 'cn.shuniu.registry.organization.details_changed.%'
      and convert_from(payload, 'UTF8')::jsonb -> 'fields' ? 'decoupling'
    union all
    select o.decoupled_on, 'completed', o.recorded_at where o.decoupled_on is not null
) step
where exists (select from organization_status s where s.organization_id = o.id)
"""

STAND = """
with advance(status, far) as (
    values ('candidate', 0), ('discovered', 1), ('filed', 2), ('registered', 3), ('suspended', 3),
           ('deregistered', 4), ('revoked', 4), ('dissolved', 4)
), entry as (
    select s.number, s.organization_id, s.effective_on, s.said, a.far, max(a.far) over course as come,
           lead(s.effective_on) over course as until
    from organization_status s left join advance a on a.status = s.said ->> 'legal_status'
    where s.said is not null
    window course as (partition by s.organization_id order by s.effective_on, s.number)
), counted as (
    select number, organization_id, effective_on, until,
           case when far < come then said - 'legal_status' - 'legal_form' - 'registration_route'
                else said end as said
    from entry
), standing as (
    select number, until, (
        select jsonb_object_agg(axis, value)
        from (
            select distinct on (axis) axis, value
            from counted before, jsonb_each_text(before.said) as said(axis, value)
            where before.organization_id = counted.organization_id
              and (before.effective_on, before.number) <= (counted.effective_on, counted.number)
            order by axis, before.effective_on desc, before.number desc
        ) newest
    ) as axes
    from counted
)
update organization_status s
set division = coalesce(axes ->> 'division', division), legal_form = axes ->> 'legal_form',
    legal_status = axes ->> 'legal_status', registration_route = axes ->> 'registration_route',
    hub_link = coalesce(axes ->> 'hub_link', 'none'),
    decoupling = coalesce(axes ->> 'decoupling', 'not_begun'), until = standing.until
from standing where standing.number = s.number
"""


def upgrade() -> None:
    op.alter_column("organization_status", "legal_form", existing_type=sa.String(), nullable=True)
    op.alter_column("organization_status", "legal_status", existing_type=sa.String(), nullable=True)
    op.add_column(
        "organization_status",
        sa.Column("decoupling", sa.String(), server_default="not_begun", nullable=False),
    )
    op.add_column("organization_status", sa.Column("said", postgresql.JSONB(), nullable=True))
    op.add_column("organization", sa.Column("administrative_staff", sa.Integer(), nullable=True))
    op.execute(sa.text("update organization set administrative_staff = 0 where decoupling = 'completed'"))
    for statement in (SAID, DECOUPLED, FIRST, STAND):
        op.execute(sa.text(statement))


def downgrade() -> None:
    op.execute(sa.text("delete from organization_status where legal_status is null"))
    op.drop_column("organization", "administrative_staff")
    op.drop_column("organization_status", "said")
    op.drop_column("organization_status", "decoupling")
    op.alter_column("organization_status", "legal_status", existing_type=sa.String(), nullable=False)
    op.alter_column("organization_status", "legal_form", existing_type=sa.String(), nullable=False)
