"""What the pages read: numbers of an area, organisations by filter, one organisation with all about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

STANDING = ("filed", "registered", "suspended")
"""What counts as an organisation: neither candidates and discovered ones, nor those that ended."""


@dataclass(frozen=True)
class Line:
    """One event on a timeline."""

    service: str
    aggregate: str
    fact: str
    subject: UUID
    sequence: int
    basis: str
    effective_on: date
    recorded_at: datetime
    actor_id: str
    particular: dict[str, Any]
    organization_id: UUID | None
    name: str | None
    """of the organisation it is about, or else of the subject itself"""


@dataclass(frozen=True)
class Overview:
    """The numbers of an area as the events have them by now."""

    organizations: dict[str, int] = field(default_factory=dict)
    """by legal status, those that stand"""
    forms: dict[str, int] = field(default_factory=dict)
    """registered ones by legal form"""
    places: list[tuple[str, int, int]] = field(default_factory=list)
    """division below, registered, filed; most first"""
    years: list[tuple[int, int, int]] = field(default_factory=list)
    """year, registered, filed"""
    party: dict[str, int] = field(default_factory=dict)
    """party organisations by mode"""
    instructors: int = 0
    """persons assigned now"""
    duties: dict[str, int] = field(default_factory=dict)
    """coverage duties of the party line: organisation, work, open, overdue, due_soon"""
    applications: dict[str, int] = field(default_factory=dict)
    """grant applications by status"""
    awarded_fen: int = 0
    unread: int = 0
    """messages in the area that nobody has opened"""
    recent: list[Line] = field(default_factory=list)
    events: int = 0

    @property
    def total(self) -> int:
        """Organisations that stand."""
        return sum(self.organizations.values())

    @property
    def coverage(self) -> float | None:
        """Share of the duties that are met by a party organisation or by work, in per cent."""
        covered = self.duties.get("organisation", 0) + self.duties.get("work", 0)
        whole = covered + self.duties.get("open", 0)
        return 100 * covered / whole if whole else None


@dataclass(frozen=True)
class Filter:
    """Which organisations are wanted; an empty value asks for all."""

    text: str = ""
    """part of the name, of its pinyin initials, or the beginning of the code"""
    division: str = ""
    legal_form: str = ""
    legal_status: str = ""
    hub_link: str = ""
    coverage: str = ""
    """covered, open or overdue: the state of its party-coverage duty"""
    nature: str = ""
    function: str = ""
    """one of those that it has"""
    service_direction: str = ""
    """one of those that it has"""
    premises: str = ""
    category: str = ""
    """one of those that it has"""
    department: str = ""
    hub_standing: str = ""
    decoupling: str = ""
    target_group: str = ""
    """one of those that it has"""
    supervisory_unit: str = ""
    """part of the name of its professional supervisory unit"""
    origin: str = ""
    charity: str = ""
    """`true` or `false`; what is not known is neither"""
    credit_listing: str = ""


@dataclass(frozen=True)
class Listed:
    """One organisation in the list."""

    id: UUID
    division: str
    name: str
    code: str
    legal_form: str
    legal_status: str
    hub_link: str
    since: date | None
    """registered, or else filed"""
    full_members: int | None
    coverage: str | None


@dataclass(frozen=True)
class Subject:
    """An aggregate of another service as its newest event has it."""

    service: str
    aggregate: str
    id: UUID
    division: str
    sequence: int
    recorded_at: datetime
    ended: bool
    state: dict[str, Any]


_STATUSES = """
select legal_status as key, count(*) as number from organization
where division like any($1) and not ended and legal_status = any($2) group by 1
"""
_FORMS = """
select legal_form as key, count(*) as number from organization
where division like any($1) and not ended and legal_status in ('registered', 'suspended') group by 1
"""
_PLACES = """
select left(division, $3) as place, count(*) filter (where legal_status <> 'filed') as registered,
       count(*) filter (where legal_status = 'filed') as filed
from organization where division like any($1) and not ended and legal_status = any($2)
group by 1 order by count(*) desc, 1
"""
_YEARS = """
select extract(year from day)::int as year, count(*) filter (where kind = 'registered') as registered,
       count(*) filter (where kind = 'filed') as filed
from (select registered_on as day, 'registered' as kind from organization where division like any($1)
      union all
      select filed_on, 'filed' from organization where division like any($1)) as days
where day is not null group by 1 order by 1
"""
_PARTY = """
select state ->> 'mode' as key, count(*) as number from subject
where service = 'partybuild' and aggregate = 'party_organization' and not ended and division like any($1)
  and coalesce(state ->> 'line', 'party') = 'party'
group by 1
"""
_INSTRUCTORS = """
select count(distinct state ->> 'person_id') from subject
where service = 'partybuild' and aggregate = 'instructor' and not ended and division like any($1)
  and (state ->> 'load')::int > 0
"""
_DUTIES = """
select count(*) filter (where status = 'covered' and class = 'organisation') as organisation,
       count(*) filter (where status = 'covered' and class is distinct from 'organisation') as work,
       count(*) filter (where status <> 'covered') as open,
       count(*) filter (where status <> 'covered' and overdue) as overdue,
       count(*) filter (where status <> 'covered' and not overdue and due_on <= $2) as due_soon
