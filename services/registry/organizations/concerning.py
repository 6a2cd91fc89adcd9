"""What a record that is about an organisation takes from it: its division, its newest sequence, and whether
its deadlines have to wait because the organisation stands still. A record about one that was merged into
another is about that one.

Organisations are locked before the records about them, in the order of their ids: whoever lets one stand
still stops the deadlines of its records, and finds those that were opened at the same moment.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

from shuniu_contracts import Basis
from sqlmodel import select

from chassis.matters import MatterRow
from chassis.unit_of_work import NotFound, UnitOfWork, When
from services.registry.organizations.model import AlreadyEnded
from services.registry.organizations.tables import OrganizationRow

R = TypeVar("R", bound=Any)
_LOCK: Final = "select from organization where id = any($1) order by id for update"
_STANDING: Final = """
with kept as (
    select id, paused_on, ended, ended_on from organization where id = any($1) order by id for share
)
select id, paused_on is not null as still, ended, ended_on from kept
"""
_ABOUT: Final = 'select organization_id from "{table}" where id = $1'
_ONE: Final = "select from organization where id = $1 for update"


async def of_organization(uow: UnitOfWork, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Which organisation `organization_id` means, its division, and how far its own events had come.

    Where the organisation has to stand still, the deadlines of the record wait from its beginning. What one
    that has ended did until its last day can be entered as history (F10, F11, F13).

    Raises `NotFound`, also where the caller may not see it, and `AlreadyEnded`.
    """
    row = await _locked(uow, arguments["organization_id"], "/organization_id")
    uow.authorize(row.division)
    if row.ended and not _was_there(row.ended_on, uow.when()):
        raise AlreadyEnded(status=row.legal_status, into="-", at="/organization_id")
    paused_on = None if row.paused_on is None else uow.today
    return {
        "division": row.division, "organization_id": row.id, "organization_sequence": row.sequence,
        "paused_on": paused_on,
    }  # fmt: skip


def _was_there(ended_on: date | None, when: When) -> bool:
    """Whether an organisation that has ended by now was there then, and then is told as history."""
    return when.basis is not Basis.LIVE and ended_on is not None and when.day <= ended_on


async def belong(uow: UnitOfWork, row: Any, organization_id: UUID) -> Mapping[str, Any]:
    """Let a new record, whose place something else gives, be about an organisation that is on the record;
    what `of_organization` says and raises."""
    place = await of_organization(uow, {"organization_id": organization_id})
    for column in ("organization_id", "organization_sequence", "paused_on"):
        setattr(row, column, place[column])
    return place


async def refer(uow: UnitOfWork, row: Any, organization_id: UUID) -> OrganizationRow:
    """Let a new record be about an organisation that does not give it its place; returns the organisation.

    It does not change until this transaction has ended, which others that refer to it need not wait for.

    Raises `NotFound`.
    """
    organization = await _locked(uow, organization_id, "/organization_id", shared=True)
    row.organization_id, row.organization_sequence = organization.id, organization.sequence
    row.paused_on = None if organization.paused_on is None else uow.today
    return organization


async def _locked(uow: UnitOfWork, id: UUID, at: str, *, shared: bool = False) -> OrganizationRow:
    """The organisation, or the one that goes on for it."""
    found = await uow.session.exec(
        select(OrganizationRow)
        .where(OrganizationRow.id == id)
        .with_for_update(read=shared)
        .execution_options(populate_existing=True)
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound.of(OrganizationRow, id, at=at)
    return row if row.merged_into is None else await _locked(uow, row.merged_into, at, shared=shared)


async def name(
    uow: UnitOfWork, row: Any, id: UUID, *, of: str = "organization", at: str | None = None
) -> OrganizationRow:
    """Let a record refer in its columns `<of>_id` and `<of>_sequence` to an organisation, wherever it is;
    raises `NotFound`."""
    organization = await _locked(uow, id, at or f"/{of}_id", shared=True)
    setattr(row, f"{of}_id", organization.id)
    setattr(row, f"{of}_sequence", organization.sequence)
    return organization


async def lock(uow: UnitOfWork, organizations: Sequence[UUID]) -> None:
    """Lock many; whoever opened a record about one of them has done so."""
    await uow.connection.execute(_LOCK, organizations)


async def standing_still(uow: UnitOfWork, organizations: Sequence[UUID | None]) -> set[UUID]:
    """Those of them that stand still. None of the others begins to before this transaction has ended."""
    standing = await _standing(uow, organizations)
    return {id for id, one in standing.items() if one["still"] and not one["ended"]}


async def open_about(uow: UnitOfWork, rows: Sequence[R]) -> list[R]:
    """Those of the new records whose organisations are on the record still, and stay so until this
    transaction has ended, or were on it when history has the record; where one stands still, its record waits
    from its beginning."""
    standing = await _standing(uow, [row.organization_id for row in rows])
    found = [row for row in rows if _can_be_about(row, standing.get(row.organization_id))]
    for row in found:
        waits = standing[row.organization_id]["still"] and row.basis == Basis.LIVE.value
        row.paused_on = uow.today if waits else None
    return found


def _can_be_about(row: Any, standing: Any) -> bool:
    if standing is None or not standing["ended"]:
        return standing is not None
    return _was_there(standing["ended_on"], When(row.effective_on, Basis(row.basis)))


async def _standing(uow: UnitOfWork, organizations: Sequence[UUID | None]) -> Mapping[UUID, Any]:
    rows = await uow.connection.fetch(_STANDING, organizations)
    return {row["id"]: row for row in rows}


def ahead(row: type[MatterRow]) -> Callable[[UnitOfWork, UUID], Awaitable[None]]:
    """Locks the organisation of a record of this kind: many steps change it, or open another about it."""
    statement = _ABOUT.format(table=row.__tablename__)

    async def lock_first(uow: UnitOfWork, id: UUID) -> None:
        about = await uow.connection.fetchval(statement, id)
        while about is not None:
            await uow.connection.execute(_ONE, about)
            locked, about = about, await uow.connection.fetchval(statement, id)
            if about == locked:
                return  # or it was merged while this waited for it

    return lock_first
