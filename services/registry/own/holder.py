"""Who an account stands for now: its organisation, found through the application and through mergers."""

from typing import TypeVar
from uuid import UUID

from shuniu_contracts import Basis

from chassis.acting import Acting
from chassis.http import Reading
from chassis.matters import MatterRow
from chassis.principal import StandsFor
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.applications.model import FiledBy
from services.registry.applications.tables import RegistrationApplicationRow
from services.registry.organizations.tables import OrganizationRow
from services.registry.own.model import APPLICATION, ORGANIZATION, NotOwn, StandsForNobody

M = TypeVar("M", bound=MatterRow)


def holder(acting: Acting) -> StandsFor:
    """What the caller stands for; raises `StandsForNobody` for the staff and for what is unknown here."""
    found = acting.principal.stands_for
    if found is None or found.aggregate not in {ORGANIZATION, APPLICATION}:
        raise StandsForNobody
    return found


async def organization_of(acting: Acting) -> OrganizationRow | None:
    """The organisation that the caller stands for; None as long as none is on the record.

    Whoever stands for an application stands for what came of it. Raises `StandsForNobody`.
    """
    held = holder(acting)
    if held.aggregate == ORGANIZATION:
        return await _surviving(acting, held.id)
    application = await acting.session.get(RegistrationApplicationRow, held.id)
    return await _surviving(acting, application.organization_id) if application is not None else None


async def check_organization(acting: Acting, id: UUID | None) -> None:
    """Raise `NotOwn` unless the caller stands for this organisation; `StandsForNobody`."""
    own, meant = await organization_of(acting), await _surviving(acting, id)
    if own is None or meant is None or own.id != meant.id:
        raise NotOwn(holder=str(holder(acting)))


async def check_about_own(acting: Acting, row: MatterRow) -> None:
    """The `holder` of kinds whose records are about an organisation: raises `NotOwn` for another's."""
    await check_organization(acting, row.columns()["organization_id"])


async def own_record(acting: UnitOfWork | Reading, kind: type[M], id: UUID) -> M:
    """A record about the caller's organisation, in whichever division it is kept, looked up before anything
    is said of how it stands.

    Raises `NotFound`, `NotPermitted` where the organisation is not in the account's divisions,
    `StandsForNobody`, `NotOwn`.
    """
    row = await acting.session.get(kind, id)
    if row is None:
        raise NotFound.of(kind, id)
    about: UUID | None = row.columns()["organization_id"]
    organization = await acting.session.get(OrganizationRow, about) if about is not None else None
    acting.authorize(organization.division if organization else row.division)
    await check_about_own(acting, row)
    return row


async def check_application(acting: Acting, row: RegistrationApplicationRow) -> None:
    """Raise `NotOwn` unless it is the caller's application, or one of the caller's organisation."""
    if holder(acting) == StandsFor(APPLICATION, row.id):
        return
    if row.organization_id is None:
        raise NotOwn(holder=str(holder(acting)))
    await check_organization(acting, row.organization_id)


async def _surviving(acting: Acting, id: UUID | None) -> OrganizationRow | None:
    row = await acting.session.get(OrganizationRow, id) if id is not None else None
    while row is not None and row.merged_into is not None:
        row = await acting.session.get(OrganizationRow, row.merged_into)
    return row


def filed_by(acting: Acting, basis: str) -> str | None:
    """Who hands in what is recorded now; None for what others enter as a matter of record."""
    if acting.principal.stands_for is not None:
        return FiledBy.ORGANIZATION.value
    return FiledBy.ON_BEHALF.value if basis == Basis.LIVE.value else None
