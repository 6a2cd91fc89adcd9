"""What a body of a stack below answers to the task of its part is the part's answer here."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from shuniu_contracts import registry_operations as contract
from sqlmodel import col, select

from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.registry.hub.coordination import commands
from services.registry.hub.coordination.model import part_asked_by, part_of
from services.registry.hub.coordination.tables import CoordinationCaseRow
from services.registry.operations.tasks.tables import TaskRow

_ORIGIN = CoordinationCaseRow.stream[1]


@reaction(
    contract.TaskReceiptAcknowledged,
    contract.TaskReceiptFiledForRecord,
    contract.TaskReceiptReported,
    contract.TaskReceiptReportedLate,
)
async def take_answers(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """A receipt that says when it was acknowledged or reported on says so of the part."""
    cases = await _cases(uow, {UUID(received.data.state.task.id) for received in events})
    for received in events:
        if (case := cases.get(UUID(received.data.state.task.id))) is not None:
            await _take(uow, case, received)


async def _cases(uow: UnitOfWork, asked: set[UUID]) -> dict[UUID, UUID]:
    """Task -> the case that it came of, for those of these tasks that this stack issued for one."""
    found = await uow.session.exec(
        select(TaskRow.id, TaskRow.origin_record_id).where(
            col(TaskRow.id).in_(asked), TaskRow.home == uow.stack, TaskRow.origin == _ORIGIN
        )
    )
    return {task: case for task, case in found if case is not None}


async def _take(uow: UnitOfWork, case: UUID, received: Received[Any]) -> None:
    """Only the home of the part's own place is heard, and only while the case waits for the part."""
    state: contract.TaskReceiptState = received.data.state
    row = await commands.COORDINATION_CASES.load(uow, case)
    part = part_asked_by(row.parts, state.task.id)
    if row.ended or part is None:
        return
    place = part.get("division", row.division)
    if received.division != place or received.envelope.stack != uow.home_of(place):
        return
    said: dict[str, Any] = {"body": part["body"], "place": place, "because": received}
    if state.acknowledged_on is not None and not part.get("acknowledged_on"):
        await commands.acknowledge.on(uow, row, effective_on=_day(uow, row, state.acknowledged_on), **said)
        part = part_of(row.parts, part["body"], place, row.division)
    if state.reported_on is not None and not part.get("completed_on"):
        await commands.complete_part.on(uow, row, effective_on=_day(uow, row, state.reported_on), **said)


def _day(uow: UnitOfWork, row: CoordinationCaseRow, said: date) -> date:
    """The day that the body names: none before the case was opened, none to come."""
    return min(max(said, row.opened_on), uow.today)
