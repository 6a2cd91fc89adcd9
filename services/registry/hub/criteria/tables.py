"""The admission criteria, this stack's and those of the stacks above."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_hub as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from services.registry.hub.versions.tables import VersionRow, version_indexes
from services.registry.tables import Table


class CriteriaRow(VersionRow, Table, table=True):
    """One version, its conditions with it."""

    __tablename__ = "criteria"
    __table_args__ = version_indexes("criteria")
    stream = ("registry", "criteria")
    public = contract.CriteriaState

    conditions: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="准入条件")
    review_method_id: UUID | None = Field(default=None, title="业务审查办法")
    review_method_sequence: int = Field(default=0, sa_type=sa.BigInteger)
