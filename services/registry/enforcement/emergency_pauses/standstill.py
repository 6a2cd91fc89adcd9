"""An organisation stands still and goes on with every record about it that has a deadline."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from shuniu_contracts import Ref

from chassis.matters import Kind, pausing
from chassis.unit_of_work import UnitOfWork
from services.registry.applications import standing_still as applications
from services.registry.organizations.concerning import lock

_MARK = "update organization set paused_on = $2 where id = any($1) and paused_on is null"
_UNMARK = "update organization set paused_on = null where id = any($1)"
_FREE = """
select id from unnest($1::uuid[]) as asked(id)
where not exists (
    select from emergency_pause p
    where p.organization_id = asked.id and not p.ended and p.id is distinct from $2
)
order by id
"""
_RECORDS = """
select {place} as place, id from "{table}" where organization_id = any($1) and home = $2 and not ended
"""


async def stand_still(uow: UnitOfWork, organizations: Sequence[UUID], cause: Ref) -> None:
    """Stop the deadlines of all open records about these organisations, which are locked, and of those opened
    from now on."""
    await uow.flush()
    await uow.connection.execute(_MARK, list(organizations), uow.today)
    await applications.stand_still(uow, organizations, cause)
    for kind, records in await _records(uow, organizations):
        await pausing.stand_still(uow, kind, records, cause)


async def go_on(
    uow: UnitOfWork, organizations: Sequence[UUID], cause: Ref, *, but: UUID | None = None
) -> None:
    """Let the deadlines run again of those organisations that no pause, `but` left aside, holds any more."""
    await uow.flush()
    await lock(uow, organizations)
    free = [row["id"] for row in await uow.connection.fetch(_FREE, list(organizations), but)]
    await uow.connection.execute(_UNMARK, free)
    await applications.go_on(uow, free, cause)
    for kind, records in await _records(uow, free):
        await pausing.go_on(uow, kind, records, cause)


async def _records(
    uow: UnitOfWork, organizations: Sequence[UUID]
) -> Sequence[tuple[Kind[Any], Sequence[UUID]]]:
    """The open records of this stack about these organisations, by kind; in one statement for all kinds."""
    kinds = _kinds()
    found: dict[int, list[UUID]] = defaultdict(list)
    for row in await uow.connection.fetch(_all_records(), list(organizations), uow.stack):
        found[row["place"]].append(row["id"])
    return [(kinds[place], found[place]) for place in sorted(found)]


@cache
def _all_records() -> str:
    tables = enumerate(kind.row.__tablename__ for kind in _kinds())
    return "union all".join(_RECORDS.format(place=place, table=table) for place, table in tables)


@cache
def _kinds() -> tuple[Kind[Any], ...]:
    """The kinds whose records are about an organisation and have a deadline that can wait."""
    from services.registry.areas import KINDS  # this area is one of those they are composed of

    return tuple(kind for kind in KINDS if kind.pause is not None)
