"""What the pages read: numbers of an area, organisations by filter, one organisation with all about it."""

from collections.abc import Sequence
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
_WANTED = """
from organization o
left join lateral (
    select case when d.state ->> 'status' = 'covered' then 'covered'
                when coalesce((d.state ->> 'overdue')::bool, false) then 'overdue' else 'open' end as coverage
    from subject d
    where d.organization_id = o.id and d.service = 'partybuild' and d.aggregate = 'coverage_duty'
      and d.state ->> 'line' = 'party' and not d.ended
    limit 1
) as duty on true
where o.division like any($1) and o.division like $2 and (not o.ended or $5 <> '')
  and ($3 = '' or o.name ilike $3 or o.initials like lower($3) or o.code ilike ltrim($3, '%'))
  and ($4 = '' or o.legal_form = $4) and ($5 = '' or o.legal_status = $5) and ($6 = '' or o.hub_link = $6)
  and ($7 = '' or duty.coverage = $7)
  and (concat($8::text, $9::text, $10::text, $11::text) = '' or exists (
    select from subject s
    where (s.service, s.aggregate, s.id) = ('registry', 'organization', o.id)
      and ($8 = '' or s.state ->> 'nature' = $8) and ($9 = '' or s.state -> 'functions' ? $9)
      and ($10 = '' or s.state -> 'service_directions' ? $10) and ($11 = '' or s.state ->> 'premises' = $11)
  ))
"""
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
    descending: bool = False, offset: int = 0, limit: int = 25,
) -> tuple[int, list[Listed]]:  # fmt: skip
    """How many organisations fit, and one page of them; unknown sorts fall back to the name."""
    text = f"%{_escaped(wanted.text.strip())}%" if wanted.text.strip() else ""
    arguments = (
        patterns, f"{wanted.division}%", text, wanted.legal_form, wanted.legal_status, wanted.hub_link,
        wanted.coverage, wanted.nature, wanted.function, wanted.service_direction, wanted.premises,
    )  # fmt: skip
    order = f"{_SORTS.get(sort, _SORTS['name'])} {'desc' if descending else 'asc'} nulls last"
    rows = await connection.fetch(
        "select o.id, o.division, o.name, o.code, o.legal_form, o.legal_status, o.hub_link,"
        " coalesce(o.registered_on, o.filed_on) as since, o.full_members, duty.coverage"
        f" {_WANTED} order by {order}, o.name, o.id"
        " offset $12 limit $13",
        *arguments, offset, limit,
    )  # fmt: skip
    count = await connection.fetchval(f"select count(*) {_WANTED}", *arguments)
    return count, [Listed(**row) for row in rows]


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
