"""The record that another one came of, of whatever kind: it has to be there."""

from functools import cache
from typing import Final
from uuid import UUID

from chassis.model import Refusal, RefusalKind
from chassis.unit_of_work import UnitOfWork
from services.registry.tables import Table

_AGGREGATE: Final = frozenset({"id", "home", "division", "sequence", "revision"})
_SEALED: Final = "care_"
"""People in need are the origin of nothing that others see."""
_ONE: Final = 'select greatest(sequence, 1) from "{table}" where id = $1'
"""A record that this transaction puts on the record comes with its first event."""


class NoSuchOrigin(Refusal):
    """An origin that is on no record here."""

    code = "origin_unknown"
    kind = RefusalKind.MISSING
    zh = "未找到来源记录“{id}”，请核对编号；没有记录的可留空。"
    en = "There is no record '{id}' that it could come of; check the id, or leave it out."


@cache
def _statement() -> str:
    tables = [
        table.name
        for table in Table.metadata.sorted_tables
        if set(table.columns.keys()) >= _AGGREGATE and not table.name.startswith(_SEALED)
    ]
    return " union all ".join(_ONE.format(table=table) for table in tables)


async def sequence_of(uow: UnitOfWork, id: UUID, *, at: str) -> int:
    """How far the record `id`, ours or a replica, has come; raises `NoSuchOrigin`."""
    await uow.flush()
    found: int | None = await uow.connection.fetchval(_statement(), id)
    if found is None:
        raise NoSuchOrigin(at=at, id=id)
    return found
