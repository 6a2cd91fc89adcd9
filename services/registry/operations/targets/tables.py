"""The targets."""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from shuniu_contracts import registry_operations as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from chassis.matters.rows import Dated
from services.registry.tables import Table


class TargetRow(MatterRow, Table, table=True):
    """What one body is to reach in a period; values in hundredths of the figure's unit."""

    __tablename__ = "target"
    stream = ("registry", "target")
    public = contract.TargetState
    dated: ClassVar[Dated] = {
        **dict.fromkeys(("set", "amended"), ("aim_hundredths", "weight")),
        "measured": ("actual_hundredths", "reached"),
    }

    figure: str = Field(title="指标")
    body: str = Field(title="单位")
    period_begins_on: date = Field(title="考核期开始")
    period_ends_on: date = Field(title="考核期结束")
    aim_hundredths: int = Field(default=0, sa_type=sa.BigInteger, title="目标值（百分之一）")
    weight: int = Field(default=0, title="权重")
    at_most: bool = Field(default=False, title="以不超过为达标")
    actual_hundredths: int | None = Field(default=None, sa_type=sa.BigInteger, title="完成值（百分之一）")
    reached: bool | None = Field(default=None, title="是否达标")
    source: str | None = Field(default=None, title="数据来源")

    @property
    def period(self) -> tuple[date, date]:
        """Its first and its last day."""
        return self.period_begins_on, self.period_ends_on
