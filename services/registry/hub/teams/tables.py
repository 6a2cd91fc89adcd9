"""The teams."""

import sqlalchemy as sa
from shuniu_contracts import registry_hub as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class TeamRow(MatterRow, Table, table=True):
    """One team, with what it has done so far."""

    __tablename__ = "team"
    stream = ("registry", "team")
    public = contract.TeamState

    name: str = Field(title="队伍名称")
    kind: str = Field(title="类别")
    body: str = Field(title="管理单位")
    area: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="巡查区域")
    members: int = Field(default=0, title="队员人数")
    head: str | None = Field(default=None, title="队长")
    shifts: int = Field(default=0, title="班次")
    hours: int = Field(default=0, sa_type=sa.BigInteger, title="累计时长（人时）")
    points: int = Field(default=0, sa_type=sa.BigInteger, title="累计积分")
    points_used: int = Field(default=0, sa_type=sa.BigInteger, title="已兑换积分")
    incentives: int = Field(default=0, sa_type=sa.BigInteger, title="激励金额")
