"""The decisions of authorities, and what the home of an organisation made of those about it."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_enforcement as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class OfficialDecisionRow(MatterRow, Table, table=True):
    """One decision. Its reasons in words stay with the authority; the bus has grounds and document."""

    __tablename__ = "official_decision"
    __table_args__ = (sa.Index("ix_official_decision_organization_id", "organization_id"),)
    stream = ("registry", "official_decision")
    public = contract.OfficialDecisionState

    authority: str = Field(title="作出机关")
    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    kind: str = Field(title="决定种类")
    listing: str = Field(default="none", title="名录")
    grounds: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="事由")
    result: str | None = Field(default=None, title="决定内容")
    document_number: str | None = Field(default=None, title="文号")
    record_id: UUID | None = Field(default=None, title="办结记录")
    record_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    credit_code: str | None = Field(default=None, title="统一社会信用代码")
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="变更事项")
    decided_on: date = Field(title="决定日期")
    corrected_times: int = Field(default=0, title="更正次数")
    procedure_id: UUID | None = Field(default=None, title="列入程序")


class AppliedDecisionRow(Table, table=True):
    """What a decision, wherever it was made, says of an organisation whose home is here."""

    __tablename__ = "applied_decision"
    __table_args__ = (sa.Index("ix_applied_decision_organization_id", "organization_id"),)

    decision_id: UUID = Field(primary_key=True)
    organization_id: UUID
    kind: str
    listing: str
    authority: str
    grounds: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text))
    result: str | None = None
    document_number: str | None = None
    decided_on: date
    until: date | None = None
    lifted_on: date | None = None
    record_id: UUID | None = None
    """What it moved: an inspection, an evaluation, an application, or the organisation itself."""
    refused: str | None = None
    """Why the organisation's record could not follow, as the code of the refusal; None where it did."""
