"""Incubation in numbers: by intake, and by day for published figures (F13, F25, F32, F34)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import OwnFigures
from services.registry.hub.hubs.queries import TIERS_ZH, tier_of
from services.registry.incubation.bases.tables import BaseRow
from services.registry.incubation.stays.tables import StayRow
from services.registry.tables import MatterStepRow

_STEPS = ("screened", "graduated", "incubating")
NAMES: Mapping[str, Named] = {
    "incubation.screened": Named("家", "筛选入园的组织", "organisations selected for incubation"),
    "incubation.graduated": Named("家", "孵化出壳的组织", "organisations that graduated"),
    "incubation.incubating": Named("家", "在孵组织", "organisations being incubated"),
    "incubation.first_intake.screened": Named("家", "首批筛选入园", "selected in the first intake"),
    "incubation.first_intake.graduated": Named("家", "首批孵化出壳", "graduated from the first intake"),
    "incubation.first_intake.incubating": Named("家", "首批在孵", "being incubated from the first intake"),
    "incubation.cultivated": Named(
        "家", "入园培育过的组织（含在孵）", "organisations ever incubated, now or before"
    ),
    **{
        f"incubation.bases.{tier}": Named("个", f"孵化基地：{zh}", f"incubation bases: {tier}")
        for tier, zh in TIERS_ZH.items()
    },
}
"""By the day asked for; organisations, each once. The first intake is number 1 of each base. Bases are
counted by the tier whose they are: `incubation.bases.district` is the half of F32 that is about them."""
NAMES_OF_PERIOD: Mapping[str, Named] = {
    "incubation.agreements": Named("家", "期内有入驻协议的组织", "organisations with an agreement"),
    "incubation.agreements.city": Named("家", "其中：市直组织", "of those: of the city itself"),
}
"""An agreement counts that was in force on a day of the period at least."""

_COUNTS = """
select left(division, $3) as place,
       count(distinct organization_id) filter (where fact = 'screened') as screened,
       count(distinct organization_id) filter (where fact = 'graduated') as graduated,
       count(distinct organization_id) filter (where inside) as incubating,
       count(distinct organization_id) filter (where fact = 'screened' and first) as first_screened,
       count(distinct organization_id) filter (where fact = 'graduated' and first) as first_graduated,
       count(distinct organization_id) filter (where inside and first) as first_incubating
from (
    select s.division, s.organization_id, m.fact, i.number = 1 as first,
           m.state in ('started', 'renewed') and (m.until is null or m.until > $1) as inside
    from matter_step m join stay s on s.id = m.record_id left join intake i on i.id = s.intake_id
    where m.kind = 'stay' and m.effective_on <= $1 and s.division like any($2)
) taken
group by 1
"""

_CULTIVATED = """
select left(division, $3) as place, count(distinct organization_id) as cultivated
from stay where started_on <= $1 and division like any($2) group by 1
"""

_BASES = """
select left(division, $3) as place, division, count(*) as number
from base
where opened_on <= $1 and (ended_on is null or ended_on > $1) and division like any($2)
group by 1, 2
"""

_AGREEMENTS = f"""
select left(division, $4) as place, count(distinct organization_id) as agreements,
       count(distinct organization_id) filter (where length(division) = 4) as of_city
from {as_of(StayRow, MatterStepRow, "r.signed_on <= $2 and r.division like any($3)", day="$2")} stay
where begins_on <= $2 and ends_on >= $1 and (ended_on is null or ended_on >= $1)
group by 1
"""

_BY_INTAKE = """
select i.id as intake_id, i.number, i.title, i.state, i.places, i.due_on,
       count(s.id) as applied,
       count(s.id) filter (where s.screened_on is not null) as screened,
       count(s.id) filter (where s.state = 'rejected') as rejected,
       count(s.id) filter (where s.signed_on is not null) as agreed,
       count(s.id) filter (where s.state in ('started', 'renewed')) as incubating,
       count(s.id) filter (where s.state = 'graduated') as graduated,
       count(s.id) filter (where s.state in ('withdrawn', 'terminated')) as left_otherwise
from (
    select id, number, title, state, places, due_on from intake where base_id = $1
    union all
    select null, null, null, null, null, null
    where exists (select from stay where base_id = $1 and intake_id is null and division like any($2))
) i
left join stay s
  on s.base_id = $1 and s.intake_id is not distinct from i.id and s.division like any($2)
group by 1, 2, 3, 4, 5, 6 order by i.number nulls last
"""


class OfIntake(BaseModel):
    """One intake of a base in numbers; without `intake_id`: those who came outside any intake."""

    intake_id: UUID | None
    number: int | None
    title: str | None
    state: str | None
    places: int | None = Field(description="how many were wanted")
    due_on: date | None
    applied: int
    screened: int = Field(description="selected, whatever came of it")
    rejected: int
    agreed: int = Field(description="with an agreement, whatever came of it")
    incubating: int
    graduated: int
    left_otherwise: int = Field(description="withdrawn or terminated")


async def by_intake(reading: Reading, *, id: UUID) -> list[OfIntake]:
    """The intakes of the base `id`, of the organisations that the caller may see.

    Raises `NotFound`, `NotPermitted`.
    """
    await reading.record(BaseRow, id)
    rows = await reading.connection.fetch(_BY_INTAKE, id, reading.patterns())
    return [OfIntake(**dict(row)) for row in rows]


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The figures of `day`, by place."""
    found: dict[str, dict[str, int | float]] = defaultdict(lambda: defaultdict(int))
    for row in await reading.connection.fetch(_COUNTS, day, patterns, length):
        for name in _STEPS:
            found[f"incubation.{name}"][row["place"]] = row[name]
            found[f"incubation.first_intake.{name}"][row["place"]] = row[f"first_{name}"]
    for row in await reading.connection.fetch(_CULTIVATED, day, patterns, length):
        found["incubation.cultivated"][row["place"]] = row["cultivated"]
    for row in await reading.connection.fetch(_BASES, day, patterns, length):
        found[f"incubation.bases.{tier_of(row['division'])}"][row["place"]] += row["number"]
    return found


async def happened(
    reading: Reading, begin: date, end: date, patterns: list[str], length: int
) -> dict[str, dict[str, int]]:
    """The figures of a period, both days included, by place."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await reading.connection.fetch(_AGREEMENTS, begin, end, patterns, length):
        found["incubation.agreements"][row["place"]] = row["agreements"]
        found["incubation.agreements.city"][row["place"]] = row["of_city"]
    return found


INCUBATION = OwnFigures(NAMES, reckon, names_of_period=NAMES_OF_PERIOD, happened=happened)
