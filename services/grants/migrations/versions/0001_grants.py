"""Funds and their books, the copy of organisations, rounds, applications, scores and rankings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from chassis.migrations import create_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The books are only added to, and at the end of every transaction each entry balances.
_KEEP_THE_BOOKS = (
    """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the books are only added to: reverse an entry instead of changing or deleting it';
end $$
""",
    """
create trigger only_added_to before update or delete or truncate on ledger_entry
for each statement execute function refuse_change()
""",
    """
create trigger only_added_to before update or delete or truncate on ledger_posting
for each statement execute function refuse_change()
""",
    """
create function refuse_unbalanced() returns trigger language plpgsql as $$
declare entry uuid := coalesce((to_jsonb(new) ->> 'entry_id')::uuid, (to_jsonb(new) ->> 'id')::uuid);
begin
    if (select coalesce(sum(fen), 1) from ledger_posting where entry_id = entry) <> 0 then
        raise exception 'ledger entry % does not balance', entry;
    end if;
    return null;
end $$
""",
    """
create constraint trigger balances after insert on ledger_entry
deferrable initially deferred for each row execute function refuse_unbalanced()
""",
    # A line added to an entry of an earlier transaction would unbalance it unseen.
    """
create constraint trigger balances after insert on ledger_posting
deferrable initially deferred for each row execute function refuse_unbalanced()
""",
)


def upgrade() -> None:
    create_chassis_tables(op)  # type: ignore[arg-type]
    op.create_table(
        "ban",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("imposed_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until >= imposed_on", name=op.f("ck_ban_lasts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ban")),
    )
    op.create_index(op.f("ix_ban_organization_id"), "ban", ["organization_id"], unique=False)
    op.create_table(
        "coverage",
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("duty_id", name=op.f("pk_coverage")),
    )
    op.create_index(op.f("ix_coverage_organization_id"), "coverage", ["organization_id"], unique=False)
    op.create_table(
        "fund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_body", sa.String(), nullable=True),
        sa.Column("custodian", sa.String(), nullable=True),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("committed_fen", sa.BigInteger(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.Column("lapsed_fen", sa.BigInteger(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("committed_fen + lapsed_fen <= total_fen", name=op.f("ck_fund_not_overspent")),
        sa.CheckConstraint(
            "least(committed_fen, released_fen, lapsed_fen) >= 0",
            name=op.f("ck_fund_no_negative"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
    )
    op.create_index(op.f("ix_fund_division"), "fund", ["division"], unique=False)
    op.create_table(
        "organization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("legal_form", sa.String(), nullable=False),
        sa.Column("legal_status", sa.String(), nullable=False),
        sa.Column("categories", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("hub_standing", sa.String(), nullable=False),
        sa.Column("credit_listing", sa.String(), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_index(
        "ix_organization_merged_into",
        "organization",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into is not null"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("reverses", sa.Uuid(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id"],
            ["fund.id"],
            name=op.f("fk_ledger_entry_fund_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["reverses"],
            ["ledger_entry.id"],
            name=op.f("fk_ledger_entry_reverses"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("reverses", name=op.f("uq_ledger_entry_reverses")),
    )
    op.create_index(
        "ix_ledger_entry_fund_id_effective_on",
        "ledger_entry",
        ["fund_id", "effective_on"],
        unique=False,
    )
    op.create_table(
        "round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issuers", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("planning_members", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("programme", sa.String(), nullable=True),
        sa.Column("areas_declared", sa.Integer(), nullable=True),
        sa.Column("areas_named", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("target_groups", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("cap_per_application_fen", sa.BigInteger(), nullable=True),
        sa.Column("budget_fen", sa.BigInteger(), nullable=True),
        sa.Column("fund_id", sa.Uuid(), nullable=True),
        sa.Column("fund_sequence", sa.BigInteger(), nullable=False),
        sa.Column("eligibility", pg.JSONB(), nullable=False),
        sa.Column("criteria", pg.JSONB(), nullable=False),
        sa.Column("criteria_version", sa.String(), nullable=True),
        sa.Column("public_vote_weight_thousandths", sa.Integer(), nullable=False),
        sa.Column("publicity_days", sa.Integer(), nullable=False),
        sa.Column("publicised_on", sa.Date(), nullable=True),
        sa.Column("publicised_until", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("submitted_count", sa.Integer(), nullable=False),
        sa.Column("awarded_count", sa.Integer(), nullable=False),
        sa.Column("awarded_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id"],
            ["fund.id"],
            name=op.f("fk_round_fund_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
    )
    op.create_index(op.f("ix_round_division"), "round", ["division"], unique=False)
    op.create_index("ix_round_status", "round", ["status"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("round_sequence", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_sequence", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("target_groups", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requested_fen", sa.BigInteger(), nullable=False),
        sa.Column("awarded_fen", sa.BigInteger(), nullable=True),
        sa.Column("eligibility_reasons", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("facts_used", pg.JSONB(), nullable=False),
        sa.Column("score_thousandths", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("deviation", sa.String(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.CheckConstraint("awarded_fen <= requested_fen", name=op.f("ck_application_no_more_than_asked")),
        sa.CheckConstraint("requested_fen >= 0", name=op.f("ck_application_no_negative_request")),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["round.id"],
            name=op.f("fk_application_round_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_division"), "application", ["division"], unique=False)
    op.create_index("ix_application_organization_id", "application", ["organization_id"], unique=False)
    op.create_index("ix_application_round_id_status", "application", ["round_id", "status"], unique=False)
    op.create_index(
        "uq_application_project",
        "application",
        ["round_id", "organization_id", "title"],
        unique=True,
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_table(
        "commitment",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("fen > 0", name=op.f("ck_commitment_some_money")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_commitment_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["fund_id"],
            ["fund.id"],
            name=op.f("fk_commitment_fund_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["released_by"],
            ["ledger_entry.id"],
            name=op.f("fk_commitment_released_by"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_commitment")),
    )
    op.create_index(
        "uq_commitment_fund_id_subject",
        "commitment",
        ["fund_id", "subject"],
        unique=True,
        postgresql_where=sa.text("released_by is null"),
    )
    op.create_table(
        "ledger_posting",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_ledger_posting_some_money")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_ledger_posting_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_ledger_posting")),
    )
    op.create_table(
        "ranking_proposal",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("inputs", pg.JSONB(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["round.id"],
            name=op.f("fk_ranking_proposal_round_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("round_id", "number", name=op.f("pk_ranking_proposal")),
    )
    op.create_table(
        "round_history",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["round.id"],
            name=op.f("fk_round_history_round_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("round_id", "sequence", name=op.f("pk_round_history")),
    )
    op.create_table(
        "application_history",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("awarded_fen", sa.BigInteger(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_history_application_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("application_id", "sequence", name=op.f("pk_application_history")),
    )
    op.create_table(
        "score",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("points_thousandths", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points_thousandths >= 0", name=op.f("ck_score_no_negative")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_score_application_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["round.id"],
            name=op.f("fk_score_round_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("application_id", "reviewer", "criterion", name=op.f("pk_score")),
    )
    op.create_index("ix_score_round_id", "score", ["round_id"], unique=False)
    for statement in _KEEP_THE_BOOKS:
        op.execute(statement)
