"""What a record that is about an organisation takes from it: its division, its newest sequence, and whether
its deadlines have to wait because the organisation stands still.

Organisations are locked before the records about them, in the order of their ids: whoever lets one stand
still stops the deadlines of its records, and finds those that were opened at the same moment.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from shuniu_contracts import Basis
from sqlmodel import select

from chassis.matters import MatterRow
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.organizations.model import AlreadyEnded
from services.registry.organizations.tables import OrganizationRow

_LOCK: Final = "select from organization where id = any($1) order by id for update"
_STILL: Final = """
with kept as (select id, paused_on from organization where id = any($1) order by id for share)
select id from kept where paused_on is not null
"""
_AHEAD: Final = """
select from organization o join "{table}" r on r.organization_id = o.id where r.id = $1 for update of o
"""


async def of_organization(uow: UnitOfWork, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Division of the organisation that `organization_id` names, and how far its own events had come.

    Where the organisation has to stand still, the deadlines of the record wait from its beginning.

    Raises `NotFound`, also where the caller may not see it, and `AlreadyEnded`.
    """
    row = await _locked(uow, arguments["organization_id"], "/organization_id")
    uow.authorize(row.division)
    if row.ended:
        raise AlreadyEnded(status=row.legal_status, into="-", at="/organization_id")
    paused_on = None if row.paused_on is None else uow.today
    return {"division": row.division, "organization_sequence": row.sequence, "paused_on": paused_on}


async def refer(uow: UnitOfWork, row: Any, organization_id: UUID) -> OrganizationRow:
    """Let a new record be about an organisation that does not give it its place; returns the organisation.

    It does not change until this transaction has ended, which others that refer to it need not wait for.

    Raises `NotFound`.
    """
    organization = await _locked(uow, organization_id, "/organization_id", shared=True)
    row.organization_sequence = organization.sequence
    row.paused_on = None if organization.paused_on is None else uow.today
    return organization


async def _locked(uow: UnitOfWork, id: UUID, at: str, *, shared: bool = False) -> OrganizationRow:
    found = await uow.session.exec(
        select(OrganizationRow)
        .where(OrganizationRow.id == id)
        .with_for_update(read=shared)
        .execution_options(populate_existing=True)
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound.of(OrganizationRow, id, at=at)
    return row


async def sequence_of(uow: UnitOfWork, id: UUID, *, at: str = "/organization_id") -> int:
    """How far the events of an organisation had come that a record elsewhere refers to; raises `NotFound`."""
    found = (await uow.session.exec(select(OrganizationRow.sequence).where(OrganizationRow.id == id))).first()
    if found is None:
        raise NotFound.of(OrganizationRow, id, at=at)
    return found


async def lock(uow: UnitOfWork, organizations: Sequence[UUID]) -> None:
    """Lock many; whoever opened a record about one of them has done so."""
    await uow.connection.execute(_LOCK, organizations)


async def standing_still(uow: UnitOfWork, organizations: Sequence[UUID | None]) -> set[UUID]:
    """Those of them that stand still. None of the others begins to before this transaction has ended."""
    return {row["id"] for row in await uow.connection.fetch(_STILL, organizations)}


async def wait_where_still(uow: UnitOfWork, rows: Sequence[Any]) -> None:
    """Let new records of organisations that stand still wait from their beginning."""
    still = await standing_still(uow, [row.organization_id for row in rows])
    for row in rows:
        waits = row.organization_id in still and row.basis == Basis.LIVE.value
        row.paused_on = uow.today if waits else None


def ahead(row: type[MatterRow]) -> Callable[[UnitOfWork, UUID], Awaitable[None]]:
    """Locks the organisation of a record of this kind: many steps change it, or open another about it."""
    statement = _AHEAD.format(table=row.__tablename__)

    async def lock_first(uow: UnitOfWork, id: UUID) -> None:
        await uow.connection.execute(statement, id)

    return lock_first
