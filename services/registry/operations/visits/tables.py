"""The supervision visits."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_operations as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class SupervisionVisitRow(MatterRow, Table, table=True):
    """One visit. What was found in words stays with its step and with what it became."""

    __tablename__ = "supervision_visit"
    __table_args__ = (sa.Index("ix_supervision_visit_organization_id", "organization_id"),)
    stream = ("registry", "supervision_visit")
    public = contract.SupervisionVisitState

    body: str = Field(title="督导单位")
    visited: str = Field(title="被督导区划")
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    topics: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="督导内容")
    made_on: date | None = Field(default=None, title="督导日期")
    findings: int = Field(default=0, title="发现问题数")
    revisits: int = Field(default=0, title="回访次数")
    revisited_on: date | None = Field(default=None, title="最近回访日期")
    result: str | None = Field(default=None, title="结果")
