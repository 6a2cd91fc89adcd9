"""What those invited answered, and who came: of one meeting or training, by organisation, those first who
came least, and as figures of the year."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Named, Page, PageRequest, Reading
from chassis.matters import as_of
from services.registry.area import WHOLE, OwnFigures
from services.registry.operations.attendances.gatherings import Kept
from services.registry.operations.attendances.model import AttendancePhase
from services.registry.operations.attendances.survivors import FAMILY, SURVIVORS
from services.registry.operations.attendances.tables import AttendanceRow
from services.registry.tables import MatterStepRow

_PLACES = " union all ".join(
    f"""
    select a.organization_id, a.division, a.state
    from {name} g join attendance a on a.{name}_id = g.id
    where g.held_on between $1 and $2 and a.state <> 'withdrawn' and a.division like any($3) and {{who}}
    """
    for name in ("meeting", "training")
)
_COUNTS = """
       count(*) as invited, count(*) filter (where state = 'attended') as attended,
       count(*) filter (where state = 'excused') as excused,
       count(*) filter (where state = 'absent') as absent
"""
_UNKNOWN = 1001
"""The rate per mille of who has no answer: after all that have."""
_BY_ORGANIZATION = (
    "with recursive {family} place as ("
    + _PLACES
    + "), "
    + SURVIVORS.format(about="select organization_id from place")
    + f"""
, counted as (
    select coalesce(s.now, p.organization_id) as id, {_COUNTS}
    from place p left join survivor s on s.was = p.organization_id
    group by 1
), rated as (
    select *, coalesce(
        round(1000.0 * attended / nullif(attended + excused + absent, 0))::bigint, {_UNKNOWN}
    ) as per_mille
    from counted
)
select r.*, o.name, o.division
from rated r join organization o on o.id = r.id
where (r.per_mille, r.id) > ($4, $5)
order by r.per_mille, r.id
limit $6
"""
)
_OF_ALL = _BY_ORGANIZATION.format(family="", who="a.organization_id is not null")
_OF_ONE = _BY_ORGANIZATION.format(
    family=FAMILY.format(one="$7::uuid") + ",", who="a.organization_id in (select id from family)"
)


class AttendanceRate(BaseModel):
    """What one organisation was invited to in a time, and how often it came."""

    organization_id: UUID = Field(description="the record that goes on, where two were found to be one")
    name: str
    division: str
    invited: int
    attended: int
    excused: int
    absent: int
    answered: int = Field(description="attended, excused or absent: what the rate is of")
    rate: float | None = Field(description="% attended of those with an answer; none where there is none")


async def by_organization(
    reading: Reading, *, year: int | None, page: PageRequest, since: date | None = None,
    division: str | None = None, organization_id: UUID | None = None,
) -> Page[AttendanceRate]:  # fmt: skip
    """Attendance of what was held in a division in a year, or `since` a day until today, those first who came
    least.

    Raises `NotPermitted`, `MalformedCursor`.
    """
    year = year or reading.today.year
    time = (since, reading.today) if since is not None else (date(year, 1, 1), date(year, 12, 31))
    after = page.after(int, UUID) or (-1, UUID(int=0))
    statement, one = (_OF_ALL, ()) if organization_id is None else (_OF_ONE, (organization_id,))
    rows = await reading.connection.fetch(
        statement, *time, reading.patterns(division), *after, page.fetch, *one
    )
    return Page[AttendanceRate].of(rows, page, item=_rate, key=lambda row: (row["per_mille"], row["id"]))


def _rate(row: Any) -> AttendanceRate:
    rate = None if row["per_mille"] == _UNKNOWN else row["per_mille"] / 10
    answered = row["attended"] + row["excused"] + row["absent"]
    return AttendanceRate.model_validate(
        {**row, "organization_id": row["id"], "answered": answered, "rate": rate}
    )


_ANSWERS = (
    "with recursive place as (select * from attendance where {name}_id = $1 and state <> 'withdrawn'), "
    + SURVIVORS.format(about="select organization_id from place")
    + """
