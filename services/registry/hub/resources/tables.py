"""The requests and the offers."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_hub as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class ResourceRequestRow(MatterRow, Table, table=True):
    """One need, and which offers meet it."""

    __tablename__ = "resource_request"
    __table_args__ = (
        sa.Index("ix_resource_request_matches", "matches", postgresql_using="gin"),
        sa.Index("ix_resource_request_organization_id", "organization_id"),
    )
    stream = ("registry", "resource_request")
    public = contract.ResourceRequestState

    kind: str = Field(title="资源类别")
    unit: str = Field(title="计量单位")
    quantity: int = Field(sa_type=sa.BigInteger, title="需求数量")
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    body: str | None = Field(default=None, title="单位")
    target_groups: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="服务对象")
    matches: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="对接情况")
    matched: int = Field(default=0, sa_type=sa.BigInteger, title="已对接")
    delivered: int = Field(default=0, sa_type=sa.BigInteger, title="已到位")
    value: int = Field(default=0, sa_type=sa.BigInteger, title="到位价值")
    purpose: str | None = Field(default=None, title="用途")


class ResourceOfferRow(MatterRow, Table, table=True):
    """One thing that somebody gives."""

    __tablename__ = "resource_offer"
    __table_args__ = (sa.Index("ix_resource_offer_organization_id", "organization_id"),)
    stream = ("registry", "resource_offer")
    public = contract.ResourceOfferState

    kind: str = Field(title="资源类别")
    unit: str = Field(title="计量单位")
    quantity: int = Field(sa_type=sa.BigInteger, title="供给数量")
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    body: str | None = Field(default=None, title="提供单位")
    conditions_of_use: str | None = Field(default=None, title="使用条件")
