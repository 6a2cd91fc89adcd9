"""The spot checks, and the pool that each was drawn from."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_inspections as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class SpotCheckRow(MatterRow, Table, table=True):
    """One spot check. Who the inspectors are stays here."""

    __tablename__ = "spot_check"
    stream = ("registry", "spot_check")
    public = contract.SpotCheckState

    title: str = Field(title="名称")
    topics: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="检查内容")
    legal_forms: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="组织类型")
    number: int | None = Field(default=None, title="抽取数量")
    percent: int | None = Field(default=None, title="抽取比例（%）")
    inspectors_each: int = Field(title="每家检查人数")
    unchecked_since: date | None = Field(default=None, title="此日以来未被抽查")
    seed: str | None = Field(default=None, title="随机种子")
    population: int | None = Field(default=None, title="名录库家数")
    population_digest: str | None = Field(default=None, title="名录库校验值")
    drawn_bodies: int | None = Field(default=None, title="抽中家数")
    drawn_on: date | None = Field(default=None, title="抽取日期")
    outcome: str | None = Field(default=None, title="结果")
    inspectors: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="检查人员名录")


class SpotCheckPoolRow(Table, table=True):
    """One organisation that could have been drawn."""

    __tablename__ = "spot_check_pool"

    spot_check_id: UUID = Field(primary_key=True)
    organization_id: UUID = Field(primary_key=True)
