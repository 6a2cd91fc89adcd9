"""The assessments."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_inspections as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class AssessmentRow(MatterRow, Table, table=True):
    """One organisation's assessment of one year. Opinions in words stay with their steps."""

    __tablename__ = "assessment"
    __table_args__ = (sa.Index("uq_assessment_organization_year", "organization_id", "year", unique=True),)
    stream = ("registry", "assessment")
    public = contract.AssessmentState

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    year: int = Field(title="考核年度")
    business_points: int | None = Field(default=None, title="业务建设得分")
    business_assessed_on: date | None = Field(default=None, title="业务建设考核日期")
    party_points: int | None = Field(default=None, title="党的建设得分")
    party_assessed_on: date | None = Field(default=None, title="党的建设考核日期")
    shortfalls: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="不足事项")
    result: str | None = Field(default=None, title="结论")
    opinions: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="意见类别")
    measures: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="提升措施")
    reviewed_times: int = Field(default=0, title="检查次数")
    plan_due_on: date | None = Field(default=None, title="提升计划期限")
    outcome: str | None = Field(default=None, title="结果")
