"""The returns of organisations, those of the stacks below included."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table

_NUMBERS = (
    "service_hours", "service_hours_qualifier", "hours", "donated_fen", "donated_fen_qualifier",
    "in_kind_fen", "learners", "learners_qualifier", "classes", "classes_qualifier", "served",
    "served_qualifier", "income_fen", "own_income_fen",
)  # fmt: skip


class PeriodicReturnRow(MatterRow, Table, table=True):
    """What one organisation says of one period. A number has how exactly it is stated beside it."""

    __tablename__ = "periodic_return"
    __table_args__ = (
        sa.Index(
            "uq_periodic_return_organization_period", "organization_id", "interval", "period", unique=True
        ),
        sa.Index("ix_periodic_return_call_id", "call_id"),
    )
    stream = ("registry", "periodic_return")
    public = contract.PeriodicReturnState
    dated: ClassVar[Dated] = dict.fromkeys(("submitted", "submitted_late"), _NUMBERS)

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    call_id: UUID | None = Field(default=None, title="数据报送制度")
    call_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    interval: str = Field(title="周期")
    period: str = Field(title="所属期")
    year: int = Field(title="年度")
    period_begins_on: date | None = Field(default=None, title="所属期开始")
    period_ends_on: date | None = Field(default=None, title="所属期结束")
    submitted_on: date | None = Field(default=None, title="报送日期")
    late: bool = Field(default=False, title="逾期报送")
    service_hours: int | None = Field(default=None, sa_type=sa.BigInteger, title="志愿服务时数")
    service_hours_qualifier: str | None = Field(default=None, title="时数约数")
    hours: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="分领域时数")
    donated_fen: int | None = Field(default=None, sa_type=sa.BigInteger, title="捐赠款物")
    donated_fen_qualifier: str | None = Field(default=None, title="捐赠约数")
    in_kind_fen: int | None = Field(default=None, sa_type=sa.BigInteger, title="其中物资折价")
    in_kind_fen_qualifier: str | None = Field(default=None, title="物资约数")
    learners: int | None = Field(default=None, title="学员数")
    learners_qualifier: str | None = Field(default=None, title="学员约数")
    classes: int | None = Field(default=None, title="教学班数")
    classes_qualifier: str | None = Field(default=None, title="教学班约数")
    served: int | None = Field(default=None, sa_type=sa.BigInteger, title="服务人次")
    served_qualifier: str | None = Field(default=None, title="人次约数")
    staff_count: int | None = Field(default=None, title="从业人数")
    member_count: int | None = Field(default=None, title="会员数")
    volunteer_count: int | None = Field(default=None, title="志愿者数")
    income: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="收入构成")
    income_fen: int | None = Field(default=None, sa_type=sa.BigInteger, title="收入合计")
    own_income_fen: int | None = Field(default=None, sa_type=sa.BigInteger, title="其中自身收入")
    returned_times: int = Field(default=0, title="退回次数")
    filed_by: str | None = Field(default=None, title="报送方式")
