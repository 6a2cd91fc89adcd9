"""Tasks and plans by framework (六大行动, L22), and the receipts that each division owes late."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, Field

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import OwnFigures
from services.registry.operations.receipts.tables import TaskReceiptRow
from services.registry.tables import MatterStepRow

_BY_TAG = """
select tag, count(*) filter (where task) as tasks, count(*) filter (where task and done) as completed,
       count(*) filter (where task and overdue) as overdue, count(*) filter (where not task) as plans
from (
    select unnest(framework) as tag, true as task, state = 'completed' as done,
           overdue and not ended as overdue
    from task where division like any($1) and state <> 'cancelled'
    union all
    select unnest(framework), false, false, false from plan
    where division like any($1) and state <> 'abandoned'
) tagged
group by tag order by tag
"""

_NOT_ENDED = "(r.ended_on is null or r.ended_on > $1) and r.division like any($2)"
_LATE = f"""
select left(division, $3) as place, count(*) as number
from {as_of(TaskReceiptRow, MatterStepRow, _NOT_ENDED)} receipt
where due_on < $1 and reported_on is null
group by 1
"""


class OfFramework(BaseModel):
    """What is done under one tag; a task with several tags counts under each."""

    tag: str
    tasks: int = Field(description="without those cancelled")
    completed: int
    overdue: int
    plans: int = Field(description="without those abandoned")


async def frameworks(reading: Reading, *, division: str | None) -> list[OfFramework]:
    """Counts by tag within a division, or all that the caller may see. Raises `NotPermitted`."""
    rows = await reading.connection.fetch(_BY_TAG, reading.patterns(division))
    return [OfFramework(**dict(row)) for row in rows]


NAMES: Mapping[str, Named] = {
    "task-receipts.late_standing": Named("件", "逾期未反馈的任务", "receipts owed past their day")
}


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Receipts that were past their day on `day` and neither reported nor closed, by place."""
    rows = await reading.connection.fetch(_LATE, day, patterns, length)
    return {"task-receipts.late_standing": {row["place"]: row["number"] for row in rows}}


OWED_LATE = OwnFigures(NAMES, reckon)
