"""What is learned of an organisation and the register keeps, too, goes into the register at once."""

from collections.abc import Mapping
from uuid import UUID

from chassis.unit_of_work import UnitOfWork
from services.registry.organizations import commands as organizations
from services.registry.organizations.tables import OrganizationRow


async def follow(uow: UnitOfWork, organization_id: UUID, counts: Mapping[str, int | None]) -> None:
    """Put the numbers that were said into the organisation, unless it has ended meanwhile."""
    said = {name: value for name, value in counts.items() if value is not None}
    row = await uow.session.get_one(OrganizationRow, organization_id)
    if said and not row.ended:
        await organizations.change_details(uow, id=organization_id, details=said)
