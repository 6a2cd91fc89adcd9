"""The receipts of tasks, those of the stacks below included."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import registry_operations as contract
from sqlmodel import Field

from chassis.matters import Dated, Draft, MatterRow
from services.registry.tables import Table


class TaskReceiptRow(MatterRow, Table, table=True):
    """One body's answer to one task; its division is the body's."""

    __tablename__ = "task_receipt"
    __table_args__ = (
        sa.Index(
            "uq_task_receipt_task_division", "task_id", "division", unique=True,
            postgresql_where=sa.text("state <> 'released'"),
        ),
    )  # fmt: skip
    stream = ("registry", "task_receipt")
    public = contract.TaskReceiptState
    dated: ClassVar[Dated] = {
        "opened": ("due_on",), "amended": ("due_on", "filed_on", "reported_on"),
        "filed_for_record": ("filed_on",),
        "reported": ("reported_on",), "reported_late": ("reported_on",),
    }  # fmt: skip

    task_id: UUID = Field(title="任务编号")
    task_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    title: str = Field(title="任务")
    issuer: str = Field(title="下达单位区划")
    asks: str = Field(default=contract.Asks.REPORT.value, title="答复方式")
    body: str | None = Field(default=None, title="答复部门")
    acknowledged_on: date | None = Field(default=None, title="签收日期")
    filed_on: date | None = Field(default=None, title="报备日期")
    reported_on: date | None = Field(default=None, title="反馈日期")
    late: bool = Field(default=False, title="逾期反馈")
    done: int | None = Field(default=None, title="完成数量")
    report: str | None = Field(default=None, title="完成情况")

    def is_late(self, day: date) -> bool:
        """Whether the answer of this day comes after the deadline; none does after the filing asked for."""
        return super().is_late(day) and not answered_by_filing(self)


def answered_by_filing(row: TaskReceiptRow | Draft) -> bool:
    """Whether all that the task asks for is filed for the record (报备, R05)."""
    return row.asks == contract.Asks.FILING.value and row.filed_on is not None
