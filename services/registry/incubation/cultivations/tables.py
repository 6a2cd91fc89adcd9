"""The cultivation lists."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_incubation as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class CultivationRow(MatterRow, Table, table=True):
    """One organisation on one year's list of one path."""

    __tablename__ = "cultivation"
    __table_args__ = (
        sa.Index(
            "uq_cultivation_organization_year",
            "organization_id",
            "year",
            "cultivation_path",
            unique=True,
            postgresql_where=sa.text("not ended"),
        ),
    )
    stream = ("registry", "cultivation")
    public = contract.CultivationState

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    year: int = Field(title="年度")
    cultivation_path: str = Field(title="培育方向")
    cultivation_class: str = Field(title="培育类别")
    stage: str = Field(title="当前阶段")
    target_stage: str = Field(title="目标阶段")
    measures: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="培育措施")
    reviews: int = Field(default=0, title="复核次数")
    reviewed_on: date | None = Field(default=None, title="最近复核日期")
