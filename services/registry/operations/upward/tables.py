"""The upward reports."""

from datetime import date

from shuniu_contracts import registry_operations as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class UpwardReportRow(MatterRow, Table, table=True):
    """One report of the sender's division. What it says, and the answer's words, stay here."""

    __tablename__ = "upward_report"
    stream = ("registry", "upward_report")
    public = contract.UpwardReportState

    kind: str = Field(title="类别")
    category: str = Field(title="领域")
    title: str = Field(title="标题")
    addressee: str = Field(title="主送区划")
    raised_times: int = Field(default=0, title="提级次数")
    at_the_top: bool = Field(default=False, title="已到最高一级")
    answered_on: date | None = Field(default=None, title="答复日期")
    answered_by: str | None = Field(default=None, title="答复区划")
    result: str | None = Field(default=None, title="办理结果")
    answer_document: str | None = Field(default=None, title="答复文号")
    content: str | None = Field(default=None, title="内容")
    reply: str | None = Field(default=None, title="答复内容")
