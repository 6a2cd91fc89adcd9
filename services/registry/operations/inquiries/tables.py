"""The inquiries."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_operations as contract
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class InquiryRow(MatterRow, Table, table=True):
    """One inquiry. Who asked, what, and the answer stay here."""

    __tablename__ = "inquiry"
    __table_args__ = (sa.Index("ix_inquiry_organization_id", "organization_id"),)
    stream = ("registry", "inquiry")
    public = contract.InquiryState
    dated: ClassVar[Dated] = {
        "answered": ("answered_on", "late", "working_days"),
        "reopened": ("answered_on",),
    }

    channel: str = Field(title="渠道")
    topic: str = Field(title="事项类别")
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    first_person: str = Field(title="首问责任人")
    handler: str = Field(title="承办人")
    asked_on: date = Field(title="提出日期")
    transferred_times: int = Field(default=0, title="转办次数")
    reopened_times: int = Field(default=0, title="再次提出次数")
    answered_on: date | None = Field(default=None, title="答复日期")
    working_days: int | None = Field(default=None, title="用时（工作日）")
    late: bool = Field(default=False, title="逾期答复")
    asker: str | None = Field(default=None, title="咨询人")
    question: str | None = Field(default=None, title="咨询内容")
    reply: str | None = Field(default=None, title="答复内容")
