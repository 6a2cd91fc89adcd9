"""The organisations in clean-ups."""

from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_inspections as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class CleanUpCheckRow(MatterRow, Table, table=True):
    """One organisation in one clean-up. What was found in words stays with its steps."""

    __tablename__ = "clean_up_check"
    __table_args__ = (
        sa.Index("ix_clean_up_check_clean_up_id", "clean_up_id", "id"),
        sa.Index("ix_clean_up_check_organization_id", "organization_id"),
    )
    stream = ("registry", "clean_up_check")
    public = contract.CleanUpCheckState

    organization_id: UUID = Field(title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    clean_up_id: UUID | None = Field(default=None, title="专项清理")
    clean_up_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    clean_up_kind: str = Field(title="专项类别")
    four_nos: bool | None = Field(default=None, title="作出“四个无”承诺")
    violations: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="违规收费")
    administrative_staff: int | None = Field(default=None, title="行政机关人员任领导职务数")
    problems: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="问题")
    late: bool = Field(default=False, title="逾期自查")
    rectification_id: UUID | None = Field(default=None, title="整改")
    rectification_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    outcome: str | None = Field(default=None, title="处理结果")
