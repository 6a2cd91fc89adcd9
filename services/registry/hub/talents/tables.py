"""The talent list."""

from datetime import date

import sqlalchemy as sa
from shuniu_contracts import registry_hub as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class TalentRow(MatterRow, Table, table=True):
    """One person of the list, by opaque id alone."""

    __tablename__ = "talent"
    __table_args__ = (
        sa.Index(
            "uq_talent_division_person",
            "division",
            "person",
            unique=True,
            postgresql_where=sa.text("not ended"),
        ),
    )
    stream = ("registry", "talent")
    public = contract.TalentState

    person: str = Field(title="人员")
    skills: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="专长")
    fields: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="熟悉领域")
    availability: str = Field(default="available", title="可用状态")
    available_from: date | None = Field(default=None, title="可用起始日期")
    engagements: int = Field(default=0, title="聘用次数")
