"""The tree of receipts of one task: what each division, and all below it, has answered."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel import select

from chassis.http import Reading
from chassis.model import ancestors, is_within
from services.registry.operations.receipts.model import ReceiptPhase
from services.registry.operations.receipts.tables import TaskReceiptRow
from services.registry.operations.tasks.tables import TaskRow


class Answers(BaseModel):
    """How many receipts stand how."""

    owed: int = 0
    acknowledged: int = 0
    filed: int = Field(0, description="with a plan of their own filed for the record")
    reported: int = 0
    late: int = 0
    overdue: int = 0
    done: int = Field(0, description="sum of what was done, in the task's own unit")

    def add(self, row: TaskReceiptRow) -> None:
        """Count one more receipt."""
        self.owed += 1
        self.acknowledged += row.acknowledged_on is not None
        self.filed += row.filed_on is not None or row.state == ReceiptPhase.FILED_FOR_RECORD.value
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
    """The receipts of the task `id` from the body that issued it down to those that owe one, each division
    between with the sum of all below it. Divisions of the caller only; who was released owes nothing."""
    rows = (
        await reading.session.exec(
            select(TaskReceiptRow)
            .where(TaskReceiptRow.task_id == id, reading.within(TaskReceiptRow.division))
            .where(TaskReceiptRow.state != ReceiptPhase.RELEASED.value)
            .order_by(TaskReceiptRow.division)
        )
    ).all()
    if not rows:
        await reading.record(TaskRow, id)  # says whether there is none, or none for the caller
    return _branches(reading, rows)


def _branches(reading: Reading, rows: Sequence[TaskReceiptRow]) -> list[ReceiptNode]:
    """A forest by prefix. The rows come in the order of their divisions, and so do the nodes."""
    top: list[ReceiptNode] = []
    known: dict[str, ReceiptNode] = {}
    for row in rows:
        beside = top
        for code in _path(reading, row):
            if code not in known:
                name = reading.region.division_name(code)
                known[code] = ReceiptNode(division=code, name=name, answers=Answers())
                beside.append(known[code])
            known[code].answers.add(row)
            beside = known[code].below
        own = known[row.division]
        own.own, own.state, own.due_on = row.id, ReceiptPhase(row.state), row.due_on
    return top


def _path(reading: Reading, row: TaskReceiptRow) -> Iterator[str]:
    """From the issuer, or the highest below it that the caller may see whole here, to the division itself."""
    for code in ancestors(row.division):
        asked_here = is_within(code, row.issuer) and is_within(code, reading.stack)
        if asked_here and reading.principal.covers(code):
            yield code
    yield row.division
