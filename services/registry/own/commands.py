"""What an organisation files itself; its other steps are those of the kinds, which ask whom a caller
stands for."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from chassis.matters import Kind, MatterRow
from chassis.matters.kind import Step
from chassis.unit_of_work import UnitOfWork
from services.registry.applications import commands as applications
from services.registry.applications.tables import RegistrationApplicationRow
from services.registry.inspections.annual import commands as inspections
from services.registry.inspections.annual.commands import INSPECTIONS
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.inspections.rectifications.commands import RECTIFICATIONS
from services.registry.own.holder import holder, organization_of, own_record
from services.registry.own.model import APPLICATION, FiledAlready
from services.registry.records.returns import commands as returns
from services.registry.records.returns.commands import RETURNS

WRITES: Final = "own:write"
HANDED_IN: Final[Mapping[Kind[Any], tuple[Step[Any], ...]]] = {
    INSPECTIONS: (inspections.submit,),
    RETURNS: (returns.submit,),
    RECTIFICATIONS: (rectifications.submit_evidence,),
}
"""What an organisation hands in itself: the steps that others take for it where it has no account (代报)."""


async def file(
    uow: UnitOfWork, *, division: str, submitted: bool, **contents: Any
) -> RegistrationApplicationRow:
    """The caller's own application to be registered (网上登记, B03), or the question before it.

    An account for an application files that one, under its id, and names no organisation: it would learn
    what is on the record about it. Raises `StandsForNobody`, `FiledAlready`, and what the commands raise.
    """
    uow.authorize(division)
    held = holder(uow)
    command = applications.submit_new if submitted else applications.consult
    if held.aggregate == APPLICATION:
        if await uow.session.get(RegistrationApplicationRow, held.id) is not None:
            raise FiledAlready(id=held.id)
        return await command(uow, division=division, id=held.id, **contents)
    own = await organization_of(uow)
    return await command(uow, division=division, organization_id=own.id if own else held.id, **contents)


async def hand_in(uow: UnitOfWork, *, step: Step[Any], id: UUID, **said: Any) -> MatterRow:
    """What the organisation itself says of its record, by the step that others take for it.

    Raises as `own_record`, and what the step raises.
    """
    await own_record(uow, step.kind.row, id)
    row: MatterRow = await step(uow, id=id, **said)
    return row
