"""The tree of receipts of one task: what each division, and all below it, has answered."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel import select

from chassis.http import Reading
from services.registry.operations.receipts.model import ReceiptPhase
from services.registry.operations.receipts.tables import TaskReceiptRow
from services.registry.operations.tasks.tables import TaskRow


class Answers(BaseModel):
    """How many receipts stand how."""

    owed: int = 0
    acknowledged: int = 0
    reported: int = 0
    late: int = 0
    overdue: int = 0
    done: int = Field(0, description="sum of what was done, in the task's own unit")

    def add(self, row: TaskReceiptRow) -> None:
        """Count one more receipt."""
        self.owed += 1
        self.acknowledged += row.acknowledged_on is not None
        self.reported += row.reported_on is not None
        self.late += row.late
        self.overdue += row.overdue
        self.done += row.done or 0


class ReceiptNode(BaseModel):
    """One division of the tree; `own` is its body's own receipt, where it owes one."""

    division: str
    name: str
    answers: Answers
    own: UUID | None = None
    state: ReceiptPhase | None = None
    due_on: date | None = None
    below: list["ReceiptNode"] = Field(default_factory=list)


async def tree(reading: Reading, *, id: UUID) -> list[ReceiptNode]:
    """The receipts of the task `id` by division, each with the sum of those below; the lowest where it is
    owed. Divisions of the caller only."""
    rows = (
        await reading.session.exec(
            select(TaskReceiptRow)
            .where(TaskReceiptRow.task_id == id, reading.within(TaskReceiptRow.division))
            .order_by(TaskReceiptRow.division)
        )
    ).all()
    if not rows:
        await reading.record(TaskRow, id)  # says whether there is none, or none for the caller
    return _branches(reading, rows)


def _branches(reading: Reading, rows: Sequence[TaskReceiptRow]) -> list[ReceiptNode]:
    """A forest by prefix: rows come in the order of their divisions, an ancestor before those below it."""
    top: list[ReceiptNode] = []
    path: list[ReceiptNode] = []
    for row in rows:
        while path and not row.division.startswith(path[-1].division):
            path.pop()
        node = _node(reading, row)
        (path[-1].below if path else top).append(node)
        path.append(node)
        for one in path:
            one.answers.add(row)
    return top


def _node(reading: Reading, row: TaskReceiptRow) -> ReceiptNode:
    return ReceiptNode(
        division=row.division, name=reading.region.division_name(row.division), answers=Answers(), own=row.id,
        state=ReceiptPhase(row.state), due_on=row.due_on,
    )  # fmt: skip
