"""The candidates."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class CandidacyRow(MatterRow, Table, table=True):
    """One candidate. What the survey found in words stays with its step."""

    __tablename__ = "candidacy"
    __table_args__ = (sa.Index("ix_candidacy_organization_id", "organization_id"),)
    stream = ("registry", "candidacy")
    public = contract.CandidacyState

    title: str = Field(title="拟成立组织名称")
    mode: str = Field(title="发展模式")
    projects: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="项目")
    met: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="已满足")
    failed: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="未满足")
    assessed_on: date | None = Field(default=None, title="分析日期")
    served: int | None = Field(default=None, sa_type=sa.BigInteger, title="年服务人次")
    served_qualifier: str | None = Field(default=None, title="约数")
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    outcome: str | None = Field(default=None, title="结果")
