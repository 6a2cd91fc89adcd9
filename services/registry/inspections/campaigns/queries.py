"""How a campaign stands: by division for the board, and who is excused from it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Page, PageRequest, Reading
from chassis.model import length_below
from services.registry.inspections.campaigns.tables import InspectionCampaignRow
from services.registry.policy import RegistryPolicy

_STANDING = """
select left(division, $3) as place, state, result, late, overdue, count(*) as number
from inspection
where campaign_id = $1 and division like any($2)
group by 1, 2, 3, 4, 5
order by 1
"""
_EXCUSED = """
select id, name, division, legal_form, registered_on
from organization
where legal_status in ('registered', 'suspended') and not ended and division like $1 || '%'
  and division like any($2) and legal_form = any($3) and registered_on > $4 and id > $5
  and coalesce(charity, false) = ($7 = 'annual_report')
order by id
limit $6
"""
_FIRST = UUID(int=0)


class Standing(BaseModel):
    """How many of a division's inspections stand how."""

    division: str
    name: str
    due: int = Field(0, description="all that are asked, whatever they handed in")
    not_submitted: int = Field(0, description="to be chased: due or returned")
    overdue: int = Field(0, description="of those: past their day")
    submitted: int = Field(0, description="handed in, not concluded")
    late: int = Field(0, description="handed in after the window")
    concluded: int = 0
    passed: int = Field(0, description="of those: with a result that counts as passed")
    missed: int = 0
    released: int = Field(0, description="not due any more")

    def add(self, row: Mapping[str, object], number: int, passing: frozenset[str]) -> None:
        """Count so many inspections that stand like `row`."""
        state = row["state"]
        if state == "released":
            self.released += number
            return
        self.due += number
        self.not_submitted += number * (state in ("due", "returned"))
        self.overdue += number * bool(row["overdue"])
        self.submitted += number * (state in ("submitted", "hub_reviewed"))
        self.late += number * bool(row["late"])
        self.concluded += number * (state == "concluded")
        self.passed += number * (state == "concluded" and row["result"] in passing)
        self.missed += number * (state == "missed")


class Progress(BaseModel):
    """A campaign by division, one tier below the division asked for."""

    whole: Standing
    by: list[Standing]


class Excused(BaseModel):
    """An organisation that was registered too late to be due."""

    id: UUID
    name: str
    division: str
    legal_form: str
    registered_on: date


async def progress(reading: Reading, *, id: UUID, division: str | None = None) -> Progress:
    """How the campaign stands in a division, or in all that the caller may see.

    Raises `NotFound`, `NotPermitted`.
    """
    campaign = await reading.sent_down(InspectionCampaignRow, id)
    place = division or max(campaign.division, reading.stack, key=len)
    passing = frozenset(result.value for result in reading.policy(RegistryPolicy).inspections.passing)
    rows = await reading.connection.fetch(_STANDING, id, reading.patterns(division), length_below(place))
    whole, by = Standing(division=place, name=reading.region.division_name(place)), dict[str, Standing]()
    for row in rows:
        code = row["place"]
        if code not in by:
            by[code] = Standing(division=code, name=reading.region.division_name(code))
        for standing in (whole, by[code]):
            standing.add(dict(row), row["number"], passing)
    return Progress(whole=whole, by=list(by.values()))


async def excused(
    reading: Reading, *, id: UUID, page: PageRequest, division: str | None = None
) -> Page[Excused]:
    """Who of the campaign's forms was registered after its day, in the order of their ids.

    Raises `NotFound`, `NotPermitted`, `MalformedCursor`.
    """
    campaign = await reading.sent_down(InspectionCampaignRow, id)
    after = page.after(UUID)
    rows = await reading.connection.fetch(
        _EXCUSED, campaign.division, reading.patterns(division), campaign.legal_forms,
        campaign.excused_after or campaign.due_on, after[0] if after else _FIRST, page.fetch, campaign.form,
    )  # fmt: skip
    return Page[Excused].of(
        rows, page, item=lambda row: Excused.model_validate(dict(row)), key=lambda row: (row["id"],)
    )
