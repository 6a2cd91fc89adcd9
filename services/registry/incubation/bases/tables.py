"""The incubation bases."""

import sqlalchemy as sa
from shuniu_contracts import registry_incubation as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class BaseRow(MatterRow, Table, table=True):
    """One base. `occupied` changes under the row's lock only."""

    __tablename__ = "base"
    __table_args__ = (
        sa.Index(
            "uq_base_division_name", "division", "name", unique=True, postgresql_where=sa.text("not ended")
        ),
        sa.CheckConstraint("occupied between 0 and capacity", name="places"),
    )
    stream = ("registry", "base")
    public = contract.BaseState

    name: str = Field(title="名称")
    level: str = Field(title="级别")
    focus: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="培育侧重")
    departments: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="内设部门")
    capacity: int = Field(title="席位数")
    occupied: int = Field(default=0, title="已分配席位")