from (select state ->> 'status' as status, state ->> 'coverage_class' as class,
             coalesce((state ->> 'overdue')::bool, false) as overdue, (state ->> 'due_on')::date as due_on
      from subject
      where service = 'partybuild' and aggregate = 'coverage_duty' and not ended and division like any($1)
        and state ->> 'line' = 'party' and state ->> 'status' <> 'ended') as duty
"""
_APPLICATIONS = """
select state ->> 'status' as key, count(*) as number,
       coalesce(sum((state ->> 'awarded_fen')::bigint) filter (where state ->> 'status' = 'awarded'),
                0)::bigint as fen
from subject where service = 'grants' and aggregate = 'application' and division like any($1) group by 1
"""
_UNREAD = """
select count(*) from subject
where service = 'notify' and aggregate = 'message' and not ended and division like any($1)
  and state ->> 'status' in ('queued', 'held', 'attempting', 'sent', 'delivered')
"""
_LINES = """
select t.service, t.aggregate, t.fact, t.subject, t.sequence, t.basis, t.effective_on, t.recorded_at,
       t.actor_id, t.particular::text as particular, t.organization_id,
       coalesce(o.name, s.state ->> 'name', s.state ->> 'title') as name
from timeline t
left join organization o on o.id = t.organization_id
left join subject s on (s.service, s.aggregate, s.id) = (t.service, t.aggregate, t.subject)
"""
_RECENT = f"""{_LINES}
where t.division like any($1) and t.service <> 'notify' and t.aggregate <> 'fund'
order by t.recorded_at desc, t.sequence desc limit $2
"""
_TIMELINE = f"""{_LINES}
where (t.organization_id = $1
       or (t.service, t.subject) in (select service, id from subject where organization_id = $1))
  and t.division like any($2)
order by t.effective_on desc, t.recorded_at desc, t.sequence desc limit $3
"""
_ABSORBED = """
select o.id, o.name from timeline t join organization o on o.id = (t.particular -> 'absorbed' ->> 'id')::uuid
where t.organization_id = $1 and (t.service, t.aggregate, t.fact) = ('registry', 'organization', 'absorbed')
  and o.division like any($2)
order by t.recorded_at
"""
_DUTY = """
left join lateral (
    select case when d.state ->> 'status' = 'covered' then 'covered'
                when coalesce((d.state ->> 'overdue')::bool, false) then 'overdue' else 'open' end as coverage
    from subject d
    where d.organization_id = o.id and d.service = 'partybuild' and d.aggregate = 'coverage_duty'
      and d.state ->> 'line' = 'party' and not d.ended
    limit 1
) as duty on true
"""
_OF_ORGANIZATION = {
    "legal_form": "o.legal_form = {}", "legal_status": "o.legal_status = {}", "hub_link": "o.hub_link = {}",
    "hub_standing": "o.hub_standing = {}", "department": "o.department = {}",
    "category": "o.categories @> array[{}]", "coverage": "duty.coverage = {}",
}  # fmt: skip
"""What the columns of the list say of each filter."""
_OF_STATE = {
    "nature": "s.state ->> 'nature' = {}", "function": "s.state -> 'functions' ? {}",
    "service_direction": "s.state -> 'service_directions' ? {}",
    "target_group": "s.state -> 'target_groups' ? {}", "premises": "s.state ->> 'premises' = {}",
    "origin": "s.state ->> 'origin' = {}", "charity": "s.state ->> 'charity' = {}",
    "decoupling": "coalesce(s.state ->> 'decoupling', 'not_begun') = {}",
    "credit_listing": "coalesce(s.state ->> 'credit_listing', 'none') = {}",
}  # fmt: skip
"""What the newest state says of each; an event leaves out what is as it was at first."""
_SUPERVISED = "(s.state ->> 'supervisory_unit' = any({codes}) or s.state ->> 'supervisory_unit_name' like {})"
_SORTS = {
    "name": "o.name",
    "division": "o.division",
    "since": "coalesce(o.registered_on, o.filed_on)",
    "full_members": "o.full_members",
}
_ABOUT = """
select service, aggregate, id, division, sequence, recorded_at, ended, state::text as state from subject
where (organization_id = $1
       or (service = 'partybuild' and aggregate in ('party_organization', 'instructor')
           and (state -> 'covered_organization_ids' ? $3 or state -> 'organization_ids' ? $3)))
  and division like any($2)
