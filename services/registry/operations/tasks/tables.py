"""The tasks, this stack's and those of the stacks above."""

from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_operations as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.tables import Table


class TaskRow(MatterRow, Table, table=True):
    """One task. What is asked in words stays here and with the document that its number names."""

    __tablename__ = "task"
    stream = ("registry", "task")
    public = contract.TaskState

    title: str = Field(title="任务")
    kind: str = Field(title="类别")
    lead: str = Field(title="牵头部门")
    responsible: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="责任部门")
    co_operating: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="配合部门")
    implementing: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="落实单位区划")
    asks: str = Field(default=contract.Asks.REPORT.value, title="答复方式")
    body: str | None = Field(default=None, title="答复部门")
    document_number: str | None = Field(default=None, title="文号")
    framework: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="所属行动")
    origin: str | None = Field(default=None, title="任务来源")
    origin_record_id: UUID | None = Field(default=None, title="来源记录")
    origin_record_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    instruction: str | None = Field(default=None, title="批示内容")
    instructed_by: str | None = Field(default=None, title="批示人")
    content: str | None = Field(default=None, title="内容和要求")
