"""The stays."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_incubation as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class StayRow(MatterRow, Table, table=True):
    """One organisation's stay in one base. What the agreement says in words stays here."""

    __tablename__ = "stay"
    __table_args__ = (
        sa.Index(
            "uq_stay_intake_organization",
            "intake_id",
            "organization_id",
            unique=True,
            postgresql_where=sa.text("not ended"),
        ),
        sa.Index("ix_stay_organization_id", "organization_id"),
        sa.Index("ix_stay_base_id", "base_id"),
    )
    stream = ("registry", "stay")
    public = contract.StayState
    dated: ClassVar[Dated] = {"agreement_signed": ("begins_on", "ends_on"), "renewed": ("ends_on",)}

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    base_id: UUID = Field(title="孵化基地")
    base_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    intake_id: UUID | None = Field(default=None, title="孵化批次")
    intake_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    origin: str | None = Field(default=None, title="组织来源")
    plan: str | None = Field(default=None, title="入驻计划")
    screened_on: date | None = Field(default=None, title="入选日期")
    services: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="服务内容")
    service_standard: str | None = Field(default=None, title="服务标准")
    signed_on: date | None = Field(default=None, title="签订日期")
    begins_on: date | None = Field(default=None, title="协议开始日期")
    ends_on: date | None = Field(default=None, title="协议结束日期")
    renewal_due_on: date | None = Field(default=None, title="续签商定日期")
    renewals: int = Field(default=0, title="续签次数")
    started_on: date | None = Field(default=None, title="入园日期")
    subsidy_requested_fen: int = Field(default=0, sa_type=sa.BigInteger, title="已申请小额补贴")
