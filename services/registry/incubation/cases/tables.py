"""The cases of bases."""

from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_incubation as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class BaseCaseRow(MatterRow, Table, table=True):
    """One case. What is wanted and what came of it in words stay here."""

    __tablename__ = "base_case"
    __table_args__ = (
        sa.Index("ix_base_case_base_id", "base_id", "department"),
        sa.Index("ix_base_case_organization_id", "organization_id"),
    )
    stream = ("registry", "base_case")
    public = contract.BaseCaseState

    base_id: UUID = Field(title="孵化基地")
    base_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    department: str = Field(title="承办部门")
    topic: str = Field(title="事项类别")
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    transfers: int = Field(default=0, title="转办次数")
    wanted: str | None = Field(default=None, title="诉求")
    result: str | None = Field(default=None, title="结果")
    said: str | None = Field(default=None, title="办理情况")
