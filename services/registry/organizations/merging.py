"""What is about a record that is found to be another one is about that one from then on, whatever it is.

The log keeps what was said; a record's next event names the organisation that goes on. What there can be once
only, and the one that goes on has already, stays with the record that ended: a double, counted nowhere.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from chassis.unit_of_work import UnitOfWork
from services.registry.tables import Table

_STAY: Final = frozenset({"organization", "organization_status", "spot_check_pool"})
"""Tables whose rows stay: the days of the record that ended are taken out, and a draw is checked with the
pool that it was drawn from."""
_LISTS: Final = ("hosts", "organizations", "partners")
"""Columns that name many organisations, as texts."""

_MOVE: Final = 'update "{table}" r set {changes} where r.{column} = $1 and not ({double})'
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
                    else array_replace({column}, $1, $2) end
where $1 = any({column})
"""
_SURVIVORS: Final = """
with recursive chain as (
    select id as was, id as now from unnest($1::uuid[]) as asked(id)
    union
    select c.was, o.merged_into from chain c join organization o on o.id = c.now
    where o.merged_into is not null
)
select c.was, c.now, coalesce(o.sequence, 0) as sequence
from chain c left join organization o on o.id = c.now
where o.merged_into is null
"""
_STILL: Final = "select from organization where id = any($1) order by id for share"


async def move(uow: UnitOfWork, was: UUID, now: UUID, sequence: int, *, tables: Iterable[str] = ()) -> None:
    """Let all records, or those of some tables, that are about `was` be about `now`, which has come as far as
    `sequence`."""
    await uow.flush()
    wanted = frozenset(tables)
    for table, statement, dated in _moves():
        if not wanted or table in wanted:
            await uow.connection.execute(statement, was, now, *((sequence,) if dated else ()))
    for table, statement in _lists():
        if not wanted or table in wanted:
            await uow.connection.execute(statement, str(was), str(now))


async def survivors(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """Which organisation goes on for each of these, often itself, and how far it has come: 0 where it is not
    known here. None of them is merged before this transaction has ended."""
    await uow.connection.execute(_STILL, ids)
    rows = await uow.connection.fetch(_SURVIVORS, ids)
    return {row["was"]: (row["now"], row["sequence"]) for row in rows}


async def doubles(uow: UnitOfWork, table: sa.Table, was: UUID, now: UUID) -> list[UUID]:
    """The open records of this stack about `was` that cannot be about `now`, which has one."""
    await uow.flush()
    statement = _DOUBLES.format(table=table.name, double=_double(table, "organization_id"))
    return [row["id"] for row in await uow.connection.fetch(statement, was, now, uow.stack)]


@cache
def _moves() -> tuple[tuple[str, str, bool], ...]:
    """Table, statement, and whether it takes the sequence, of every column that names one organisation."""
    return tuple(
        (table.name, _statement(table, column.name), _dated(column.name) in table.columns)
        for table in Table.metadata.sorted_tables
        if table.name not in _STAY
        for column in table.columns
        if column.name == "operator_id" or column.name.endswith("organization_id")
    )


@cache
def _lists() -> tuple[tuple[str, str], ...]:
    return tuple(
        (table.name, _REPLACE.format(table=table.name, column=name))
        for table in Table.metadata.sorted_tables
        if table.name not in _STAY
        for name in _LISTS
        if name in table.columns
    )


def _dated(column: str) -> str:
    return f"{column.removesuffix('_id')}_sequence"


def _statement(table: sa.Table, column: str) -> str:
    dated = _dated(column)
    changes = f"{column} = $2" + (f", {dated} = $3" if dated in table.columns else "")
    return _MOVE.format(table=table.name, column=column, changes=changes, double=_double(table, column))


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
