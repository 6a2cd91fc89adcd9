"""Lists of trainings that were held before lists closed by themselves close, too, as long after as any."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CLOSE = """
insert into timer (id, kind, subject, division, due_at, retry_at, payload)
select gen_random_uuid(), 'training.list', id::text, division, due_at, due_at, '{}'
from (
    select id, division, (held_on + 28)::timestamp at time zone 'Asia/Shanghai' as due_at
    from training
    where state = 'held' and basis = 'live'
      and exists (select from event_log l where l.aggregateid = training.id::text)
) own
on conflict (kind, subject) do nothing
"""
"""Those of this stack alone: of others there is nothing in the log. Twenty working days, the default of
`registry.operations.training_list_days`, are four weeks."""


def upgrade() -> None:
    op.execute(sa.text(CLOSE))


def downgrade() -> None:
    op.execute(sa.text("delete from timer where kind = 'training.list'"))
