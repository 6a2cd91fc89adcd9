"""The censuses."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from shuniu_contracts import registry_care as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class CareCensusRow(MatterRow, Table, table=True):
    """One census of a stack; there is one that stands for each month."""

    __tablename__ = "care_census"
    __table_args__ = (
        sa.Index(
            "uq_care_census_division_counted_on", "division", "counted_on", unique=True,
            postgresql_where=sa.text("state = 'counted'"),
        ),
    )  # fmt: skip
    stream = ("registry", "care_census")
    public = contract.CareCensusState

    counted_on: date = Field(title="统计日")
    smallest: int = Field(title="不公布的小数界限")
    persons: int | None = Field(default=None, title="在帮扶人数")
    needs: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="按类别")
    pairings: int | None = Field(default=None, title="结对数")
