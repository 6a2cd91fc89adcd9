"""The sample's only aggregate."""

import sqlalchemy as sa
from shuniu_contracts import Basis, grants
from sqlmodel import Field, SQLModel

from chassis.tables import NAMING, AggregateRow


class Table(SQLModel):
    """Base of the sample's tables."""

    metadata = sa.MetaData(naming_convention=NAMING)


class FundRow(AggregateRow, Table, table=True):
    """A fund with a title, unique in its division, and a sum in fen."""

    __tablename__ = "sample_fund"
    __table_args__ = (sa.UniqueConstraint("division", "title"),)
    stream = ("grants", "fund")

    title: str
    total_fen: int = Field(sa_type=sa.BigInteger)

    def public_state(self) -> grants.FundState:
        """The fund as the contract has it."""
        return grants.FundState(
            division=self.division,
            effective_on=self.effective_on,
            basis=Basis(self.basis),
            title=self.title,
            source=grants.FundSource.FISCAL,
            fiscal_year=2026,
            total_fen=self.total_fen,
        )
