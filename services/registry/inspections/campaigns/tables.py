"""The inspection campaigns, this stack's and those of the stacks above."""

from datetime import date

import sqlalchemy as sa
from shuniu_contracts import registry_inspections as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class InspectionCampaignRow(MatterRow, Table, table=True):
    """One campaign. What is asked in words stays with the document that its number names."""

    __tablename__ = "inspection_campaign"
    stream = ("registry", "inspection_campaign")
    public = contract.InspectionCampaignState

    title: str = Field(title="名称")
    year: int = Field(title="年度", index=True)
    legal_forms: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="应检类型")
    form: str = Field(default="annual_inspection", title="形式")
    excused_after: date | None = Field(default=None, title="此日后登记的免检")
    document_number: str | None = Field(default=None, title="文号")
