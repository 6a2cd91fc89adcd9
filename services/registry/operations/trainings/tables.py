"""The trainings."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_meetings as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class TrainingRow(MatterRow, Table, table=True):
    """One training, lecture or site visit. Who lectured and what was found in words stay here."""

    __tablename__ = "training"
    __table_args__ = (
        sa.Index("uq_training_cadence_period", "cadence_id", "period", unique=True),
        sa.Index("ix_training_plan_id", "plan_id"),
        sa.Index("ix_training_held_on", "held_on"),
    )
    stream = ("registry", "training")
    public = contract.TrainingState
    dated: ClassVar[Dated] = dict.fromkeys(("held", "counted", "concluded"), ("attended", "women"))

    body: str = Field(title="单位")
    course: str = Field(title="培训类别")
    strength: str = Field(title="要求强度")
    cadence_id: UUID | None = Field(default=None, title="定期培训制度")
    cadence_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    plan_id: UUID | None = Field(default=None, title="年度培训计划")
    plan_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    period: str | None = Field(default=None, title="周期")
    period_begins_on: date | None = Field(default=None, title="周期开始")
    period_ends_on: date | None = Field(default=None, title="周期结束")
    series: str | None = Field(default=None, title="讲堂系列")
    topics: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="专题")
    surveyed_on: date | None = Field(default=None, title="需求调查日期")
    respondents: int | None = Field(default=None, title="调查人数")
    wanted: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="需求专题")
    scheduled_on: date | None = Field(default=None, title="拟举办日期")
    held_on: date | None = Field(default=None, title="举办日期")
    hours: int | None = Field(default=None, title="课时")
    invited: int | None = Field(default=None, title="应到人数")
    attended: int | None = Field(default=None, title="参加人数")
    women: int | None = Field(default=None, title="其中女性")
    staff: int | None = Field(default=None, title="其中专职工作人员")
    organizations: int | None = Field(default=None, title="参加组织数")
    sites: int | None = Field(default=None, title="考察点数")
    explanation_due_on: date | None = Field(default=None, title="说明期限")
    explanation_code: str | None = Field(default=None, title="未举办原因")
    explanation: str | None = Field(default=None, title="说明")
    lecturer: str | None = Field(default=None, title="授课人")
    findings: str | None = Field(default=None, title="调查情况")
