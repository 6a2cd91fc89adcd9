"""The guidances."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_incubation as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class GuidanceRow(MatterRow, Table, table=True):
    """Guidance of one organisation on one thing. What was said stays with its step."""

    __tablename__ = "guidance"
    __table_args__ = (sa.Index("ix_guidance_organization_id", "organization_id"),)
    stream = ("registry", "guidance")
    public = contract.GuidanceState

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    topic: str = Field(title="指导事项")
    cultivation_class: str = Field(title="培育类别")
    before_sessions: int = Field(default=0, title="事前指导次数")
    during_sessions: int = Field(default=0, title="事中指导次数")
    after_sessions: int = Field(default=0, title="事后指导次数")
    hours: int = Field(default=0, title="指导时长（小时）")
    last_on: date | None = Field(default=None, title="最近指导日期")
    result: str | None = Field(default=None, title="考评结果")
