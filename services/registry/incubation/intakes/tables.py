"""The intakes."""

from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_incubation as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class IntakeRow(MatterRow, Table, table=True):
    """One intake of one base."""

    __tablename__ = "intake"
    __table_args__ = (sa.Index("uq_intake_base_number", "base_id", "number", unique=True),)
    stream = ("registry", "intake")
    public = contract.IntakeState

    title: str = Field(title="批次名称")
    number: int = Field(title="批次")
    base_id: UUID = Field(title="孵化基地")
    base_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    places: int = Field(title="拟入驻数")
