"""The yearly training plans."""

import sqlalchemy as sa
from shuniu_contracts import registry_meetings as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class TrainingPlanRow(MatterRow, Table, table=True):
    """What one body means to train in one year."""

    __tablename__ = "training_plan"
    __table_args__ = (
        sa.Index("uq_training_plan_division_body_year", "division", "body", "year", unique=True),
    )
    stream = ("registry", "training_plan")
    public = contract.TrainingPlanState

    body: str = Field(title="单位")
    year: int = Field(title="年度")
    title: str = Field(title="名称")
    sessions: int = Field(title="计划场次")
    people: int = Field(default=0, title="计划人次")
    hours: int = Field(default=0, title="计划课时")
    topics: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="计划专题")
    held_sessions: int | None = Field(default=None, title="实际场次")
    held_people: int | None = Field(default=None, title="实际人次")
    held_hours: int | None = Field(default=None, title="实际课时")
    topics_left: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="未举办的专题")