order by service, aggregate, recorded_at desc
"""


async def version(connection: asyncpg.Connection) -> int:
    """How often the read model has changed."""
    return await connection.fetchval("select version from projection") or 0


async def overview(
    connection: asyncpg.Connection, patterns: Sequence[str], *, width: int, soon: date, recent: int = 6
) -> Overview:
    """The numbers of the divisions; `width` digits name a place below, duties due by `soon` count as soon."""
    statuses = await connection.fetch(_STATUSES, patterns, STANDING)
    applications = await connection.fetch(_APPLICATIONS, patterns)
    places = await connection.fetch(_PLACES, patterns, STANDING, width)
    years = await connection.fetch(_YEARS, patterns)
    duties = await connection.fetchrow(_DUTIES, patterns, soon)
    return Overview(
        organizations=_counts(statuses),
        forms=_counts(await connection.fetch(_FORMS, patterns)),
        places=[(row["place"], row["registered"], row["filed"]) for row in places],
        years=[(row["year"], row["registered"], row["filed"]) for row in years],
        party=_counts(await connection.fetch(_PARTY, patterns)),
        instructors=await connection.fetchval(_INSTRUCTORS, patterns),
        duties=dict(duties) if duties else {},
        applications=_counts(applications),
        awarded_fen=sum(row["fen"] for row in applications),
        unread=await connection.fetchval(_UNREAD, patterns),
        recent=[_line(row) for row in await connection.fetch(_RECENT, patterns, recent)],
        events=await connection.fetchval(
            "select count(*) from timeline where division like any($1)", patterns
        ),
    )


async def organizations(
    connection: asyncpg.Connection, patterns: Sequence[str], wanted: Filter, *, sort: str = "name",
    descending: bool = False, offset: int = 0, limit: int = 25, units: Mapping[str, str] | None = None,
) -> tuple[int, list[Listed]]:  # fmt: skip
    """How many organisations fit, and one page of them; unknown sorts fall back to the name.

    `units` are the names by code of supervisory units, of which some organisations have the code alone.
    """
    where, arguments = _conditions(patterns, wanted, units or {})
    order = f"{_SORTS.get(sort, _SORTS['name'])} {'desc' if descending else 'asc'} nulls last"
    place = len(arguments)
    rows = await connection.fetch(
        "select o.id, o.division, o.name, o.code, o.legal_form, o.legal_status, o.hub_link,"
        " coalesce(o.registered_on, o.filed_on) as since, o.full_members, duty.coverage"
        f" from organization o {_DUTY} where {where} order by {order}, o.name, o.id"
        f" offset ${place + 1} limit ${place + 2}",
        *arguments, offset, limit,
    )  # fmt: skip
    duty = _DUTY if wanted.coverage else ""
    count = await connection.fetchval(f"select count(*) from organization o {duty} where {where}", *arguments)
    return count, [Listed(**row) for row in rows]


def _conditions(
    patterns: Sequence[str], wanted: Filter, units: Mapping[str, str]
) -> tuple[str, list[Any]]:  # fmt: skip
    """The filter as SQL, with its arguments: only what is wanted is looked at."""
    arguments: list[Any] = []

    def said(value: Any, type_: str = "text") -> str:
        arguments.append(value)
        return f"${len(arguments)}::{type_}"

    found = [f"o.division like any({said(patterns, 'text[]')})"]
    if wanted.division:
        found.append(f"o.division like {said(f'{wanted.division}%')}")
    if not wanted.legal_status:
        found.append("not o.ended")
    if text := wanted.text.strip():
        like = said(f"%{_escaped(text)}%")
        found.append(
            f"(o.name ilike {like} or o.initials like lower({like}) or o.code ilike ltrim({like}, '%'))"
        )
    found += [
        condition.format(said(value))
        for name, condition in _OF_ORGANIZATION.items() if (value := getattr(wanted, name))
    ]  # fmt: skip
    of_state = [
        condition.format(said(value))
        for name, condition in _OF_STATE.items() if (value := getattr(wanted, name))
    ]  # fmt: skip
    if unit := wanted.supervisory_unit.strip():
        codes = [unit, *(code for code, name in units.items() if unit in name)]
        of_state.append(_SUPERVISED.format(said(f"%{_escaped(unit)}%"), codes=said(codes, "text[]")))
    if of_state:
        about = "(s.service, s.aggregate, s.id) = ('registry', 'organization', o.id)"
        found.append(f"exists (select from subject s where {' and '.join([about, *of_state])})")
    return " and ".join(found), arguments


async def about(connection: asyncpg.Connection, patterns: Sequence[str], organization: UUID) -> list[Subject]:
    """The organisation itself and every aggregate that refers to it, newest first of each kind."""
    rows = await connection.fetch(_ABOUT, organization, patterns, str(organization))
    return [Subject(**{**row, "state": msgspec.json.decode(row["state"])}) for row in rows]


async def timeline(
    connection: asyncpg.Connection, patterns: Sequence[str], organization: UUID, limit: int = 200
) -> list[Line]:
    """What happened to and around one organisation, newest first."""
    return [_line(row) for row in await connection.fetch(_TIMELINE, organization, patterns, limit)]


async def absorbed(
    connection: asyncpg.Connection, patterns: Sequence[str], organization: UUID
) -> dict[str, str]:
    """The names of the duplicates that were merged into this record, by id."""
    rows = await connection.fetch(_ABSORBED, organization, patterns)
    return {str(row["id"]): row["name"] for row in rows}


def _counts(rows: Sequence[asyncpg.Record]) -> dict[str, int]:
    return {row["key"]: row["number"] for row in rows}


def _line(row: asyncpg.Record) -> Line:
    return Line(**{**row, "particular": msgspec.json.decode(row["particular"])})


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
