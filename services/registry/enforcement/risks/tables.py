"""The risks."""

from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_enforcement as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class RiskRow(MatterRow, Table, table=True):
    """One risk of one organisation. What it is in words stays here."""

    __tablename__ = "risk"
    __table_args__ = (sa.Index("ix_risk_organization_id", "organization_id"),)
    stream = ("registry", "risk")
    public = contract.RiskState

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    topic: str = Field(title="风险类别")
    risk_level: str = Field(title="风险等级")
    origin: str = Field(title="发现途径")
    origin_record_id: UUID | None = Field(default=None, title="来源记录")
    origin_record_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    description: str | None = Field(default=None, title="风险情况")
    assessed_times: int = Field(default=0, title="研判次数")
    outcome: str | None = Field(default=None, title="结果")
