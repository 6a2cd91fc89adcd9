"""What is about a record that is found to be another one is about that one from then on, whatever it is.

The log keeps what was said; a record's next event names the organisation that goes on. What there can be once
only, and the one that goes on has already, stays with the record that ended: a double, counted nowhere.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from chassis.unit_of_work import UnitOfWork
from services.registry.tables import Table

_STAY: Final = frozenset(
    {"followed", "organization", "organization_judgement", "organization_status", "spot_check_pool"}
)
"""Tables whose rows stay: the days of the record that ended are taken out, a draw is checked with the pool
that it was drawn from, and `followed` keeps what a record was about."""
_LISTS: Final = ("hosts", "organizations", "partners")
"""Columns that name many organisations, as texts."""

_MOVE: Final = 'update "{table}" r set {changes} where r.{column} = $1 and not ({double})'
_REMEMBERED: Final = """
with moved as ({move} returning r.id, r.home)
insert into followed (record_id, organization_id) select id, $1 from moved where home <> ${stack}
on conflict (record_id) do nothing
"""
_STEP_BACK: Final = """
with back as (
    delete from followed f using "{table}" r
    where r.id = f.record_id and r.organization_id = any($1)
    returning f.record_id, f.organization_id
), moved as (
    update "{table}" r set organization_id = back.organization_id from back where r.id = back.record_id
)
select distinct organization_id from back
"""
_DOUBLES: Final = """
select id from "{table}" r
where r.organization_id = $1 and r.home = $3 and not r.ended and ({double})
order by id
"""
_DOUBLE: Final = """
({where} and exists (select from "{table}" s where s.{column} = $2 and {same} and {where}))
"""
_REPLACE: Final = """
update "{table}"
set {column} = case when $2 = any({column}) then array_remove({column}, $1)
                    else array_replace({column}, $1, $2) end{and_so}
where $1 = any({column})
"""
_SURVIVORS: Final = """
with recursive chain as (
    select id as was, id as now, 0::bigint as said from unnest($1::uuid[]) as asked(id)
    union
    select c.was, o.merged_into, o.merged_into_sequence from chain c join organization o on o.id = c.now
    where o.merged_into is not null
)
select c.was, c.now, coalesce(o.sequence, c.said) as sequence
from chain c left join organization o on o.id = c.now left join organization first on first.id = c.was
where o.merged_into is null
order by first.recorded_at, c.was
"""
_STILL: Final = "select from organization where id = any($1) order by id for share"


async def move(uow: UnitOfWork, was: UUID, now: UUID, sequence: int, *, tables: Iterable[str] = ()) -> None:
    """Let all records, or those of some tables, that are about `was` be about `now`, which has come as far as
    `sequence`."""
    await uow.flush()
    wanted = frozenset(tables)
    said = {"was": was, "now": now, "sequence": sequence, "stack": uow.stack}
    for one in _moves():
        if not wanted or one.table in wanted:
            await uow.connection.execute(one.statement, *(said[name] for name in one.takes))
    for table, statement in _lists():
        if not wanted or table in wanted:
            await uow.connection.execute(statement, str(was), str(now))


async def step_back(uow: UnitOfWork, table: str, about: Sequence[UUID]) -> list[UUID]:
    """Let the records of other stacks that followed a merger to one of these be about what their home said
    last; returns what that is.

    Events of different records come in any order: what the one that goes on has itself may come after what
    followed to it, and is the one that stands. So what is about it is put in place before the rest follows.
    """
    if table not in _once():
        return []
    rows = await uow.connection.fetch(_STEP_BACK.format(table=table), about)
    return [row["organization_id"] for row in rows]


async def survivors(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """`going_on`; none of the organisations is merged before this transaction has ended."""
    await uow.connection.execute(_STILL, ids)
    return await going_on(uow, ids)


async def going_on(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """Which organisation goes on for each of these, often itself, and how far it has come: 0 where it is not
    known here. Those that were merged first come first."""
    rows = await uow.connection.fetch(_SURVIVORS, ids)
    return {row["was"]: (row["now"], row["sequence"]) for row in rows}


async def doubles(uow: UnitOfWork, table: sa.Table, was: UUID, now: UUID) -> list[UUID]:
    """The open records of this stack about `was` that cannot be about `now`, which has one."""
    await uow.flush()
    statement = _DOUBLES.format(table=table.name, double=_double(table, "organization_id"))
    return [row["id"] for row in await uow.connection.fetch(statement, was, now, uow.stack)]


@cache
def naming(table: str) -> tuple[str, ...]:
    """The columns of a table that name organisations, one or many, which follow a merger."""
    if table in _STAY:
        return ()
    found = Table.metadata.tables[table]
    return (*_singly(found), *_listing(found))


class _Move(NamedTuple):
    table: str
    statement: str
    takes: tuple[str, ...]
    """What its parameters are."""


@cache
def _moves() -> tuple[_Move, ...]:
    """One for every column that names one organisation."""
    return tuple(
        _move(table, column)
        for table in Table.metadata.sorted_tables
        if table.name not in _STAY
        for column in _singly(table)
    )


@cache
def _lists() -> tuple[tuple[str, str], ...]:
    return tuple(
        (table.name, _replace(table, name))
        for table in Table.metadata.sorted_tables
        if table.name not in _STAY
        for name in _listing(table)
    )


def _singly(table: sa.Table) -> list[str]:
    names = (column.name for column in table.columns)
    return [name for name in names if name == "operator_id" or name.endswith("organization_id")]


def _listing(table: sa.Table) -> list[str]:
    columns = table.columns
    return [name for name in _LISTS if name in columns and isinstance(columns[name].type, pg.ARRAY)]


@cache
def _once() -> frozenset[str]:
    """Tables with something that there is once for one organisation."""
    return frozenset(one.table for one in _moves() if "stack" in one.takes)


def _dated(column: str) -> str:
    return f"{column.removesuffix('_id')}_sequence"


def _move(table: sa.Table, column: str) -> _Move:
    takes, changes = ["was", "now"], [f"{column} = $2"]
    if (dated := _dated(column)) in table.columns:
        takes.append("sequence")
        changes.append(f"{dated} = $3")
    if "revision" in table.columns:
        changes.append("revision = r.revision + 1")
    statement = _MOVE.format(
        table=table.name, column=column, changes=", ".join(changes), double=_double(table, column)
    )
    if _unique(table, column):
        takes.append("stack")
        statement = _REMEMBERED.format(move=statement, stack=len(takes))
    return _Move(table.name, statement, tuple(takes))


def _replace(table: sa.Table, column: str) -> str:
    """A post's load is the number of those that it serves."""
    fewer = f", load = load - ($2 = any({column}))::int" if "load" in table.columns else ""
    return _REPLACE.format(table=table.name, column=column, and_so=fewer + ", revision = revision + 1")


def _double(table: sa.Table, column: str) -> str:
    """That the row would be a second one about the other under a unique index, as a condition."""
    return " or ".join(_second(table, column, one) for one in _unique(table, column)) or "false"


def _unique(table: sa.Table, column: str) -> list[sa.Index]:
    return [index for index in table.indexes if index.unique and column in index.columns]


def _second(table: sa.Table, column: str, index: sa.Index) -> str:
    options: Any = index.dialect_options["postgresql"]
    equal = "is not distinct from" if options["nulls_not_distinct"] else "="
    names = (one.name for one in index.columns if one.name != column)
    same = " and ".join(f's."{name}" {equal} r."{name}"' for name in names) or "true"
    where = "true" if options["where"] is None else f"({options['where']})"
    return _DOUBLE.format(table=table.name, column=column, same=same, where=where)
