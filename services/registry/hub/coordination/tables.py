"""The coordination cases."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_hub as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class CoordinationCaseRow(MatterRow, Table, table=True):
    """One case, with the part of each body. What it is about and its answers in words stay here."""

    __tablename__ = "coordination_case"
    stream = ("registry", "coordination_case")
    public = contract.CoordinationCaseState

    kind: str = Field(title="类别")
    title: str = Field(title="事项")
    lead: str = Field(title="牵头单位")
    document_number: str | None = Field(default=None, title="文号")
    parts: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="各部门任务")
    origin_record_id: UUID | None = Field(default=None, title="来源记录")
    origin_record_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    outcome: str | None = Field(default=None, title="结果")
    content: str | None = Field(default=None, title="协调内容")

    def reached_from(self) -> tuple[str, ...]:
        return tuple(part["division"] for part in self.parts if part.get("division"))
