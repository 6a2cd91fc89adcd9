"""Steps keep the columns that hold from their day on. Those taken before have what the record says now."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_RETURNED = [
    "service_hours", "service_hours_qualifier", "hours", "donated_fen", "donated_fen_qualifier",
    "in_kind_fen", "learners", "learners_qualifier", "classes", "classes_qualifier", "served",
    "served_qualifier", "income_fen", "own_income_fen",
]  # fmt: skip
_DATED = (
    ("governance_checklist", ["charter_adopted"], ["charter_current", "charter_party_clause"]),
    ("governance_checklist", ["fees_declared"], ["fees_declared"]),
    ("contact_assignment", ["assigned", "handed_over"], ["officer"]),
    ("plan", ["adopted", "amended"], ["begins_on", "ends_on", "phases"]),
    ("periodic_return", ["submitted", "submitted_late"], _RETURNED),
    ("evaluation", ["graded", "downgraded"], ["grade"]),
    ("liaison", ["appointed", "changed"], ["point"]),
    ("placement", ["placed", "worker_changed"], ["social_worker"]),
    ("brand", ["designated"], ["designated_on"]),
    ("inquiry", ["answered"], ["answered_on", "late", "working_days"]),
    ("inquiry", ["reopened"], ["answered_on"]),
    ("task_receipt", ["opened", "amended"], ["due_on"]),
    ("task_receipt", ["reported", "reported_late"], ["reported_on"]),
    ("meeting", ["held", "counted"], ["attended", "women"]),
    ("training", ["held", "counted"], ["attended", "women"]),
    ("support", ["given", "corrected"], ["hours"]),
    ("stay", ["agreement_signed"], ["begins_on", "ends_on"]),
    ("stay", ["renewed"], ["ends_on"]),
)
"""Table, which is the kind's name, facts, columns: as the rows' `dated` had them."""


def upgrade() -> None:
    op.add_column("matter_step", sa.Column("dated", postgresql.JSONB(), nullable=True))
    for table, facts, columns in _DATED:
        op.execute(
            sa.text(
                "update matter_step s set dated = (select jsonb_object_agg(key, value)"
                " from jsonb_each(to_jsonb(r)) where key = any(:columns))"
                f' from "{table}" r where r.id = s.record_id and s.kind = :kind and s.fact = any(:facts)'
            ).bindparams(columns=columns, facts=facts, kind=table)
        )


def downgrade() -> None:
    op.drop_column("matter_step", "dated")
