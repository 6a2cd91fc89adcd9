"""Records of other stacks: what descendants publish of their matters and ancestors of their directives, kept
in the same tables under their own home, so that lists and figures of a tier need nothing else.

Different records are heard of in any order. Where one took the place that another had left, its home says so
of both, and the second may be heard first: the one that held the place before is put aside until it is heard
how it went on, which its next event says whole.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from shuniu_contracts import Event
from shuniu_contracts.catalogue import event_type, stream

from chassis.matters.history import dated, mended, remember_all
from chassis.matters.kind import Kind, particulars
from chassis.matters.rendering import Rendering
from chassis.matters.rows import MatterRow, rendering
from chassis.received import Received
from chassis.service import Reaction
from chassis.unit_of_work import UnitOfWork

_KEEP = """
insert into {table} select * from jsonb_populate_recordset(null::{table}, $1::jsonb)
on conflict (id) do update set {columns}
where {table}.home = excluded.home and {table}.sequence < excluded.sequence
"""
_GIVE_WAY = """
with fresh as materialized (
    select * from jsonb_populate_recordset(null::{table}, $1::jsonb) where {holds}
), gone as (
    delete from {table} where id in (
        select before.id
        from fresh f cross join lateral (
            select id from {table} where {same} and {holds} and (recorded_at, id) < (f.recorded_at, f.id)
        ) before
        where not exists (select from {table} n where n.id = f.id and n.sequence >= f.sequence)
    )
)
select f.id from fresh f
where exists (select from {table} where {same} and {holds} and (recorded_at, id) > (f.recorded_at, f.id))
   or exists (select from fresh where {same} and (recorded_at, id) > (f.recorded_at, f.id))
"""
"""Puts those aside that held a place before; returns those of the batch that another has held since."""


def replicas(kinds: Iterable[Kind[Any]]) -> tuple[Reaction, ...]:
    """The reactions of a consumer that keeps other stacks' records of these kinds."""
    return tuple(_replica(kind) for kind in kinds)


def _replica(kind: Kind[Any]) -> Reaction:
    entry = stream(*kind.row.stream)
    types = tuple(found.event for (_, major), found in entry.facts.items() if major == entry.newest)

    async def keep(events: Sequence[Received[Event]], uow: UnitOfWork) -> None:
        foreign = [received for received in events if received.envelope.stack != uow.stack]
        if foreign:
            await _keep(kind, foreign, uow)

    keep.__qualname__ = f"keep {kind.name}"
    return Reaction(types, keep)


async def _keep(kind: Kind[Any], events: Sequence[Received[Event]], uow: UnitOfWork) -> None:
    table = f'"{kind.row.__tablename__}"'
    newest = {received.subject: received for received in events}
    rows = [_row(kind, received).columns() for received in newest.values()]
    columns = ", ".join(f'"{name}" = excluded."{name}"' for name in rows[0] if name != "id")
    for statement in _places(kind):
        aside = await uow.connection.fetch(statement, msgspec.json.encode(rows).decode())
        outdated = {row["id"] for row in aside}
        rows = [row for row in rows if UUID(str(row["id"])) not in outdated]
    await uow.connection.execute(
        _KEEP.format(table=table, columns=columns), msgspec.json.encode(rows).decode()
    )
    await remember_all(uow, kind.steps_table, [_step(kind, received) for received in events])


@cache
def _places(kind: Kind[Any]) -> tuple[str, ...]:
    """`_GIVE_WAY` for each place that one record holds until another takes it: a partial unique index."""
    table = kind.row.metadata.tables[str(kind.row.__tablename__)]
    return tuple(_give_way(table, index) for index in table.indexes if index.unique and _condition(index))


def _give_way(table: sa.Table, index: sa.Index) -> str:
    same = " and ".join(f'"{name}" = f."{name}"' for name in (*index.columns.keys(), "home"))
    return _GIVE_WAY.format(table=f'"{table.name}"', same=same, holds=_condition(index))


def _condition(index: sa.Index) -> str:
    where = index.dialect_options["postgresql"]["where"]
    return "" if where is None else f"({where})"


def _row(kind: Kind[Any], received: Received[Event]) -> MatterRow:
    """The row: what the bus does not have takes the defaults of a new one."""
    envelope = received.envelope
    values = {
        "id": received.subject, "home": envelope.stack, "sequence": envelope.sequence,
        "revision": envelope.sequence, "recorded_at": envelope.time,
        **_rendering(kind).columns(received.data.state),
    }  # fmt: skip
    row: MatterRow = kind.row(**values)
    return row


def _rendering(kind: Kind[Any]) -> Rendering:
    row: type[MatterRow] = kind.row
    return rendering(row)


def _step(kind: Kind[Any], received: Received[Event]) -> dict[str, Any]:
    state: Any = received.data.state
    fact = event_type(type(received.data)).fact
    return {
        "kind": received.envelope.aggregate, "record_id": received.subject, "division": received.division,
        "fact": fact, "state": state.state, "ended": state.ended,
        "effective_on": state.effective_on, "basis": state.basis, "recorded_at": received.envelope.time,
        "actor_id": received.envelope.actor_id,
        "arguments": {name: getattr(received.data, name) for name in particulars(type(received.data))},
        "dated": dated(_row(kind, received), fact) if fact in kind.row.dated else None,
        "mended": mended(_row(kind, received), fact) if fact in kind.row.mended else None,
    }  # fmt: skip
