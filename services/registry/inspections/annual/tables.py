"""The annual inspections, those of the stacks below included."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_inspections as contract
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class InspectionRow(MatterRow, Table, table=True):
    """One organisation's inspection of one year."""

    __tablename__ = "inspection"
    __table_args__ = (
        sa.Index("uq_inspection_organization_year", "organization_id", "year", "form", unique=True),
        sa.Index("ix_inspection_campaign_id", "campaign_id", "id"),
    )
    stream = ("registry", "inspection")
    public = contract.InspectionState
    dated: ClassVar[Dated] = {"concluded": ("result",), "corrected": ("result",)}

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    campaign_id: UUID | None = Field(default=None, title="年检部署")
    campaign_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    year: int = Field(title="年度")
    form: str = Field(default="annual_inspection", title="形式")
    legal_form: str = Field(title="组织类型")
    begins_on: date | None = Field(default=None, title="开始受理")
    supervised: bool = Field(default=False, title="有业务主管单位")
    submitted_on: date | None = Field(default=None, title="报送日期")
    late: bool = Field(default=False, title="逾期报送")
    result: str | None = Field(default=None, title="结论")
    guided_times: int = Field(default=0, title="指导次数")
    returned_times: int = Field(default=0, title="退回次数")
    filed_by: str | None = Field(default=None, title="报送方式")
