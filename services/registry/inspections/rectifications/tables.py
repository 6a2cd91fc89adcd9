"""The rectifications."""

from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_inspections as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class RectificationRow(MatterRow, Table, table=True):
    """What one organisation has to put right. Findings in words stay here; the bus has their topics."""

    __tablename__ = "rectification"
    __table_args__ = (sa.Index("ix_rectification_organization_id", "organization_id"),)
    stream = ("registry", "rectification")
    public = contract.RectificationState

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    origin: str = Field(title="来源")
    origin_record_id: UUID | None = Field(default=None, title="来源记录")
    origin_record_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    topics: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="问题类别")
    findings: str | None = Field(default=None, title="问题")
    measures: str | None = Field(default=None, title="整改措施")
    evidence: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="整改材料")
    outcome: str | None = Field(default=None, title="结果")
    returned_times: int = Field(default=0, title="退回次数")
    filed_by: str | None = Field(default=None, title="报送方式")
