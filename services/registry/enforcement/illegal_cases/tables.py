"""The cases of illegal organisations."""

from shuniu_contracts import registry_enforcement as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class IllegalCaseRow(MatterRow, Table, table=True):
    """One case. Who is said to be illegal, by whom and why, stays here: the bus has codes."""

    __tablename__ = "illegal_case"
    stream = ("registry", "illegal_case")
    public = contract.IllegalCaseState

    name: str = Field(title="组织名称")
    place: str | None = Field(default=None, title="活动地点")
    description: str | None = Field(default=None, title="线索情况")
    origin: str = Field(title="线索来源")
    finding: str | None = Field(default=None, title="核查结论")
    referred_to: str | None = Field(default=None, title="移送单位")
    outcome: str | None = Field(default=None, title="办理结果")
