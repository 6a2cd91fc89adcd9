"""What an organisation files itself; its other steps are those of the kinds, which ask whom a caller
stands for."""

from typing import Any

from chassis.unit_of_work import UnitOfWork
from services.registry.applications import commands as applications
from services.registry.applications.tables import RegistrationApplicationRow
from services.registry.own.holder import holder, organization_of
from services.registry.own.model import APPLICATION, FiledAlready


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
