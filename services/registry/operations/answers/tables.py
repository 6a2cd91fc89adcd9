"""The answers to reports from below."""

from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_operations as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class ReportAnswerRow(MatterRow, Table, table=True):
    """One report at one body that it is or was addressed to. The answer's words stay here."""

    __tablename__ = "report_answer"
    __table_args__ = (sa.Index("uq_report_answer_report_division", "report_id", "division", unique=True),)
    stream = ("registry", "report_answer")
    public = contract.ReportAnswerState

    report_id: UUID = Field(title="上报事项编号")
    report_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    kind: str = Field(title="类别")
    category: str = Field(title="领域")
    title: str = Field(title="标题")
    sender: str = Field(title="上报区划")
    department: str | None = Field(default=None, title="承办部门")
    result: str | None = Field(default=None, title="办理结果")
    answer_document: str | None = Field(default=None, title="答复文号")
    reply: str | None = Field(default=None, title="答复内容")
