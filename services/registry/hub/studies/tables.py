"""The studies."""

from datetime import date

from shuniu_contracts import registry_hub as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class StudyRow(MatterRow, Table, table=True):
    """One study. Evidence, findings, recommendations and the answer in words stay here."""

    __tablename__ = "study"
    stream = ("registry", "study")
    public = contract.StudyState

    title: str = Field(title="课题")
    topic: str = Field(title="研究领域")
    body: str = Field(title="承担单位")
    submitted_to: str | None = Field(default=None, title="报送单位")
    evidence: int = Field(default=0, title="研究依据数")
    recommendations: int = Field(default=0, title="建议条数")
    adopted: int | None = Field(default=None, title="采纳条数")
    submitted_on: date | None = Field(default=None, title="报送日期")
    answer_due_on: date | None = Field(default=None, title="答复期限")
    answered_on: date | None = Field(default=None, title="答复日期")
    late: bool = Field(default=False, title="逾期答复")
    findings: str | None = Field(default=None, title="研究结论和建议")
    reply: str | None = Field(default=None, title="答复内容")
