"""What a target aimed at, and how much it counted, is kept with each step that said it."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SAID = """
update matter_step
set dated = jsonb_strip_nulls(jsonb_build_object(
    'aim_hundredths', round((arguments ->> 'aim')::numeric * 100)::bigint,
    'weight', (arguments ->> 'weight')::int
))
where kind = 'target' and fact in ('set', 'amended')
"""
"""Steps of other stacks have no arguments: their targets are as they are now from the first day on."""
SET = """
update matter_step s
set dated = jsonb_build_object('aim_hundredths', t.aim_hundredths, 'weight', t.weight) || s.dated
from target t where t.id = s.record_id and s.fact = 'set'
"""
MEASURED = """
update matter_step s
set dated = jsonb_build_object('actual_hundredths', t.actual_hundredths, 'reached', t.reached)
from target t where t.id = s.record_id and s.fact = 'measured'
"""


def upgrade() -> None:
    for statement in (SAID, SET, MEASURED):
        op.execute(statement)


def downgrade() -> None:
    op.execute("update matter_step set dated = null where kind = 'target'")
