"""Brands, those designated, and the villages and towns that have one (S27, J30)."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import OwnFigures
from services.registry.records.brands.tables import BrandRow
from services.registry.records.counting import by_place
from services.registry.tables import MatterStepRow

NAMES: Mapping[str, Named] = {
    "brands.standing": Named("个", "认定的品牌", "recognised brands"),
    "brands.designated": Named("个", "其中：获指定", "of those: designated by a body"),
    "brands.organizations": Named("家", "有品牌的社会组织", "organisations with a brand"),
    "brands.places": Named("个", "有品牌的村（社区）、乡镇（街道）", "villages and towns with a brand"),
}

_STANDING = f"""
select left(division, $3) as place, count(*) as standing,
       count(designated_on) as designated,
       count(distinct organization_id) as organizations,
       count(distinct division) filter (where length(division) > 6) as places
from {as_of(BrandRow, MatterStepRow, "r.recognised_on <= $1 and r.division like any($2)")} brand
where not ended
group by 1
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The figures of a day by place."""
    columns = {figure.partition(".")[2]: figure for figure in NAMES}
    return await by_place(reading, _STANDING, columns, day, patterns, length)


BRAND_FIGURES = OwnFigures(NAMES, reckon, frozenset(NAMES))
