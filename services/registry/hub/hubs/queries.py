"""Where hubs are and where none is, what waits for each section of one, and the hubs of a day in figures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field
from shuniu_contracts.registry_hub import HubForm
from sqlmodel import col, select

from chassis.http import Named, Reading
from chassis.model import is_within, is_zone, tier
from services.registry.area import OwnFigures
from services.registry.hub.hubs.commands import FORMS_ZH
from services.registry.hub.hubs.model import HubPhase
from services.registry.hub.hubs.tables import HubRow

TIERS_ZH = {
    "city": "市级",
    "district": "县区级",
    "zone": "功能区",
    "street": "街道（乡镇）",
    "community": "社区（村）",
}
"""新区、功能区、街道（乡镇）、社区（村）四级网络 (BINHAI B05), below the city's own."""


class Tier(BaseModel):
    """One tier of the network."""

    tier: str
    name_zh: str
    places: int = Field(description="divisions of this tier that are in use, as the profile lists them")
    with_hub: int
    hubs: int
    without: list[str] = Field(description="divisions of this tier without a hub")


class Queue(BaseModel):
    """What waits for one section of a hub, in the hub's division and below."""

    department: str
    duties: list[str]
    applications: int = Field(description="registration applications in progress")
    reports: int = Field(description="reports from below that are routed to it and not answered")
    tasks: int = Field(description="tasks that it leads")


async def network(reading: Reading, *, division: str) -> list[Tier]:
    """The hubs of a division by tier, zones included. Raises `NotPermitted`."""
    reading.authorize(division)
    found = await reading.session.exec(
        select(HubRow.division).where(
            reading.within(col(HubRow.division), division), HubRow.state == HubPhase.RECOGNISED.value
        )
    )
    hubs = list(found)
    places = [
        one.code
        for one in reading.region.divisions
        if is_within(one.code, division) and one.in_use(reading.today)
    ]
    tiers = [_tier(name, places, hubs) for name in TIERS_ZH]
    return [one for one in tiers if one.places or one.hubs]


def _tier(name: str, places: Sequence[str], hubs: Sequence[str]) -> Tier:
    mine, there = [c for c in places if tier_of(c) == name], [c for c in hubs if tier_of(c) == name]
    return Tier(
        tier=name, name_zh=TIERS_ZH[name], places=len(mine), with_hub=len({*there} & {*mine}),
        hubs=len(there), without=sorted({*mine} - {*there}),
    )  # fmt: skip


def tier_of(division: str) -> str:
    """The tier of a division; a functional zone has one of its own though its code is a street's."""
    return "zone" if is_zone(division) else tier(division)


_QUEUES = """
select department, sum(applications)::int as applications, sum(reports)::int as reports,
       sum(tasks)::int as tasks
from (
    select department, 1 as applications, 0 as reports, 0 as tasks
    from registration_application where not ended and division like any($1)
    union all
    select department, 0, 1, 0 from report_answer where not ended and division like any($1)
    union all
    select lead, 0, 0, 1 from task where not ended and division like any($1)
) waiting
where department = any($2)
group by 1
"""


async def queues(reading: Reading, *, id: UUID) -> list[Queue]:
    """What waits for each section, with its duties (L13, T09). Raises `NotFound`, `NotPermitted`."""
    hub = await reading.record(HubRow, id)
    codes = [one["code"] for one in hub.departments]
    rows = await reading.connection.fetch(_QUEUES, reading.patterns(hub.division), codes)
    waiting = {row["department"]: row for row in rows}
    nothing = {"applications": 0, "reports": 0, "tasks": 0}
    return [
        Queue(
            department=one["code"], duties=one.get("duties", []),
            **{name: waiting.get(one["code"], nothing)[name] for name in nothing},
        )
        for one in hub.departments
    ]  # fmt: skip


NAMES: Mapping[str, Named] = {
    f"hubs.{form.value}.{tier}": Named("个", f"{FORMS_ZH[form]}（{zh}）", f"hubs: {form.value}, {tier}")
    for form in HubForm
    for tier, zh in TIERS_ZH.items()
}
"""How many hubs of each kind there are on each tier: F12 is `hubs.federation.street`, the half of F32 that
is about headquarters `hubs.headquarters.district`."""

_OF_DAY = """
select left(division, $3) as place, division, form, count(*) as number
from hub
where opened_on <= $1 and (ended_on is null or ended_on > $1) and division like any($2)
group by 1, 2, 3
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The hubs recognised on `day` by form and tier, by place."""
    found: dict[str, dict[str, int | float]] = defaultdict(lambda: defaultdict(int))
    for row in await reading.connection.fetch(_OF_DAY, day, patterns, length):
        found[f"hubs.{row['form']}.{tier_of(row['division'])}"][row["place"]] += row["number"]
    return found


BY_FORM_AND_TIER = OwnFigures(NAMES, reckon)
