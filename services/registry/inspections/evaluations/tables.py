"""The evaluations."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_inspections as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class EvaluationRow(MatterRow, Table, table=True):
    """One evaluation of one organisation. Who scored what, and who stands aside, stays here."""

    __tablename__ = "evaluation"
    __table_args__ = (sa.Index("ix_evaluation_organization_id", "organization_id"),)
    stream = ("registry", "evaluation")
    public = contract.EvaluationState
    dated: ClassVar[Dated] = {
        "graded": ("grade",),
        "downgraded": ("grade",),
        "reopened": ("grade",),
    }
    mended: ClassVar[Dated] = {"corrected": ("grade",)}

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    year: int = Field(title="评估年度")
    materials_lacking: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="尚缺材料")
    category: str | None = Field(default=None, title="评估类别")
    legal_form: str = Field(title="组织类型")
    trained_times: int = Field(default=0, title="培训次数")
    coached_times: int = Field(default=0, title="一对一指导次数")
    materials_completed_on: date | None = Field(default=None, title="材料齐全日期")
    conflicts: int = Field(default=0, title="回避人数")
    points: int | None = Field(default=None, title="得分")
    proposed_grade: str | None = Field(default=None, title="拟评等级")
    publicised_until: date | None = Field(default=None, title="公示截止")
    reconsidered_times: int = Field(default=0, title="复核次数")
    grade: str | None = Field(default=None, title="等级")
    graded_on: date | None = Field(default=None, title="评定日期")
    valid_until: date | None = Field(default=None, title="有效期至")
    lowered_on: date | None = Field(default=None, title="降低或取消日期")
    materials: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="已收材料")
    stands_aside: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="回避人员")
    scores: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="专家评分")
