"""The place of a record that is about one organisation: the organisation's division and newest sequence."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import select

from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.organizations.model import AlreadyEnded
from services.registry.organizations.tables import OrganizationRow


async def of_organization(uow: UnitOfWork, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Division of the organisation that `organization_id` names, and how far its own events had come.

    Where the organisation has to stand still, the deadlines of the record wait from its beginning.

    Raises `NotFound`, also where the caller may not see it, and `AlreadyEnded`.
    """
    id = arguments["organization_id"]
    row = (await uow.session.exec(select(OrganizationRow).where(OrganizationRow.id == id))).one_or_none()
    if row is None:
        raise NotFound.of(OrganizationRow, id, at="/organization_id")
    uow.authorize(row.division)
    if row.ended:
        raise AlreadyEnded(status=row.legal_status, into="-", at="/organization_id")
    paused_on = None if row.paused_on is None else uow.today
    return {"division": row.division, "organization_sequence": row.sequence, "paused_on": paused_on}


async def sequence_of(uow: UnitOfWork, id: UUID, *, at: str = "/organization_id") -> int:
    """How far the events of an organisation had come that a record elsewhere refers to; raises `NotFound`."""
    found = (await uow.session.exec(select(OrganizationRow.sequence).where(OrganizationRow.id == id))).first()
    if found is None:
        raise NotFound.of(OrganizationRow, id, at=at)
    return found
