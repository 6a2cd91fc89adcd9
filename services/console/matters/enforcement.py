"""What the read model knows of supervision: emergency orders with who stands still, and what is open."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from services.console.matters.queries import phase


@dataclass(frozen=True)
class Order:
    """An emergency order in force, with the pauses under it in these divisions."""

    id: UUID
    division: str
    above: bool
    """issued above these divisions: its record is not theirs to open"""
    still: int
    visited: int
    """of those that stand still"""
    resumed: int
    state: Mapping[str, Any]


@dataclass(frozen=True)
class Watched:
    """A record that is not ended."""

    aggregate: str
    id: UUID
    division: str
    organization_id: UUID | None
    organization: str | None
    state: Mapping[str, Any]

    @property
    def phase(self) -> str:
        """Its state as a code."""
        return phase(self.state)


@dataclass(frozen=True)
class Open:
    """How many records of a kind are not ended."""

    number: int = 0
    overdue: int = 0


_ORDERS = """
with pause as (
    select (state -> 'order' ->> 'id')::uuid as id, count(*) filter (where not ended) as still,
           count(*) filter (where not ended and state ->> 'state' = 'visited') as visited,
           count(*) filter (where ended) as resumed
    from subject
    where service = 'registry' and aggregate = 'emergency_pause' and division like any($1)
    group by 1
)
select s.id, s.division, not s.division like any($1) as above, coalesce(p.still, 0) as still,
       coalesce(p.visited, 0) as visited, coalesce(p.resumed, 0) as resumed, s.state::text as state
from subject s left join pause p using (id)
where s.service = 'registry' and s.aggregate = 'emergency_order' and not s.ended
  and (s.division like any($1) or p.still > 0)
order by s.state ->> 'opened_on' desc, s.id
"""
_WATCHED = """
select s.aggregate, s.id, s.division, s.organization_id, o.name as organization, s.state::text as state
from subject s left join organization o on o.id = s.organization_id
where s.service = 'registry' and s.aggregate = $2 and not s.ended and s.division like any($1)
order by coalesce(s.state ->> 'due_on', '9999'), s.state ->> 'opened_on' desc, s.id
limit $3
"""
_OPEN = """
select aggregate, count(*) as number,
       count(*) filter (where coalesce((state ->> 'overdue')::bool, false)) as overdue
from subject
where service = 'registry' and aggregate = any($2) and not ended and division like any($1)
group by 1
"""
_LEVELS = """
select state ->> 'risk_level' as level, count(*) as number from subject
where service = 'registry' and aggregate = 'risk' and not ended and division like any($1)
group by 1 order by 2 desc, 1
"""


async def orders(connection: asyncpg.Connection, patterns: Sequence[str]) -> list[Order]:
    """The emergency orders in force, the newest first: those of these divisions, and those from above under
    which somebody here stands still."""
    rows = await connection.fetch(_ORDERS, patterns)
    return [Order(**{**row, "state": msgspec.json.decode(row["state"])}) for row in rows]


async def watched(
    connection: asyncpg.Connection, patterns: Sequence[str], aggregate: str, limit: int
) -> list[Watched]:
    """The records of a kind that are not ended, the earliest deadline first."""
    rows = await connection.fetch(_WATCHED, patterns, aggregate, limit)
    return [Watched(**{**row, "state": msgspec.json.decode(row["state"])}) for row in rows]


async def open_(
    connection: asyncpg.Connection, patterns: Sequence[str], aggregates: Collection[str]
) -> dict[str, Open]:
    """How many of each kind are not ended."""
    rows = await connection.fetch(_OPEN, patterns, list(aggregates))
    return {row["aggregate"]: Open(row["number"], row["overdue"]) for row in rows}


async def levels(connection: asyncpg.Connection, patterns: Sequence[str]) -> dict[str, int]:
    """Open risks by level, the most first."""
    return {row["level"]: row["number"] for row in await connection.fetch(_LEVELS, patterns)}
