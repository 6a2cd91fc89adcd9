"""The listings."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_enforcement as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class CreditListingRow(MatterRow, Table, table=True):
    """One organisation and one list. Notice and answer in words stay here."""

    __tablename__ = "credit_listing"
    __table_args__ = (
        sa.Index(
            "uq_credit_listing_organization_list", "organization_id", "listing", unique=True,
            postgresql_where=sa.text("not ended"),
        ),
    )  # fmt: skip
    stream = ("registry", "credit_listing")
    public = contract.CreditListingState

    authority: str = Field(title="列入机关")
    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    listing: str = Field(title="名录")
    listing_grounds: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="列入情形")
    decision_id: UUID | None = Field(default=None, title="决定")
    decision_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    document_number: str | None = Field(default=None, title="决定文号")
    noticed_on: date | None = Field(default=None, title="告知日期")
    listed_on: date | None = Field(default=None, title="列入日期")
    publicised_on: date | None = Field(default=None, title="公布日期")
    term_on: date | None = Field(default=None, title="满期日期")
    repeats: int = Field(default=0, title="再次出现次数")
    facts: str | None = Field(default=None, title="事实和依据")
    answer_given: str | None = Field(default=None, title="陈述申辩")
