"""The pauses."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_enforcement as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class EmergencyPauseRow(MatterRow, Table, table=True):
    """One organisation under one order. What a visit saw in words stays with its step."""

    __tablename__ = "emergency_pause"
    __table_args__ = (
        sa.Index("uq_emergency_pause_order_organization", "order_id", "organization_id", unique=True),
        sa.Index(
            "ix_emergency_pause_organization_id", "organization_id", postgresql_where=sa.text("not ended")
        ),
    )
    stream = ("registry", "emergency_pause")
    public = contract.EmergencyPauseState

    order_id: UUID = Field(title="应急措施")
    order_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    visits: int = Field(default=0, title="督查次数")
    visited_on: date | None = Field(default=None, title="最近督查日期")
    passed: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="合格方面")
    lacking: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="不合格方面")
