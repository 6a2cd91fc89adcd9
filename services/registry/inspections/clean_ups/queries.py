"""How a clean-up stands, by division, for the board."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reading
from chassis.model import length_below
from services.registry.inspections.clean_ups.tables import CleanUpRow

_STANDING = """
select left(division, $3) as place, state, late, overdue, problems <> '{}' as found, count(*) as number
from clean_up_check
where clean_up_id = $1 and division like any($2)
group by 1, 2, 3, 4, 5
order by 1
"""
_STEPS = ("due", "self_checked", "reviewed", "handled", "accepted", "closed")


class CleanUpStanding(BaseModel):
    """How many of a division's organisations are where in the four steps."""

    division: str
    name: str
    concerned: int = Field(0, description="all that are asked")
    due: int = Field(0, description="to check themselves; to be chased")
    overdue: int = Field(0, description="of those: past their day")
    self_checked: int = Field(0, description="checked themselves, to be reviewed")
    reviewed: int = Field(0, description="reviewed, to be handled or accepted")
    handled: int = Field(0, description="being put right, to be accepted")
    accepted: int = 0
    closed: int = Field(0, description="ended unfinished")
    late: int = Field(0, description="checked themselves after their day")
    with_problems: int = Field(0, description="something was found that is not put right")

    def add(self, row: Mapping[str, object], number: int) -> None:
        """Count so many organisations that stand like `row`."""
        self.concerned += number
        for step in _STEPS:
            if row["state"] == step:
                setattr(self, step, getattr(self, step) + number)
        self.overdue += number * bool(row["overdue"])
        self.late += number * bool(row["late"])
        self.with_problems += number * (bool(row["found"]) and row["state"] != "accepted")


class CleanUpProgress(BaseModel):
    """A clean-up by division, one tier below the division asked for."""

    whole: CleanUpStanding
    by: list[CleanUpStanding]


async def progress(reading: Reading, *, id: UUID, division: str | None = None) -> CleanUpProgress:
    """How the clean-up stands in a division, or in all that the caller may see.

    Raises `NotFound`, `NotPermitted`.
    """
    row = await reading.sent_down(CleanUpRow, id)
    place = division or max(row.division, reading.stack, key=len)
    found = await reading.connection.fetch(_STANDING, id, reading.patterns(division), length_below(place))
    whole = CleanUpStanding(division=place, name=reading.region.division_name(place))
    by: dict[str, CleanUpStanding] = {}
    for one in found:
        code = one["place"]
        if code not in by:
            by[code] = CleanUpStanding(division=code, name=reading.region.division_name(code))
        for standing in (whole, by[code]):
            standing.add(dict(one), one["number"])
    return CleanUpProgress(whole=whole, by=list(by.values()))
