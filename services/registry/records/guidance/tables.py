"""The log of guidance towards registration."""

from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_records as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class RegistrationGuidanceRow(MatterRow, Table, table=True):
    """Guidance of one applicant. What was advised in words stays with each session."""

    __tablename__ = "registration_guidance"
    stream = ("registry", "registration_guidance")
    public = contract.RegistrationGuidanceState

    title: str = Field(title="拟登记名称")
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    application_id: UUID | None = Field(default=None, title="登记申请")
    application_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    sessions: int = Field(default=0, title="引导次数")
    topics: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="引导内容")
    outcome: str | None = Field(default=None, title="结果")
