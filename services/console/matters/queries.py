"""What the read model knows of matters: what is due when, the inspections of a year by place, names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from services.console.matters.kinds import SERVICE, KindWords

_OTHERS = frozenset(
    {
        *(f"registry/registration_application/{step}" for step in ("consulted", "submitted", "returned")),
        *(f"partybuild/coverage_duty/{status}" for status in ("open", "lapsed")),
    }
)
"""What is due beside matters: registrations being handled, and organisations that wait for the Party."""


@dataclass(frozen=True)
class Due:
    """Something that somebody has to do by a day."""

    service: str
    aggregate: str
    id: UUID
    division: str
    organization_id: UUID | None
    organization: str | None
    due_on: date
    state: Mapping[str, Any]

    @property
    def phase(self) -> str:
        """Its state as a code."""
        return phase(self.state)


@dataclass(frozen=True)
class Standing:
    """The inspections of one year and form below one division."""

    place: str
    year: int
    form: str
    due: int
    handed_in: int
    waiting: int
    """not handed in and not overdue"""
    overdue: int
    returned: int
    concluded: int
    passed: int
    missed: int


@dataclass
class Day:
    """How many things are due on one day, by service and aggregate."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)


_PHASE = "coalesce(s.state ->> 'state', s.state ->> 'status', s.state ->> 'step')"
_DAY = "coalesce(s.state ->> 'due_on', s.state ->> 'step_due_on')"
_FORM = "coalesce(state ->> 'form', 'annual_inspection')"
"""An event leaves out what is as by default."""
_OWED = f"""
from subject s
where not s.ended and {_DAY} is not null and s.division like any($1) and {_DAY} between $2 and $3
  and s.service || '/' || s.aggregate || '/' || {_PHASE} = any($4)
  and ($5 = '' or s.state ->> 'owner' = $5)
"""
_DUES = f"""
select d.service, d.aggregate, d.id, d.division, d.organization_id, o.name as organization,
       d.due_on::date as due_on, d.state::text as state
from (select s.*, {_DAY} as due_on {_OWED} order by {_DAY}, s.id limit $6 offset $7) d
left join organization o on o.id = d.organization_id
order by d.due_on, o.name, d.id
"""
_DAYS = f"""
select {_DAY}::date as due_on, s.service, s.aggregate, count(*) as number {_OWED} group by 1, 2, 3
"""
_BOARD = f"""
select left(division, $2) as place, (state ->> 'year')::int as year, {_FORM} as form,
       count(*) as due,
       count(*) filter (where state ->> 'submitted_on' is not null) as handed_in,
       count(*) filter (where state ->> 'state' = 'due' and not late) as waiting,
       count(*) filter (where state ->> 'state' in ('due', 'returned') and late) as overdue,
       count(*) filter (where state ->> 'state' = 'returned') as returned,
       count(*) filter (where state ->> 'state' = 'concluded') as concluded,
       count(*) filter (where state ->> 'state' = 'concluded' and state ->> 'result' = 'qualified') as passed,
       count(*) filter (where state ->> 'state' = 'missed') as missed
from (select division, state, coalesce((state ->> 'overdue')::bool, false) as late from subject
      where service = 'registry' and aggregate = 'inspection' and division like any($1)
        and state ->> 'state' <> 'released') as inspection
group by 1, 2, 3
"""
_CHASE = f"""
select s.service, s.aggregate, s.id, s.division, s.organization_id, o.name as organization,
       coalesce(s.state ->> 'due_on', '9999-12-31')::date as due_on, s.state::text as state
from subject s left join organization o on o.id = s.organization_id
where s.service = 'registry' and s.aggregate = 'inspection' and s.division like any($1)
  and s.division like $2 and s.state ->> 'year' = $3 and {_FORM} = $4
  and {_PHASE} in ('due', 'returned')
order by 7, s.division, o.name limit $5
"""


def phase(state: Mapping[str, Any]) -> str:
    """The code of a subject's state, by whichever name its contract has for it."""
    return str(state.get("state") or state.get("status") or state.get("step") or "")


def waiting(kinds: Collection[KindWords]) -> list[str]:
    """`service/aggregate/state` of everything whose deadline counts."""
    own = {f"{SERVICE}/{kind.name}/{state}" for kind in kinds for state in kind.waits()}
    return sorted(own | _OTHERS)


async def dues(
    connection: asyncpg.Connection, patterns: Sequence[str], waits: Sequence[str], first: date, last: date,
    limit: int = 200, offset: int = 0, owner: str = "",
) -> list[Due]:  # fmt: skip
    """What is due from `first` to `last`, both included, and not done; the earliest first.

    `owner` asks for what this person or desk answers for alone.
    """
    days = first.isoformat(), last.isoformat()
    rows = await connection.fetch(_DUES, patterns, *days, waits, owner, limit, offset)
    return [due_of(row) for row in rows]


async def due_days(
    connection: asyncpg.Connection, patterns: Sequence[str], waits: Sequence[str], first: date, last: date,
    owner: str = "",
) -> dict[date, Day]:  # fmt: skip
    """How much is due on each day from `first` to `last`."""
    rows = await connection.fetch(_DAYS, patterns, first.isoformat(), last.isoformat(), waits, owner)
    found: dict[date, Day] = {}
    for row in rows:
        found.setdefault(row["due_on"], Day()).counts[row["service"], row["aggregate"]] = row["number"]
    return found


async def board(connection: asyncpg.Connection, patterns: Sequence[str], width: int) -> list[Standing]:
    """Every year's inspections by place, which `width` digits name."""
    return [Standing(**row) for row in await connection.fetch(_BOARD, patterns, width)]


async def chase(
    connection: asyncpg.Connection, patterns: Sequence[str], below: str, year: int, form: str, limit: int
) -> list[Due]:
    """Who has not answered, the earliest deadline first."""
    rows = await connection.fetch(_CHASE, patterns, f"{below}%", str(year), form, limit)
    return [due_of(row) for row in rows]


async def names(connection: asyncpg.Connection, ids: Collection[str]) -> dict[str, str]:
    """The names of organisations by id."""
    rows = await connection.fetch("select id, name from organization where id = any($1::uuid[])", list(ids))
    return {str(row["id"]): row["name"] for row in rows}


def due_of(row: asyncpg.Record) -> Due:
    """A row of the columns that `Due` has, its state as JSON."""
    return Due(**{**row, "state": msgspec.json.decode(row["state"])})
