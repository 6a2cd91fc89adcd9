"""The brands."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class BrandRow(MatterRow, Table, table=True):
    """One brand; its division is the village, the town or the organisation's place."""

    __tablename__ = "brand"
    __table_args__ = (sa.Index("ix_brand_organization_id", "organization_id"),)
    stream = ("registry", "brand")
    public = contract.BrandState
    dated: ClassVar[Dated] = {"designated": ("designated_on",)}

    title: str = Field(title="品牌")
    kind: str = Field(title="类别")
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    measures: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="培育措施")
    recognised_on: date | None = Field(default=None, title="认定日期")
    designated_by: str | None = Field(default=None, title="指定单位")
    designated_on: date | None = Field(default=None, title="指定日期")
    long_term: bool = Field(default=False, title="长期举办")
    document_number: str | None = Field(default=None, title="文号")
