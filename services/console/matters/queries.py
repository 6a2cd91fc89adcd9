"""What the read model knows of matters: what is due when, the inspections of a year by place, names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from services.console.matters.kinds import SERVICE, KindWords


@dataclass(frozen=True)
class Deadline:
    """A field of an aggregate's state whose day is due while the aggregate is in one of these states."""

    service: str
    aggregate: str
    field: str
    states: frozenset[str]
    """none: in every state, while the field has a day"""


OTHERS: Final = (
    Deadline(SERVICE, "registration_application", "step_due_on",
             frozenset({"consulted", "submitted", "returned"})),
    Deadline("partybuild", "coverage_duty", "due_on", frozenset({"open", "lapsed"})),
    Deadline("partybuild", "party_organization", "election_due_on", frozenset()),
    Deadline("grants", "round", "closes_on", frozenset({"open"})),
    Deadline("grants", "round", "publicised_until", frozenset({"publicised"})),
)  # fmt: skip
"""What is due beside matters, which their services describe nowhere: registrations being handled,
organisations that wait for the Party, committees to be elected anew, rounds by their window and notice."""


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
    field: str = "due_on"
    """which of its days it is"""
    home: str = ""
    """the stack that it belongs to; empty where that is not known"""

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
_FORM = "coalesce(state ->> 'form', 'annual_inspection')"
"""An event leaves out what is as by default."""
_LISTED = "coalesce(l.state -> 'organizations', '[]')"


def _keeps_in_touch(person: str, organization: str, division: str) -> str:
    """SQL: whether a person keeps in touch with an organisation: by duty, as the liaison who looks after it,
    or as the liaison of its division where no organisation is named. What the person has is looked up once,
    not again for each row."""
    liaison = (
        "(l.service, l.aggregate) = ('registry', 'liaison') and not l.ended"
        f" and l.state ->> 'person' = {person}"
    )
    return f"""
{organization} in (
    select a.organization_id from subject a
    where (a.service, a.aggregate) = ('registry', 'contact_assignment') and not a.ended
      and a.state ->> 'officer' = {person}
    union select one.id::uuid from subject l, jsonb_array_elements_text({_LISTED}) as one(id)
    where {liaison}
) or {organization} is not null and {division} like any (array(
    select l.division || '%' from subject l where {liaison} and {_LISTED} = '[]'
))
"""


_MINE = f"s.state ->> 'owner' = $5 or {_keeps_in_touch('$5', 's.organization_id', 's.division')}"
"""What somebody owns, or what is about an organisation that they keep in touch with."""
_LOOKED_AFTER = f"""
select o.id, o.name, o.division from organization o
where not o.ended and o.division like any($1) and ({_keeps_in_touch("$2", "o.id", "o.division")})
order by o.name, o.id limit $3
"""
_FILED = (
    "s.aggregate = 'task_receipt' and s.state ->> 'asks' = 'filing' and s.state ->> 'filed_on' is not null"
)
"""What a task asked to be filed alone is there: `KindWords.due` says the same of one record."""
_OWED = f"""
from unnest($4::text[], $6::text[], $7::text[], $8::text[]) as deadline(service, aggregate, field, states)
join subject s on (s.service, s.aggregate) = (deadline.service, deadline.aggregate)
where not s.ended and s.division like any($1) and s.state ->> deadline.field between $2 and $3
  and not coalesce({_FILED}, false)
  and (deadline.states = '' or {_PHASE} = any(string_to_array(deadline.states, ',')))
  and ($5 = '' or {_MINE})
"""
_DUES = f"""
select d.service, d.aggregate, d.id, d.division, d.home, d.field, d.organization_id,
       o.name as organization, d.due_on::date as due_on, d.state::text as state
from (select s.*, deadline.field, s.state ->> deadline.field as due_on {_OWED}
      order by due_on, s.id, deadline.field limit $9 offset $10) d
left join organization o on o.id = d.organization_id
order by d.due_on, o.name, d.id, d.field
"""
_DAYS = f"""
select (s.state ->> deadline.field)::date as due_on, s.service, s.aggregate, count(*) as number {_OWED}
group by 1, 2, 3
"""
_BOARD = f"""
select left(division, $2) as place, (state ->> 'year')::int as year, {_FORM} as form,
       count(*) as due,
       count(*) filter (where state ->> 'submitted_on' is not null) as handed_in,
       count(*) filter (where state ->> 'state' = 'due' and not late) as waiting,
       count(*) filter (where state ->> 'state' in ('due', 'returned') and late) as overdue,
       count(*) filter (where state ->> 'state' = 'returned') as returned,
       count(*) filter (where state ->> 'state' = 'concluded') as concluded,
       count(*) filter (where state ->> 'state' = 'concluded' and state ->> 'result' = any($3)) as passed,
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


def deadlines(kinds: Collection[KindWords]) -> list[Deadline]:
    """Every day that is due of something that the person may see."""
    return [
        *(Deadline(SERVICE, kind.name, name, states)
          for kind in kinds for name, states in kind.deadlines.items()),
        *OTHERS,
    ]  # fmt: skip


async def dues(
    connection: asyncpg.Connection, patterns: Sequence[str], wanted: Sequence[Deadline], first: date,
    last: date, limit: int = 200, offset: int = 0, mine: str = "",
) -> list[Due]:  # fmt: skip
    """What is due from `first` to `last`, both included, and not done; the earliest first.

    `mine` asks for what this person answers for alone: as its owner, or because it is about an organisation
    with which they keep in touch.
    """
    rows = await connection.fetch(_DUES, *_asked(patterns, wanted, first, last, mine), limit, offset)
    return [due_of(row) for row in rows]


async def looked_after(
    connection: asyncpg.Connection, patterns: Sequence[str], person: str, limit: int
) -> list[tuple[str, str, str]]:
    """The organisations that a person keeps in touch with, as (id, name, division), by name."""
    rows = await connection.fetch(_LOOKED_AFTER, patterns, person, limit)
    return [(str(row["id"]), row["name"], row["division"]) for row in rows]


async def due_days(
    connection: asyncpg.Connection, patterns: Sequence[str], wanted: Sequence[Deadline], first: date,
    last: date, mine: str = "",
) -> dict[date, Day]:  # fmt: skip
    """How much is due on each day from `first` to `last`."""
    rows = await connection.fetch(_DAYS, *_asked(patterns, wanted, first, last, mine))
    found: dict[date, Day] = {}
    for row in rows:
        found.setdefault(row["due_on"], Day()).counts[row["service"], row["aggregate"]] = row["number"]
    return found


def _asked(
    patterns: Sequence[str], wanted: Sequence[Deadline], first: date, last: date, mine: str
) -> tuple[Any, ...]:
    """What `_OWED` is asked with."""
    return (
        patterns, first.isoformat(), last.isoformat(), [one.service for one in wanted], mine,
        [one.aggregate for one in wanted], [one.field for one in wanted],
        [",".join(sorted(one.states)) for one in wanted],
    )  # fmt: skip


async def board(
    connection: asyncpg.Connection, patterns: Sequence[str], width: int, passing: Collection[str]
) -> list[Standing]:
    """Every year's inspections by place, which `width` digits name; `passing` are the results that pass."""
    return [Standing(**row) for row in await connection.fetch(_BOARD, patterns, width, list(passing))]


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
