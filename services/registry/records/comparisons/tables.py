"""The comparisons and their lines."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class ComparisonRow(MatterRow, Table, table=True):
    """One list beside the register of a division."""

    __tablename__ = "comparison"
    stream = ("registry", "comparison")
    public = contract.ComparisonState

    source: str = Field(title="来源单位")
    listed_on: date = Field(title="名册日期")
    listed: int = Field(default=0, title="名册行数")
    matched: int = Field(default=0, title="匹配")
    differing: int = Field(default=0, title="有差异的组织")
    theirs_only: int = Field(default=0, title="仅对方有")
    ours_only: int = Field(default=0, title="仅本册有")
    differing_fields: int = Field(default=0, title="差异项")
    accepted: int = Field(default=0, title="已采用")
    kept: int = Field(default=0, title="已保留")
    entered: int = Field(default=0, title="已补录", sa_column_kwargs={"server_default": "0"})


class ComparisonLineRow(Table, table=True):
    """One field that differs, or one organisation that only one side has."""

    __tablename__ = "comparison_line"
    __table_args__ = (sa.Index("ix_comparison_line_comparison_id", "comparison_id", "number"),)

    number: int | None = Field(default=None, sa_type=sa.BigInteger, primary_key=True)
    comparison_id: UUID
    kind: str
    row: int | None = None
    """number of the line in their list"""
    organization_id: UUID | None = None
    name: str
    matched_by: str | None = None
    field: str | None = None
    ours: str | None = None
    theirs: str | None = None
    wins: bool = False
    """whether the profile lets their value win"""
    decision: str = "open"
    decided_on: date | None = None
    fault: str | None = None
    """why their value could not be taken over, in Chinese"""
    said: dict[str, Any] | None = Field(default=None, sa_type=pg.JSONB)
    """the whole line of an organisation that only their list has"""
