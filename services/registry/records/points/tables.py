"""The service points."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class ServicePointRow(MatterRow, Table, table=True):
    """One station; its division is the community. What happened is summed by year."""

    __tablename__ = "service_point"
    __table_args__ = (sa.Index("ix_service_point_organization_id", "organization_id"),)
    stream = ("registry", "service_point")
    public = contract.ServicePointState

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    station: str = Field(title="站点类别")
    title: str = Field(title="名称")
    club: str | None = Field(default=None, title="所属服务社")
    years: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB, title="各年开展情况")
