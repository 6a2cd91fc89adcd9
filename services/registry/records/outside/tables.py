"""The numbers in outside systems."""

from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class OutsideIdRow(MatterRow, Table, table=True):
    """One organisation's number in one system; no two organisations have the same."""

    __tablename__ = "outside_id"
    __table_args__ = (
        sa.Index(
            "uq_outside_id_outside_system_code",
            "outside_system",
            "code",
            unique=True,
            postgresql_where=sa.text("not ended"),
        ),
        sa.Index("ix_outside_id_organization_id", "organization_id"),
    )
    stream = ("registry", "outside_id")
    public = contract.OutsideIdState

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    outside_system: str = Field(title="外部系统")
    code: str = Field(title="编号")
