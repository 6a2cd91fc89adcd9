"""The inspection campaigns, this stack's and those of the stacks above."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from shuniu_contracts import registry_inspections as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.inspections.campaigns.model import Window
from services.registry.tables import Table


class InspectionCampaignRow(MatterRow, Table, table=True):
    """One campaign. What is asked in words stays with the document that its number names."""

    __tablename__ = "inspection_campaign"
    stream = ("registry", "inspection_campaign")
    public = contract.InspectionCampaignState

    title: str = Field(title="名称")
    year: int = Field(title="年度", index=True)
    begins_on: date | None = Field(default=None, title="开始受理")
    windows: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="各类型时限")
    legal_forms: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="应检类型")
    form: str = Field(default="annual_inspection", title="形式")
    excused_after: date | None = Field(default=None, title="此日后登记的免检")
    document_number: str | None = Field(default=None, title="文号")

    def window(self, legal_form: str) -> tuple[date | None, date | None]:
        """The first and the last day for organisations of this legal form."""
        for one in self.each_window():
            if one.legal_form == legal_form:
                return one.begins_on, one.due_on
        return self.begins_on, self.due_on

    def each_window(self) -> list[Window]:
        """Of every legal form that is asked, its own."""
        return [
            Window(one["legal_form"], date.fromisoformat(one["begins_on"]), date.fromisoformat(one["due_on"]))
            for one in self.windows
        ]
