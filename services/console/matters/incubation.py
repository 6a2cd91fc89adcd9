"""What the read model knows of incubation: bases with their places, each intake in numbers, what is due."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.console.matters.queries import Due, due_of

STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "waiting": ("applied",),
    "selected": ("screened", "agreement_signed"),
    "inside": ("started", "renewed"),
    "graduated": ("graduated",),
    "gone": ("withdrawn", "terminated"),
    "rejected": ("rejected",),
}
"""What is counted by state, with the states of the list that has exactly these."""


@dataclass(frozen=True)
class Stays:
    """Stays in numbers; each is in one of the groups by state, `screened` are those ever selected."""

    applied: int = 0
    screened: int = 0
    waiting: int = 0
    selected: int = 0
    inside: int = 0
    graduated: int = 0
    gone: int = 0
    rejected: int = 0

    def __add__(self, other: "Stays") -> "Stays":
        sums = {one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Stays)}
        return Stays(**sums)


@dataclass(frozen=True)
class Base:
    """One base with all its stays."""

    id: UUID
    division: str
    name: str
    level: str
    focus: tuple[str, ...]
    capacity: int
    occupied: int
    ended: bool
    stays: Stays


@dataclass(frozen=True)
class Intake:
    """One intake of a base; without `id`: the stays outside any intake."""

    id: UUID | None
    title: str
    phase: str
    places: int
    due_on: date | None
    stays: Stays


_BASES = """
select id, division, ended, state ->> 'name' as name, state ->> 'level' as level,
       array(select jsonb_array_elements_text(coalesce(state -> 'focus', '[]'))) as focus,
       (state ->> 'capacity')::int as capacity, coalesce((state ->> 'occupied')::int, 0) as occupied
from subject where service = 'registry' and aggregate = 'base' and division like any($1)
order by ended, division, name
"""
_BASE_NAMES = """
select id, state ->> 'name' as name from subject
where service = 'registry' and aggregate = 'base' and id = any($1::uuid[])
"""
_INTAKES = """
select id, state ->> 'title' as title, state ->> 'state' as phase, (state ->> 'places')::int as places,
       (state ->> 'due_on')::date as due_on
from subject
where service = 'registry' and aggregate = 'intake' and division like any($1)
  and state -> 'base' ->> 'id' = $2
order by (state ->> 'number')::int
"""
_GROUPS = ", ".join(
    f"count(*) filter (where state ->> 'state' in ({', '.join(map(repr, states))})) as {name}"
    for name, states in STATES.items()
)
_COUNTS = f"""
select state -> 'base' ->> 'id' as base, state -> 'intake' ->> 'id' as intake, count(*) as applied,
       count(*) filter (where state ->> 'screened_on' is not null) as screened, {_GROUPS}
from subject where service = 'registry' and aggregate = 'stay' and division like any($1)
group by 1, 2
"""
_DUES = """
select s.service, s.aggregate, s.id, s.division, s.organization_id, o.name as organization,
       (s.state ->> 'due_on')::date as due_on, s.state::text as state
from subject s left join organization o on o.id = s.organization_id
where s.service = 'registry' and s.aggregate = 'stay' and not s.ended and s.division like any($1)
  and s.state -> 'base' ->> 'id' = $2 and s.state ->> 'due_on' is not null
order by 7, o.name, s.id limit $3
"""


async def bases(connection: asyncpg.Connection, patterns: Sequence[str]) -> list[Base]:
    """The bases of these divisions, those that work first, with the stays of these divisions."""
    counts = await _counts(connection, patterns)
    found = []
    for row in await connection.fetch(_BASES, patterns):
        stays = sum((one for (base, _), one in counts.items() if base == str(row["id"])), start=Stays())
        found.append(Base(**{**row, "focus": tuple(row["focus"]), "stays": stays}))
    return found


async def base_names(connection: asyncpg.Connection, ids: Collection[str]) -> dict[str, str]:
    """The names of bases by id."""
    return {str(row["id"]): row["name"] for row in await connection.fetch(_BASE_NAMES, list(ids))}


async def intakes(connection: asyncpg.Connection, patterns: Sequence[str], base: UUID) -> list[Intake]:
    """The intakes of a base in their order; at the end who came outside any, where somebody did."""
    counts = await _counts(connection, patterns)
    found = [
        Intake(**row, stays=counts.get((str(base), str(row["id"])), Stays()))
        for row in await connection.fetch(_INTAKES, patterns, str(base))
    ]
    if (others := counts.get((str(base), None))) is not None:
        found.append(Intake(id=None, title="", phase="", places=0, due_on=None, stays=others))
    return found


async def dues(connection: asyncpg.Connection, patterns: Sequence[str], base: UUID, limit: int) -> list[Due]:
    """The deadlines of a base's stays, the earliest first."""
    return [due_of(row) for row in await connection.fetch(_DUES, patterns, str(base), limit)]


async def _counts(
    connection: asyncpg.Connection, patterns: Sequence[str]
) -> dict[tuple[str, str | None], Stays]:
    """Stays by base and intake."""
    found: dict[tuple[str, str | None], Stays] = {}
    for row in await connection.fetch(_COUNTS, patterns):
        numbers: dict[str, Any] = dict(row)
        place = numbers.pop("base"), numbers.pop("intake")
        found[place] = Stays(**numbers)
    return found
