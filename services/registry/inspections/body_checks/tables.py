"""The checks of bodies."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_inspections as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class BodyCheckRow(MatterRow, Table, table=True):
    """The check of one body. Who checked, and what was found in words, stays here."""

    __tablename__ = "body_check"
    __table_args__ = (
        sa.Index("ix_body_check_spot_check_id", "spot_check_id"),
        sa.Index("ix_body_check_organization_id", "organization_id"),
    )
    stream = ("registry", "body_check")
    public = contract.BodyCheckState

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    spot_check_id: UUID | None = Field(default=None, title="抽查")
    spot_check_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    legal_form: str = Field(title="组织类型")
    topics: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="检查内容")
    inspectors: int = Field(default=0, title="检查人数")
    checked_on: date | None = Field(default=None, title="检查日期")
    failed: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="不合格项目")
    found: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="发现问题")
    result: str | None = Field(default=None, title="检查结果")
    assigned: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="检查人员")
    findings: str | None = Field(default=None, title="问题说明")
