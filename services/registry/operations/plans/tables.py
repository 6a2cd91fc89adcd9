"""The plans."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_operations as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class PlanRow(MatterRow, Table, table=True):
    """One plan. Phases and milestones are part of it; reports in words stay with their steps."""

    __tablename__ = "plan"
    stream = ("registry", "plan")
    public = contract.PlanState
    dated: ClassVar[Dated] = dict.fromkeys(("adopted", "amended"), ("begins_on", "ends_on", "phases"))

    title: str = Field(title="名称")
    kind: str = Field(title="类别")
    body: str = Field(title="单位")
    begins_on: date = Field(title="起始日期")
    ends_on: date = Field(title="结束日期")
    adopted_by: str | None = Field(default=None, title="审议通过的会议")
    meeting_id: UUID | None = Field(default=None, title="会议记录")
    meeting_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    document_number: str | None = Field(default=None, title="文号")
    framework: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="所属行动")
    phases: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="阶段")
    milestones: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="节点")
    gaps: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="起止与阶段不一致")
