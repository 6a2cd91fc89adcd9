"""Funds with their sums, and the commitments that bind parts of them."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Basis, grants
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.grants.funds.model import FundStatus, FundSums
from services.grants.tables import Table, references


class FundRow(AggregateRow, Table, table=True):
    """A fund: whose money, of which year, for what, and its four sums in fen."""

    __tablename__ = "fund"
    __table_args__ = (
        sa.CheckConstraint("least(committed_fen, released_fen, lapsed_fen) >= 0", name="no_negative"),
        sa.CheckConstraint("committed_fen + lapsed_fen <= total_fen", name="not_overspent"),
    )
    stream = ("grants", "fund")
    called = ("资金", "fund")

    title: str
    source: str
    source_body: str | None = None
    custodian: str | None = None
    fiscal_year: int
    purpose: str | None = None
    status: str = FundStatus.OPEN
    total_fen: int = Field(sa_type=sa.BigInteger)
    committed_fen: int = Field(default=0, sa_type=sa.BigInteger)
    released_fen: int = Field(default=0, sa_type=sa.BigInteger)
    lapsed_fen: int = Field(default=0, sa_type=sa.BigInteger)
    opened_on: date
    closed_on: date | None = None

    @property
    def sums(self) -> FundSums:
        """The sums as the domain has them."""
        return FundSums(self.total_fen, self.committed_fen, self.released_fen, self.lapsed_fen)

    @sums.setter
    def sums(self, sums: FundSums) -> None:
        self.total_fen = sums.total_fen
        self.committed_fen = sums.committed_fen
        self.released_fen = sums.released_fen
        self.lapsed_fen = sums.lapsed_fen

    @property
    def available_fen(self) -> int:
        """What is free."""
        return self.sums.available_fen

    def public_state(self) -> grants.FundState:
        """The fund as the contract has it."""
        return grants.FundState(
            effective_on=self.effective_on,
            basis=Basis(self.basis),
            division=self.division,
            ended=self.status == FundStatus.CLOSED,
            title=self.title,
            source=grants.FundSource(self.source),
            source_body=self.source_body,
            custodian=self.custodian,
            fiscal_year=self.fiscal_year,
            purpose=self.purpose,
            total_fen=self.total_fen,
            committed_fen=self.committed_fen,
            released_fen=self.released_fen,
            lapsed_fen=self.lapsed_fen,
            closed_on=self.closed_on,
        )


class CommitmentRow(Table, table=True):
    """Part of a fund bound to one subject (an application); open until an entry releases it."""

    __tablename__ = "commitment"
    __table_args__ = (
        sa.CheckConstraint("fen > 0", name="some_money"),
        sa.Index(
            "uq_commitment_fund_id_subject",
            "fund_id",
            "subject",
            unique=True,
            postgresql_where=sa.text("released_by is null"),
        ),
    )

    entry_id: UUID = Field(primary_key=True, sa_column_args=(references("ledger_entry.id"),))
    fund_id: UUID = Field(sa_column_args=(references("fund.id"),))
    subject: str
    fen: int = Field(sa_type=sa.BigInteger)
    released_by: UUID | None = Field(default=None, sa_column_args=(references("ledger_entry.id"),))
