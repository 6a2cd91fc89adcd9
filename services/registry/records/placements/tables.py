"""The placements."""

from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class PlacementRow(MatterRow, Table, table=True):
    """One organisation in the community that is its division."""

    __tablename__ = "placement"
    __table_args__ = (
        sa.Index(
            "uq_placement_organization_division",
            "organization_id",
            "division",
            unique=True,
            postgresql_where=sa.text("not ended"),
        ),
    )
    stream = ("registry", "placement")
    public = contract.PlacementState
    dated: ClassVar[Dated] = {"placed": ("social_worker",), "worker_changed": ("social_worker",)}

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    social_worker: str | None = Field(default=None, title="社工")
    partner: str | None = Field(default=None, title="社区一方")
    services: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="服务内容")
    renewed_times: int = Field(default=0, title="续期次数")
