"""The meetings."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_meetings as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import Dated, MatterRow
from services.registry.tables import Table


class MeetingRow(MatterRow, Table, table=True):
    """One meeting. Minutes and explanations in words stay here."""

    __tablename__ = "meeting"
    __table_args__ = (
        sa.Index("uq_meeting_cadence_period", "cadence_id", "period", unique=True),
        sa.Index("ix_meeting_held_on", "held_on"),
    )
    stream = ("registry", "meeting")
    public = contract.MeetingState
    dated: ClassVar[Dated] = dict.fromkeys(("held", "counted", "minuted"), ("attended", "women"))

    body: str = Field(title="单位")
    gathering: str = Field(title="会议类别")
    strength: str = Field(title="要求强度")
    cadence_id: UUID | None = Field(default=None, title="定期会议制度")
    cadence_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    period: str | None = Field(default=None, title="周期")
    period_begins_on: date | None = Field(default=None, title="周期开始")
    period_ends_on: date | None = Field(default=None, title="周期结束")
    scheduled_on: date | None = Field(default=None, title="拟召开日期")
    held_on: date | None = Field(default=None, title="召开日期")
    agenda: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="议程")
    agenda_lacking: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="应议未议")
    invited: int | None = Field(default=None, title="应到人数")
    attended: int | None = Field(default=None, title="实到人数")
    women: int | None = Field(default=None, title="其中女性")
    organizations: int | None = Field(default=None, title="参会组织数")
    decisions: int = Field(default=0, title="议定事项数")
    explanation_due_on: date | None = Field(default=None, title="说明期限")
    explanation_code: str | None = Field(default=None, title="未召开原因")
    explanation: str | None = Field(default=None, title="说明")
    minutes: str | None = Field(default=None, title="会议纪要")
