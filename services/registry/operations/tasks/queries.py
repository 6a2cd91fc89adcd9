"""The receipts that each division owes late."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import OwnFigures
from services.registry.operations.receipts.tables import TaskReceiptRow
from services.registry.tables import MatterStepRow

_NOT_ENDED = "(r.ended_on is null or r.ended_on > $1) and r.division like any($2)"
_LATE = f"""
select left(division, $3) as place, count(*) as number
from {as_of(TaskReceiptRow, MatterStepRow, _NOT_ENDED)} receipt
where due_on < $1 and reported_on is null and (asks = 'report' or filed_on is null)
group by 1
"""


NAMES: Mapping[str, Named] = {
    "task-receipts.late_standing": Named("件", "逾期未反馈的任务", "receipts owed past their day")
}


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Receipts that were past their day on `day` and neither answered nor closed, by place."""
    rows = await reading.connection.fetch(_LATE, day, patterns, length)
    return {"task-receipts.late_standing": {row["place"]: row["number"] for row in rows}}


OWED_LATE = OwnFigures(NAMES, reckon)
