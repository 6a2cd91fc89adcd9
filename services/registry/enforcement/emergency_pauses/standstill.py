"""An organisation stands still and goes on with every record about it that has a deadline."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from shuniu_contracts import Ref

from chassis.matters import Kind, pausing
from chassis.unit_of_work import UnitOfWork

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
_RECORDS = 'select id from "{table}" where organization_id = any($1) and home = $2 and not ended'


async def stand_still(uow: UnitOfWork, organizations: Sequence[UUID], cause: Ref) -> None:
    """Stop the deadlines of all open records about these organisations, and of those opened from now on."""
    await uow.flush()
    await uow.connection.execute(_MARK, list(organizations), uow.today)
    for kind in _kinds():
        await pausing.stand_still(uow, kind, await _records(uow, kind, organizations), cause)


async def go_on(
    uow: UnitOfWork, organizations: Sequence[UUID], cause: Ref, *, but: UUID | None = None
) -> None:
    """Let the deadlines run again of those organisations that no pause, `but` left aside, holds any more."""
    await uow.flush()
    free = [row["id"] for row in await uow.connection.fetch(_FREE, list(organizations), but)]
    await uow.connection.execute(_UNMARK, free)
    for kind in _kinds():
        await pausing.go_on(uow, kind, await _records(uow, kind, free), cause)


async def _records(uow: UnitOfWork, kind: Kind[Any], organizations: Sequence[UUID]) -> list[UUID]:
    statement = _RECORDS.format(table=kind.row.__tablename__)
    return [row["id"] for row in await uow.connection.fetch(statement, list(organizations), uow.stack)]


@cache
def _kinds() -> tuple[Kind[Any], ...]:
    """The kinds whose records are about an organisation and have a deadline that can wait."""
    from services.registry.areas import KINDS  # this area is one of those they are composed of

    return tuple(kind for kind in KINDS if kind.pause is not None)
