"""Communities with an organisation at work, and how many of them have a social worker (三社联动)."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import OwnFigures
from services.registry.records.counting import by_place
from services.registry.records.placements.tables import PlacementRow
from services.registry.tables import MatterStepRow

NAMES: Mapping[str, Named] = {
    "placements.organizations": Named("家", "进驻社区的社会组织", "organisations in communities"),
    "placements.communities": Named("个", "有社会组织进驻的社区", "communities with an organisation"),
    "placements.three_together": Named(
        "个", "其中：社区、社会组织、社工齐备", "of those: with a social worker, too"
    ),
}

_STANDING = f"""
select left(division, $3) as place, count(distinct organization_id) as organizations,
       count(distinct division) as communities,
       count(distinct division) filter (where social_worker is not null) as three_together
from {as_of(PlacementRow, MatterStepRow, "r.division like any($2)")} placement
where not ended
group by 1
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The figures of a day by place."""
    columns = {figure.partition(".")[2]: figure for figure in NAMES}
    return await by_place(reading, _STANDING, columns, day, patterns, length)


PLACED = OwnFigures(NAMES, reckon, frozenset(NAMES))
