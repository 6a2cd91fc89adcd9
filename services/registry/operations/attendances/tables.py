"""The places on the lists of those invited."""

from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_meetings as contract
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class AttendanceRow(MatterRow, Table, table=True):
    """One place: who is invited to what, and whether somebody came. A person is an opaque id."""

    __tablename__ = "attendance"
    __table_args__ = (
        sa.Index(
            "uq_attendance_place",
            "meeting_id", "training_id", "organization_id", "body", "post", "participant",
            unique=True, postgresql_nulls_not_distinct=True,
        ),
        sa.Index("ix_attendance_training_id", "training_id"),
        sa.Index("ix_attendance_organization_id", "organization_id"),
    )  # fmt: skip
    stream = ("registry", "attendance")
    public = contract.AttendanceState

    meeting_id: UUID | None = Field(default=None, title="会议")
    meeting_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    training_id: UUID | None = Field(default=None, title="培训")
    training_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    gathering: str = Field(title="会议（培训）类别")
    organization_id: UUID | None = Field(default=None, title="社会组织")
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    body: str | None = Field(default=None, title="单位")
    post: str | None = Field(default=None, title="应到职务")
    participant: str | None = Field(default=None, title="参会人编号")
    reason: str | None = Field(default=None, title="请假事由")
    came_as: str | None = Field(default=None, title="实到职务")
