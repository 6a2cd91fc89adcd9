"""The part of a body whose home is a stack below: asked for by a task, answered by the task's receipt."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.unit_of_work import UnitOfWork
from services.registry.hub.coordination.tables import CoordinationCaseRow
from services.registry.operations.tasks import commands as tasks
from services.registry.operations.tasks.tables import TaskRow
from services.registry.policy import RegistryPolicy
from services.registry.vocabulary import of_field

Part = Mapping[str, Any]


async def ask_below(uow: UnitOfWork, row: CoordinationCaseRow) -> None:
    """Give each body whose home is a stack below the task to do its part."""
    places = [part.get("division", row.division) for part in row.parts]
    asked = [uow.home_of(place) != uow.stack for place in places]
    if any(asked):
        uow.admit(row)  # what a task comes of is on the record
        row.parts = [
            {**part, "task": await _ask(uow, row, part, place)} if below else part
            for part, place, below in zip(row.parts, places, asked, strict=True)
        ]


async def _ask(uow: UnitOfWork, row: CoordinationCaseRow, part: Part, place: str) -> dict[str, Any]:
    kind, duty = row.stream[1], part["duty"]
    called = of_field(uow.policy(RegistryPolicy).vocabulary, kind, "duty").get(duty, duty)
    task = await tasks.issue(
        uow, division=row.division, title=f"{row.title[:100]}：{called[:90]}", kind=kind, origin=kind,
        origin_record_id=row.id, lead=row.lead, implementing=[place], body=part["body"], due_on=row.due_on,
        document_number=row.document_number,
    )  # fmt: skip
    return {"id": str(task.id), "sequence": task.sequence}


async def ask_by(uow: UnitOfWork, row: CoordinationCaseRow) -> None:
    """The case has another last day: until then those below answer that have not."""
    for part in row.parts:
        if (task := await _open_task(uow, part)) is not None:
            await tasks.amend(uow, id=task, due_on=row.due_on)


async def settle(uow: UnitOfWork, part: Part) -> None:
    """The part is done, or the case is settled without it."""
    if (task := await _open_task(uow, part)) is not None:
        await tasks.complete(uow, id=task)


async def take_back(uow: UnitOfWork, part: Part, reason: str) -> None:
    """The part is not wanted any more."""
    if (task := await _open_task(uow, part)) is not None:
        await tasks.cancel(uow, id=task, reason=reason)


async def _open_task(uow: UnitOfWork, part: Part) -> UUID | None:
    """By which the body is asked, unless somebody has ended it."""
    if "task" not in part:
        return None
    row = await uow.session.get_one(TaskRow, UUID(part["task"]["id"]))
    return None if row.ended else row.id