select p.state as answer, count(*) as places,
       array_agg(distinct o.name order by o.name) filter (where o.id is not null) as organizations,
       array_agg(distinct p.body order by p.body) filter (where p.body is not null) as body
from place p
left join survivor s on s.was = p.organization_id
left join organization o on o.id = coalesce(s.now, p.organization_id)
group by p.state
order by array_position($2::text[], p.state)
"""
)
_IN_ORDER = (
    AttendancePhase.ACCEPTED, AttendancePhase.EXCUSED, AttendancePhase.INVITED, AttendancePhase.ATTENDED,
    AttendancePhase.ABSENT, AttendancePhase.UNRECORDED,
)  # fmt: skip


class Answered(BaseModel):
    """Those on the list of one meeting or training of whom the same is known."""

    answer: AttendancePhase = Field(description="invited: nothing was said")
    places: int = Field(description="of the list; each is one person's")
    organizations: list[str] = Field(description="their names, each once")
    body: list[str] = Field(description="bodies without an organisation, each once")
    meeting_id: UUID | None
    training_id: UUID | None


async def answers(reading: Reading, *, of: Kept, id: UUID) -> list[Answered]:
    """Who accepted, who is excused, who has said nothing; after it was held who came and who did not.

    Raises `NotFound`, `NotPermitted`.
    """
    await reading.record(of.row, id)
    rows = await reading.connection.fetch(_ANSWERS.format(name=of.name), id, [*_IN_ORDER])
    ids = {"meeting_id": None, "training_id": None, f"{of.name}_id": id}
    return [
        Answered.model_validate(
            {**row, **ids, "organizations": row["organizations"] or [], "body": row["body"] or []}
        )
        for row in rows
    ]


NAMES: Mapping[str, Named] = {
    "attendances.year.invited": Named("人次", "本年名单上应到人次", "on lists of what was held this year"),
    "attendances.year.attended": Named("人次", "其中：到会", "of those: came"),
    "attendances.year.excused": Named("人次", "其中：请假", "of those: excused"),
    "attendances.year.absent": Named("人次", "其中：缺席", "of those: stayed away"),
    "attendances.rate": Named("%", "到会率", "came, of those with an answer"),
}
"""Of the calendar year of the day asked for, as the lists stood on that day; no part of
`meetings.year.attended` and `trainings.year.attended`, which count everybody who came, on a list or not."""
_HELD = "r.{0}_id in (select id from {0} where held_on between $1 and $2) and r.division like any($3)"
_LISTED = " union all ".join(
    f"select * from {as_of(AttendanceRow, MatterStepRow, _HELD.format(name), day='$2')} {name}"
    for name in ("meeting", "training")
)
_BY_PLACE = f"""
select left(division, $4) as place, {_COUNTS}
from ({_LISTED}) place
where state <> 'withdrawn'
group by 1
"""
_NUMBERS = ("invited", "attended", "excused", "absent")


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Answers on lists from the first of January to `day`, by place; a rate of nothing is left out."""
    rows = await reading.connection.fetch(_BY_PLACE, date(day.year, 1, 1), day, patterns, length)
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    whole = {name: sum(row[name] for row in rows) for name in _NUMBERS}
    for row in rows:
        for name in _NUMBERS:
            found[f"attendances.year.{name}"][row["place"]] = row[name]
    groups: list[tuple[str, Mapping[str, int]]] = [(row["place"], dict(row)) for row in rows]
    for place, of in [*groups, (WHOLE, whole)]:
        if answered := of["attended"] + of["excused"] + of["absent"]:
            found["attendances.rate"][place] = round(100 * of["attended"] / answered, 1)
    return found


BY_LIST = OwnFigures(NAMES, reckon, frozenset({"attendances.rate"}))
