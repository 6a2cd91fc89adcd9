"""The books: entries and their lines. The database refuses to change, delete or unbalance one."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field
from uuid_utils.compat import uuid7

from chassis.tables import APPEND_ONLY
from services.grants.tables import Table, references


class EntryRow(Table, table=True):
    """One balanced entry of a fund's books."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        sa.UniqueConstraint("reverses"),
        sa.Index("ix_ledger_entry_fund_id_effective_on", "fund_id", "effective_on"),
        {"info": {APPEND_ONLY: True}},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    fund_id: UUID = Field(sa_column_args=(references("fund.id"),))
    kind: str
    subject: str | None = None
    """What the money is bound to, where it is."""
    reverses: UUID | None = Field(default=None, sa_column_args=(references("ledger_entry.id"),))
    effective_on: date
    basis: str
    actor: str
    recorded_at: datetime = Field(sa_type=sa.DateTime(timezone=True))


class PostingRow(Table, table=True):
    """One line of an entry: debit above zero, credit below, in fen."""

    __tablename__ = "ledger_posting"
    __table_args__ = (sa.CheckConstraint("fen <> 0", name="some_money"), {"info": {APPEND_ONLY: True}})

    entry_id: UUID = Field(primary_key=True, sa_column_args=(references("ledger_entry.id"),))
    line: int = Field(primary_key=True, sa_type=sa.SmallInteger)
    account: str
    fen: int = Field(sa_type=sa.BigInteger)
