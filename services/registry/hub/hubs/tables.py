"""The hubs."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_hub as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class HubRow(MatterRow, Table, table=True):
    """One hub. What each post asks of its holder, in words, stays here."""

    __tablename__ = "hub"
    __table_args__ = (
        sa.Index("ix_hub_organization_id", "organization_id"),
        sa.Index(
            "uq_hub_division_body", "division", "body", unique=True, postgresql_where=sa.text("not ended")
        ),
    )
    stream = ("registry", "hub")
    public = contract.HubState

    name: str = Field(title="名称")
    body: str = Field(title="单位代码")
    form: str = Field(title="单位性质")
    recognition: str = Field(title="认定依据")
    recognised_by: str | None = Field(default=None, title="认定部门")
    document_number: str | None = Field(default=None, title="认定文号")
    organization_id: UUID | None = Field(default=None, title="登记的社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    name_plates: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="其他牌子")
    fields: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="联系领域")
    departments: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="部门")
    routes: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="类别分工")
    lead_group: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="领导小组")
    duties: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="职责")
    six_haves: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="已具备的“六有”")
    six_haves_assessed_on: date | None = Field(default=None, title="最近自查日期")
    post_requirements: str | None = Field(default=None, title="岗位要求")
